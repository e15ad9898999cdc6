//! One stream: what is known of it, and how it comes up to its log.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use metrics::counter;
use tokio::time::Instant;

use super::{LONGEST, Publishing};
use crate::domain::id::TenantId;
use crate::jobs::pace::Pace;
use crate::ports::bus::{Appended, BusError, Entry, Tip};
use crate::service::error::{ServiceError, chain};
use crate::service::publishing::Documents;

/// How many events are read at once.
const PAGE: u32 = 500;
/// How many pages one look publishes of a log, before others have their turn.
const PAGES: usize = 8;
/// How many bytes of documents go in one call at most, but for a single one that is larger.
const BYTES: usize = 1 << 20;
/// For how long whoever lost a race stays back, and as long again at most.
const BACK: u64 = 50;
/// For how long after a race the stream is asked before the log is read: another may have published it.
const RIVALRY: Duration = Duration::from_secs(10);
/// How often a stream that is ahead of its log is looked at.
const AHEAD_EVERY: Duration = Duration::from_secs(10);
/// The pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What is known of a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// The position of its last entry.
    pub(super) position: i64,
    /// Up to where the log was read: a log may have no events any more at its end.
    read: i64,
    state: State,
    /// Nothing is done before.
    not_before: Option<Instant>,
    /// Until when another publishes it, too.
    rival: Option<Instant>,
    /// How many entries were appended since it was last tidied.
    appended: u64,
    pace: Pace,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// It is to be asked where it ends.
    #[default]
    Unknown,
    /// It ends where we think.
    Known,
    /// It has what its log has not: nothing is published.
    Ahead,
}

/// What came of seeing to a stream.
pub(super) enum Came {
    /// It is up to where its log was, or somebody else sees to it.
    Up,
    /// It came nearer.
    ThereIsMore,
    /// Something failed.
    Failed(String),
}

/// Why a stream is not seen to any further for now.
enum Halt {
    /// Another appended.
    Rival,
    /// It has what its log has not.
    Ahead(String),
    /// There is no such tenant any more.
    Gone,
    Failed(String),
}

impl From<BusError> for Halt {
    fn from(error: BusError) -> Self {
        Self::Failed(error.reason)
    }
}

impl From<ServiceError> for Halt {
    fn from(error: ServiceError) -> Self {
        Self::Failed(chain(&error))
    }
}

impl Stream {
    /// It may have lost something.
    pub(super) fn ask_again(&mut self) {
        if self.state == State::Known {
            self.state = State::Unknown;
        }
    }

    /// Whether there is something to do, where its log ends so.
    pub(super) fn is_due(&self, end: i64, now: Instant) -> bool {
        self.not_before.is_none_or(|at| at <= now) && (self.state != State::Known || self.read < end)
    }

    /// Whether it is a copy of its log, as far as is known.
    pub(super) fn is_known(&self) -> bool {
        self.state == State::Known && self.position > 0
    }

    /// Whether the last try to publish to it failed.
    pub(super) const fn is_failing(&self) -> bool {
        self.pace.is_failing()
    }

    pub(super) fn is_ahead(&self) -> bool {
        self.state == State::Ahead
    }

    /// How many positions it is behind its log.
    pub(super) fn lag(&self, end: i64) -> i64 {
        end.saturating_sub(self.read).max(0)
    }

    /// Nothing is done for a while.
    fn wait(&mut self, pause: Duration) {
        self.not_before = Some(Instant::now() + pause);
    }
}

impl Publishing {
    /// Publishes what a log has beyond its stream, as far as one look goes.
    pub(super) async fn catch_up(&self, tenant: TenantId, end: i64, mut stream: Stream) -> (Stream, Came) {
        stream.not_before = None;
        let came = match self.go_on(tenant, end, &mut stream).await {
            Ok(()) => {
                stream.pace.succeeded();
                if stream.read < end {
                    Came::ThereIsMore
                } else {
                    Came::Up
                }
            }
            Err(Halt::Rival) => {
                let dice = RandomState::new().build_hasher().finish() % BACK;
                stream.state = State::Unknown;
                stream.rival = Some(Instant::now() + RIVALRY);
                stream.wait(Duration::from_millis(BACK + dice));
                Came::Up
            }
            Err(Halt::Ahead(how)) => {
                if stream.state != State::Ahead {
                    tracing::error!(
                        %tenant,
                        how,
                        "a stream has what its log has not, as after restoring a backup: nothing is published to it until it is \
                         removed; see docs/redis-streams.md"
                    );
                }
                stream.state = State::Ahead;
                stream.wait(AHEAD_EVERY);
                Came::Up
            }
            // The next look does not see the tenant any more, and removes its streams.
            Err(Halt::Gone) => Came::Up,
            Err(Halt::Failed(reason)) => {
                stream.ask_again();
                stream.pace.failed();
                let pause = stream.pace.pause(FIRST_PAUSE).min(LONGEST);
                stream.wait(pause);
                Came::Failed(reason)
            }
        };
        (stream, came)
    }

