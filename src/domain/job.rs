//! Jobs: many items that are worked off a part at a time, and may be stopped and taken up again in between.

use super::id::{CommunityId, JobId, KeyId, TenantId};
use chrono::{DateTime, TimeDelta, Utc};

/// How many items a part has; the last one may have fewer.
pub const PART: i64 = 50;
/// How many items a job has at most.
pub const MOST_ITEMS: i64 = 50_000;

/// What the items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Acts on members.
    Acts,
    /// Voids of cases.
    Voids,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits to be taken.
    Queued,
    /// It is being worked off.
    Running,
    /// It is to stop, and a part of it may still be under way.
    Cancelling,
    /// It was stopped; what was done stays done.
    Cancelled,
    /// Every item was done or refused.
    Done,
    /// It cannot go on.
    Failed,
}

/// Why a job cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobFailure {
    /// The key that it acts with was revoked, or its time is over.
    KeyEnded,
    /// Its items cannot be read any more.
    Unreadable,
}

/// Gives each word of a list its name, and each name its word.
macro_rules! names {
    ($type:ident: $($word:ident $name:literal),+) => {
        impl $type {
            /// The name in documents and in the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $name),+ }
            }

            /// The one of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$word),)+ _ => None }
            }
        }
    };
}

names!(JobKind: Acts "acts", Voids "voids");
names!(JobState: Queued "queued", Running "running", Cancelling "cancelling", Cancelled "cancelled", Done "done", Failed "failed");
names!(JobFailure: KeyEnded "key_ended", Unreadable "unreadable");

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Its id.
    pub id: JobId,
    /// What its items are.
    pub kind: JobKind,
    /// Where it is in its life.
    pub state: JobState,
    /// Whether its items are only tried out, each as if those before it had happened.
    pub dry_run: bool,
    /// The key that asked for it, with which it acts.
    pub key: KeyId,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When it was first taken.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed, if it did.
    pub failure: Option<JobFailure>,
    /// How many items it has.
    pub total: i64,
    /// How many were done.
    pub succeeded: i64,
    /// How many are held until others approve them.
    pub held: i64,
    /// How many were refused.
    pub refused: i64,
    /// The part to work off next.
    pub next_part: i64,
    /// When it may be taken next; `None` once it has ended.
    pub due_at: Option<DateTime<Utc>>,
}

