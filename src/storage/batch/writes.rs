//! The rows that a batch writes, collected over its rulings so that each row is written once.

use super::holds::SpentRow;
use super::issue::{WishRow, Wishes};
use super::notices::NoticeRow;
use super::{Home, MemberKey};
use crate::domain::act::{Entry, Recent};
use crate::domain::case::Case;
use crate::domain::directive;
use crate::domain::drift::{Seen, Spot};
use crate::domain::held::Held;
use crate::domain::id::{HeldId, SanctionId, ScheduleId, TenantId, UserId};
use crate::domain::member::Member;
use crate::domain::notice::When;
use crate::domain::past::Mark;
use crate::domain::points::Points;
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::schedule::Schedule;
use crate::domain::time::Instant;
use crate::ports::answer::{Answer, Claim, NewEvent};
use crate::ports::ledger::{Closing, InHand};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Where an entry stands for decay by expiry, for the columns of its row.
pub(crate) fn mark(case: &Case, state: Option<&Member>) -> Option<Mark> {
    state?.ledger.mark().filter(|_| case.points > Points::ZERO)
}

/// A new case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaseRow {
    pub(crate) home: Home,
    pub(crate) case: Case,
    /// The member's state just after it, if it touched the ledger.
    pub(crate) state: Option<Member>,
}

/// What changes of a member's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MemberWrite {
    pub(crate) state: Member,
    pub(crate) recent: Vec<Recent>,
}

/// A new sanction; with its end when a later command of the same batch ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SanctionRow {
    pub(crate) user: UserId,
    pub(crate) sanction: Sanction,
    pub(crate) ended: Option<EndedRow>,
}

/// How a sanction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndedRow {
    pub(crate) how: Ending,
    pub(crate) at: Instant,
    /// The case that ended it; none for voids.
    pub(crate) by: Option<i64>,
}

/// Where the end of a sanction of an earlier transaction has moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MovedRow {
    pub(crate) end: Option<Instant>,
    pub(crate) version: i32,
}

/// A timer to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerRow {
    pub(crate) user: UserId,
    pub(crate) version: i32,
    pub(crate) due: Instant,
}

/// A timer to take away: for this version of the sanction or an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GoneTimer {
    pub(crate) up_to_version: i32,
}

/// An event with its place after the tenant's last one: 1, 2, 3 …
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) tenant: TenantId,
    pub(crate) offset: i64,
    pub(crate) event: NewEvent,
}

/// What is to be kept under a key: the fingerprint and the answer of the call that was done. Another call of the same batch
/// may have used the key before it, and have been refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptRow {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: Answer,
    pub(crate) at: DateTime<Utc>,
}

/// Everything that a batch, a void or a single command writes.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    /// In order of acceptance, so that numbers ascend within a community.
    pub(crate) cases: Vec<CaseRow>,
    pub(crate) members: BTreeMap<MemberKey, MemberWrite>,
    pub(crate) started: BTreeMap<(Home, SanctionId), SanctionRow>,
    /// Sanctions of earlier transactions that end.
    pub(crate) ended: BTreeMap<(Home, SanctionId), EndedRow>,
    /// Sanctions of earlier transactions whose end moves.
    pub(crate) moved: BTreeMap<(Home, SanctionId), MovedRow>,
    pub(crate) timers: BTreeMap<(Home, SanctionId), TimerRow>,
    pub(crate) gone_timers: BTreeMap<(Home, SanctionId), GoneTimer>,
    /// The last case number of each community that got a case.
    pub(crate) numbers: BTreeMap<Home, i64>,
    /// How many events each tenant gets.
    pub(crate) event_counts: BTreeMap<TenantId, i64>,
    pub(crate) events: Vec<EventRow>,
    /// New answers under keys, in the order in which everybody inserts them.
    pub(crate) kept: BTreeMap<(TenantId, String), KeptRow>,
    /// Acts that wait or have waited, as they stand now.
    pub(crate) held: BTreeMap<(Home, HeldId), Held>,
    /// Acts that count in budgets.
    pub(crate) spent: Vec<SpentRow>,
    /// Schedules that have moved on, each with the version that it had.
    pub(crate) schedules: BTreeMap<(Home, ScheduleId), (i32, Schedule)>,
    /// What is wanted of platforms.
    pub(crate) wishes: Wishes,
    /// What members are told.
    pub(crate) notices: Vec<NoticeRow>,
    /// What is known of what was observed.
    pub(crate) seen: BTreeMap<(Home, Spot), Seen>,
    /// Users made for this batch who are not needed, with their identities.
    pub(crate) unmade_users: BTreeSet<(TenantId, UserId)>,
    /// Member rows made for this batch that are not needed.
    pub(crate) unmade_members: BTreeSet<MemberKey>,
}

impl Writes {
    /// Nothing was accepted: a rollback does all that is left, because it takes away what was made.
    pub(crate) fn is_empty(&self) -> bool {
        self.cases.is_empty()
            && self.members.is_empty()
            && self.started.is_empty()
            && self.ended.is_empty()
            && self.moved.is_empty()
            && self.timers.is_empty()
            && self.gone_timers.is_empty()
            && self.events.is_empty()
            && self.kept.is_empty()
            && self.held.is_empty()
            && self.schedules.is_empty()
            && self.wishes.is_empty()
            && self.seen.is_empty()
    }

    /// Adds a case with what it started and ended.
    pub(crate) fn entry(&mut self, member: MemberKey, entry: Entry) {
        let home = member.home();
        let Entry { case, after } = entry;
        if let Some(sanction) = &case.started {
            self.start(member, sanction.clone());
        }
        for ended in &case.ended {
            let end = EndedRow {
                how: ended.how,
                at: ended.at,
                by: Some(case.number),
            };
            self.end(home, ended.id, end);
        }
        let last = self.numbers.entry(home).or_insert(case.number);
        *last = case.number.max(*last);
        self.cases.push(CaseRow {
            home,
            case,
            state: after,
        });
    }