    async fn go_on(&self, tenant: TenantId, end: i64, stream: &mut Stream) -> Result<(), Halt> {
        let rivalry = stream.rival.is_some_and(|until| Instant::now() < until);
        if stream.state != State::Known || rivalry {
            self.ask(tenant, stream).await?;
        }
        if stream.read >= end {
            return Ok(());
        }
        let mut page = self.read(tenant, stream.read).await?;
        if page.missed > stream.position && stream.position > 0 {
            tracing::warn!(
                %tenant,
                published = stream.position,
                forgotten = page.missed,
                "events were forgotten before they could be published"
            );
        }
        for _ in 0..PAGES {
            let upto = page.upto;
            // The next page is read while this one is appended.
            let next = async {
                if upto < end {
                    self.read(tenant, upto).await.map(Some)
                } else {
                    Ok(None)
                }
            };
            let (appended, next) = tokio::join!(self.append(tenant, stream, page.entries), next);
            appended?;
            stream.read = upto;
            match next? {
                Some(next) => page = next,
                None => break,
            }
        }
        Ok(())
    }

    /// The events behind a position, which is one of the log's.
    async fn read(&self, tenant: TenantId, after: i64) -> Result<Documents, Halt> {
        let page = self
            .job
            .service
            .documents(tenant, after, PAGE)
            .await?
            .ok_or(Halt::Gone)?;
        if page.upto < after {
            return Err(Halt::Ahead(format!(
                "the stream ends at {after}, the log at {}",
                page.upto
            )));
        }
        Ok(page)
    }

    /// Appends events in portions. What is to go before one of them goes first: a process that dies in between does so again.
    async fn append(&self, tenant: TenantId, stream: &mut Stream, entries: Vec<Entry>) -> Result<(), Halt> {
        for portion in portions(&entries) {
            let Some(last) = portion.last().map(|entry| entry.position) else {
                continue;
            };
            if let Some(what) = portion.first().and_then(|entry| entry.clears) {
                self.job.bus.clear(tenant, what).await?;
            }
            match self.job.bus.append(tenant, stream.position, portion).await? {
                Appended::All => stream.position = last,
                Appended::Elsewhere => return Err(Halt::Rival),
            }
            let count = u64::try_from(portion.len()).unwrap_or(u64::MAX);
            counter!("tribune_streams_published_total").increment(count);
            stream.appended += count;
        }
        if stream.appended >= self.job.bounds.max_length.div_ceil(10) {
            stream.appended = 0;
            self.tidy(tenant, stream.position).await?;
        }
        Ok(())
    }

    /// Asks a stream where it ends, and makes sure that it is a copy of the log up to there.
    async fn ask(&self, tenant: TenantId, stream: &mut Stream) -> Result<(), Halt> {
        let tip = self.job.bus.tip(tenant).await?;
        if stream.state == State::Known && tip.last == stream.position {
            return Ok(());
        }
        self.compare(tenant, &tip).await?;
        if stream.state == State::Ahead {
            tracing::info!(%tenant, "the stream is a copy of its log again, and is published to");
        }
        (stream.position, stream.read) = (tip.last, tip.last);
        stream.state = State::Known;
        Ok(())
    }

    /// That the log has what a stream ends with.
    async fn compare(&self, tenant: TenantId, tip: &Tip) -> Result<(), Halt> {
        if tip.last > 0 {
            self.read(tenant, tip.last).await?;
        }
        let Some((position, kind, at)) = &tip.newest else {
            return Ok(());
        };
        let page = self.job.service.documents(tenant, position - 1, 1).await?;
        let there = page.ok_or(Halt::Gone)?.entries.into_iter().next();
        // An event may be gone from the log, but no other one takes its place.
        match there.filter(|entry| entry.position == *position) {
            Some(entry) if (&entry.kind, &entry.at) != (kind, at) => Err(Halt::Ahead(format!(
                "position {position} is `{kind}` of {at} in the stream, and `{}` of {} in the log",
                entry.kind, entry.at
            ))),
            _ => Ok(()),
        }
    }
}

/// Entries in portions that are not too large, and begin where something is to go first.
fn portions(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    let mut bytes = 0;
    entries.chunk_by(move |before, next| {
        bytes += before.event.len();
        let together = next.clears.is_none() && bytes + next.event.len() <= BYTES;
        if !together {
            bytes = 0;
        }
        together
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::UserId;
    use crate::ports::bus::Clears;
    use uuid::Uuid;

    fn entry(position: i64, bytes: usize, clears: bool) -> Entry {
        Entry {
            position,
            kind: "user.created".to_owned(),
            community: None,
            user: None,
            at: String::new(),
            version: 1,
            event: "x".repeat(bytes),
            clears: clears.then_some(Clears::User(UserId(Uuid::nil()))),
        }
    }

    fn cut(entries: &[Entry]) -> Vec<Vec<i64>> {
        let positions = |portion: &[Entry]| portion.iter().map(|entry| entry.position).collect();
        portions(entries).map(positions).collect()
    }

    #[test]
    fn portions_are_bounded_and_begin_where_something_goes_first() {
        assert_eq!(cut(&[]), Vec::<Vec<i64>>::new());
        let small = [
            entry(1, 9, false),
            entry(2, 9, false),
            entry(3, 9, true),
            entry(4, 9, false),
        ];
        assert_eq!(cut(&small), [vec![1, 2], vec![3, 4]]);
        let large = [
            entry(1, BYTES / 2, false),
            entry(2, BYTES / 2, false),
            entry(3, 1, false),
        ];
        assert_eq!(cut(&large), [vec![1, 2], vec![3]]);
        let huge = [
            entry(1, 2 * BYTES, false),
            entry(2, 1, false),
            entry(3, BYTES, false),
        ];
        assert_eq!(cut(&huge), [vec![1], vec![2], vec![3]]);
    }
}