impl Job {
    /// A job that waits.
    #[must_use]
    pub fn new(
        (tenant, community, id): (TenantId, CommunityId, JobId),
        kind: JobKind,
        key: KeyId,
        total: i64,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant,
            community,
            id,
            kind,
            state: JobState::Queued,
            dry_run: false,
            key,
            created_at: now,
            started_at: None,
            finished_at: None,
            failure: None,
            total,
            succeeded: 0,
            held: 0,
            refused: 0,
            next_part: 0,
            due_at: Some(now),
        }
    }

    /// Takes it for some time, in which nobody else is to.
    pub fn take(&mut self, now: DateTime<Utc>, lease: TimeDelta) {
        if self.state == JobState::Queued {
            self.state = JobState::Running;
        }
        self.started_at = self.started_at.or(Some(now));
        self.due_at = Some(now + lease);
    }

    /// Takes over what its next part came to. It goes to the end of the queue, so that no job keeps the others waiting.
    pub fn record(&mut self, (succeeded, held, refused): (i64, i64, i64), now: DateTime<Utc>) {
        self.next_part += 1;
        self.succeeded += succeeded;
        self.held += held;
        self.refused += refused;
        match self.state {
            JobState::Queued | JobState::Running | JobState::Cancelling if self.is_exhausted() => {
                self.end(JobState::Done, now);
            }
            JobState::Cancelling => self.end(JobState::Cancelled, now),
            JobState::Queued | JobState::Running => self.due_at = Some(now),
            JobState::Cancelled | JobState::Done | JobState::Failed => {}
        }
    }

    /// Whether no part is left.
    #[must_use]
    pub const fn is_exhausted(&self) -> bool {
        self.next_part * PART >= self.total
    }

    /// Ends it.
    pub fn end(&mut self, state: JobState, now: DateTime<Utc>) {
        self.state = state;
        self.finished_at = Some(now);
        self.due_at = None;
    }

    /// Stops it, as soon as the part under way is done. To stop what was stopped changes nothing. False when it has ended.
    #[must_use]
    pub fn cancel(&mut self, now: DateTime<Utc>) -> bool {
        match self.state {
            JobState::Queued => self.end(JobState::Cancelled, now),
            JobState::Running => self.state = JobState::Cancelling,
            JobState::Cancelling | JobState::Cancelled => {}
            JobState::Done | JobState::Failed => return false,
        }
        true
    }

    /// Takes it up again where it was stopped. False unless it was.
    #[must_use]
    pub fn resume(&mut self, now: DateTime<Utc>) -> bool {
        if self.state != JobState::Cancelled {
            return false;
        }
        self.state = JobState::Queued;
        self.finished_at = None;
        self.due_at = Some(now);
        true
    }

    /// The idempotency key of an item. No client's begins with a line break. Keys sort as their items do.
    #[must_use]
    pub fn key_of(&self, item: i64) -> String {
        format!("\n{}\n{item:05}", self.id)
    }

    /// What sorts before every key of its items.
    #[must_use]
    pub fn before_keys(&self) -> String {
        format!("\n{}\n", self.id)
    }

    /// What sorts after every key of its items.
    #[must_use]
    pub fn after_keys(&self) -> String {
        format!("\n{}\n:", self.id)
    }

    /// The item that a key of its own belongs to.
    #[must_use]
    pub fn item_of(key: &str) -> Option<i64> {
        key.rsplit('\n').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn job(total: i64) -> Job {
        let home = (
            TenantId(Uuid::nil()),
            CommunityId(Uuid::nil()),
            JobId(Uuid::nil()),
        );
        Job::new(
            home,
            JobKind::Acts,
            KeyId(Uuid::nil()),
            total,
            DateTime::UNIX_EPOCH,
        )
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_job_is_done_with_its_last_part() {
        let mut job = job(PART + 1);
        job.take(at(1), TimeDelta::seconds(30));
        assert_eq!((job.state, job.due_at), (JobState::Running, Some(at(31))));
        job.record((49, 0, 1), at(2));
        assert_eq!((job.state, job.due_at), (JobState::Running, Some(at(2))));
        job.record((1, 0, 0), at(3));
        assert_eq!(
            (job.state, job.due_at, job.finished_at),
            (JobState::Done, None, Some(at(3)))
        );
        assert!(!job.cancel(at(4)) && !job.resume(at(4)));
    }

    #[test]
    fn a_cancelled_job_ends_with_its_part_and_is_taken_up_where_it_was() {
        let mut job = job(3 * PART);
        job.take(at(1), TimeDelta::seconds(30));
        assert!(job.cancel(at(2)) && job.cancel(at(2)) && !job.resume(at(2)));
        assert_eq!((job.state, job.due_at), (JobState::Cancelling, Some(at(31))));
        job.record((PART, 0, 0), at(3));
        assert_eq!((job.state, job.due_at), (JobState::Cancelled, None));
        assert!(job.cancel(at(4)) && job.resume(at(5)));
        assert_eq!(
            (job.state, job.next_part, job.due_at),
            (JobState::Queued, 1, Some(at(5)))
        );
        assert!(job.cancel(at(6)));
        assert_eq!(job.state, JobState::Cancelled, "nobody had taken it");
        // A part that came late counts, and changes nothing else.
        job.record((PART, 0, 0), at(7));
        assert_eq!(
            (job.state, job.succeeded, job.finished_at),
            (JobState::Cancelled, 2 * PART, Some(at(6)))
        );
    }

    #[test]
    fn names_lead_back_to_their_words() {
        for state in [JobState::Queued, JobState::Cancelling, JobState::Failed] {
            assert_eq!(JobState::named(state.name()), Some(state));
        }
        assert_eq!(JobKind::named("Acts"), None);
    }

    #[test]
    fn keys_lead_back_to_their_items_and_sort_like_them() {
        let job = job(MOST_ITEMS);
        let keys: Vec<_> = [0, 9, 10, 49_999].map(|item| job.key_of(item)).to_vec();
        assert!(
            keys.is_sorted()
                && keys
                    .iter()
                    .all(|key| key.as_str() < " " && *key < job.after_keys())
        );
        assert_eq!(Job::item_of(&keys[3]), Some(49_999));
    }
}