    /// Notes what platforms are to do when a member's sanctions become others.
    pub(crate) fn wish(
        &mut self,
        member: MemberKey,
        before: &[Sanction],
        entries: &[Entry],
        after: &[Sanction],
        in_hand: Option<&InHand>,
    ) {
        for wish in directive::wishes(before, entries, after) {
            let case = entries.iter().find(|entry| Some(entry.case.number) == wish.case);
            self.wishes.add(WishRow {
                member,
                reason: case.and_then(|entry| entry.case.particulars.reason.clone()),
                wish,
                in_hand: in_hand.cloned(),
                only: None,
                spared: None,
            });
        }
    }

    /// What a remedy leaves of a member's history, who had these sanctions before. A sanction is theirs under whom its case stands, whoever they
    /// are by now.
    pub(crate) fn remedy(
        member: MemberKey,
        before: &[Sanction],
        closing: Closing,
        owner: impl Fn(&Sanction) -> UserId,
    ) -> Self {
        let mut writes = Self::default();
        writes.wish(
            member,
            before,
            closing.added.as_slice(),
            &closing.member.sanctions,
            None,
        );
        writes.tell(member, &closing.notices, When::After, None);
        writes.notice(member.home(), closing.notices, true);
        if let Some(entry) = closing.added {
            let user = entry.case.user;
            writes.successor(MemberKey { user, ..member }, entry);
        }
        for (id, at) in closing.ended {
            let (how, by) = (Ending::Voided, None);
            writes.end(member.home(), id, EndedRow { how, at, by });
        }
        for sanction in closing.started {
            let user = owner(&sanction);
            writes.start(MemberKey { user, ..member }, sanction);
        }
        for sanction in &closing.moved {
            writes.move_end(member, sanction);
        }
        let left = MemberWrite {
            state: closing.member,
            recent: closing.recent,
        };
        writes.members.insert(member, left);
        writes.append(member.tenant, closing.events);
        writes
    }

    /// Adds a case that took the place of another. What was over before it came has expired.
    fn successor(&mut self, member: MemberKey, entry: Entry) {
        let over = entry.case.started.as_ref().filter(|sanction| sanction.over);
        let over = over.and_then(|sanction| Some((sanction.id, sanction.end?)));
        self.entry(member, entry);
        if let Some((id, at)) = over {
            let (how, by) = (Ending::Expired, None);
            self.end(member.home(), id, EndedRow { how, at, by });
        }
    }

    /// Adds a new sanction, with a timer if it has an end.
    pub(crate) fn start(&mut self, member: MemberKey, sanction: Sanction) {
        let key = (member.home(), sanction.id);
        if sanction.end.is_some() {
            self.set_timer(member, &sanction);
        }
        let row = SanctionRow {
            user: member.user,
            sanction,
            ended: None,
        };
        self.started.insert(key, row);
    }

    /// Moves the end of a sanction, and its timer with it.
    pub(crate) fn move_end(&mut self, member: MemberKey, sanction: &Sanction) {
        let key = (member.home(), sanction.id);
        match self.started.get_mut(&key) {
            Some(row) => row.sanction = sanction.clone(),
            None => {
                let row = MovedRow {
                    end: sanction.end,
                    version: sanction.version,
                };
                self.moved.insert(key, row);
            }
        }
        self.set_timer(member, sanction);
    }

    /// Sets the timer of a sanction, if it has an end; else takes it away.
    fn set_timer(&mut self, member: MemberKey, sanction: &Sanction) {
        let key = (member.home(), sanction.id);
        match sanction.end {
            Some(due) => {
                let timer = TimerRow {
                    user: member.user,
                    version: sanction.version,
                    due,
                };
                self.timers.insert(key, timer);
                self.gone_timers.remove(&key);
            }
            None => self.drop_timer(member.home(), sanction.id, i32::MAX),
        }
    }

    /// Ends a sanction and takes its timer away.
    pub(crate) fn end(&mut self, home: Home, id: SanctionId, end: EndedRow) {
        match self.started.get_mut(&(home, id)) {
            Some(row) => row.ended = Some(end),
            None => {
                self.ended.insert((home, id), end);
            }
        }
        self.drop_timer(home, id, i32::MAX);
    }

    /// Takes away the timer of a sanction for this version or an earlier one.
    pub(crate) fn drop_timer(&mut self, home: Home, id: SanctionId, up_to_version: i32) {
        match self.timers.get(&(home, id)) {
            Some(timer) if timer.version > up_to_version => {}
            Some(_) => {
                self.timers.remove(&(home, id));
            }
            None => {
                let gone = self
                    .gone_timers
                    .entry((home, id))
                    .or_insert(GoneTimer { up_to_version });
                gone.up_to_version = gone.up_to_version.max(up_to_version);
            }
        }
    }

    /// Appends events to a tenant's log.
    pub(crate) fn append(&mut self, tenant: TenantId, events: Vec<NewEvent>) {
        if events.is_empty() {
            return;
        }
        let count = self.event_counts.entry(tenant).or_insert(0);
        for event in events {
            *count += 1;
            self.events.push(EventRow {
                tenant,
                offset: *count,
                event,
            });
        }
    }

    /// Keeps an answer under a key.
    pub(crate) fn keep(&mut self, tenant: TenantId, claim: &Claim, answer: &Answer, at: DateTime<Utc>) {
        let row = KeptRow {
            fingerprint: claim.fingerprint,
            answer: answer.clone(),
            at,
        };
        self.kept.insert((tenant, claim.key.clone()), row);
    }
}
