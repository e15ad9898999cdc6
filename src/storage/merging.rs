//! What a merge and its undoing come to in one community, apart from any SQL.

use super::batch::{EndedRow, Home, MemberRow, MemberWrite, Writes, fresh_user, mark};
use super::seams::{Rewritten, Seam, SeamDetail, member};
use crate::domain::act::{Entry, Recent};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, Voided};
use crate::domain::id::{MergeId, SanctionId, UserId};
use crate::domain::identity::Identity;
use crate::domain::member::{MAX_SANCTIONS, Member};
use crate::domain::merge::{self, Crossed, Crossing, Half, Role};
use crate::domain::past::{Answer, Past, Question};
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::replay::seams::Apart;
use crate::domain::replay::{Replay, Voiding};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::directory::Conflict;
use crate::ports::merges::{Holding, JoinedMember, PartedMember, PartedSide};
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// A merge in a community, before it is known what it comes to.
pub(crate) struct Joining {
    pub(crate) home: Home,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) merge: MergeId,
    /// The one who remains, and what the community has of them.
    pub(crate) into: (UserId, MemberRow),
    pub(crate) from: (UserId, MemberRow),
    /// The last case of the community.
    pub(crate) last: i64,
    pub(crate) turn: i32,
}

/// What it comes to.
pub(crate) struct JoinedRows {
    pub(crate) seam: Seam,
    pub(crate) write: MemberWrite,
    pub(crate) told: JoinedMember,
}

/// A question about one of the two.
pub(crate) type Asked = (UserId, Vec<Question>);

impl Joining {
    /// What it comes to; or what has to be known first.
    ///
    /// # Errors
    /// That the one person would have too many sanctions.
    pub(crate) fn join(&self, now: Instant) -> Result<Result<JoinedRows, Vec<Asked>>, Refusal> {
        let (into, from) = (&self.into.1, &self.from.1);
        let at = merge::moment(now, &into.state, &from.state);
        let version = self.timeline.in_force(at);
        let half = |row: &'_ MemberRow| Holding::of(&self.timeline, &row.state, &row.past, at);
        let (into_had, from_had) = (half(into), half(from));
        let halves = (
            Half {
                member: &into.state,
                past: &into.past,
            },
            Half {
                member: &from.state,
                past: &from.past,
            },
        );
        let state = merge::join(self.merge, version, &self.timeline, halves, at);
        let has = Holding::of(&self.timeline, &state, &into.past, at);
        let asked =
            [(self.into.0, into), (self.from.0, from)].map(|(user, row)| (user, row.past.take_asked()));
        let asked: Vec<Asked> = asked.into_iter().filter(|(_, asked)| !asked.is_empty()).collect();
        if !asked.is_empty() {
            return Ok(Err(asked));
        }
        if state.sanctions.len() > MAX_SANCTIONS {
            return Err(Refusal::TooManySanctions { limit: MAX_SANCTIONS });
        }
        let detail = SeamDetail {
            into_recent: into.recent.clone(),
            from_recent: from.recent.clone(),
            into_role: role(into),
            role: role(into).with(role(from)),
        };
        let told = JoinedMember {
            community: self.home.1,
            at,
            into: into_had,
            from: from_had,
            joined: has,
            moved: merge::moved(&into.state, &from.state, &state),
        };
        Ok(Ok(JoinedRows {
            write: MemberWrite {
                state: state.clone(),
                recent: merge::recent(&into.recent, &from.recent),
            },
            seam: Seam {
                merge: self.merge,
                into: self.into.0,
                from: self.from.0,
                at,
                after: self.last,
                turn: self.turn,
                policy_version: version.version,
                into_state: into.state.clone(),
                from_state: from.state.clone(),
                state,
                detail,
            },
            told,
        }))
    }

    /// Learns an answer about one of the two.
    pub(crate) fn learn(&mut self, user: UserId, question: Question, answer: Answer) {
        let row = if user == self.into.0 {
            &mut self.into.1
        } else {
            &mut self.from.1
        };
        row.past.learn(question, answer);
    }
}

/// What a community says of a member.
pub(crate) const fn role(row: &MemberRow) -> Role {
    Role {
        authority: row.authority,
        protected: row.protected,
        bot: row.bot,
    }
}

impl Holding {
    /// What a state comes to at a moment.
    fn of(timeline: &Timeline, state: &Member, past: &Past, at: Instant) -> Self {
        let mut member = state.clone();
        member.settle(timeline, past, at);
        let policy: &Policy = &timeline.in_force(at).policy;
        member.sanctions.retain(|sanction| sanction.holds(at));
        Self {
            exact: member.ledger.balance,
            points: policy.shown(member.ledger.balance),
            sanctions: member.sanctions,
        }
    }
}

/// The undoing of a merge in a community.
pub(crate) struct Parting {
    home: Home,
    timeline: Arc<Timeline>,
    now: Instant,
    seam: Seam,
    /// Who the two are from now on.
    into: UserId,
    from: UserId,
    /// The one member, as they stand.
    joined: MemberRow,
    /// The identities that go.
    going: BTreeSet<Identity>,
    staying: Stream,
    leaving: Stream,
    /// The cases since the merge that go.
    gone: BTreeSet<i64>,
    /// Sanctions that the other's history ended, and whose they are.
    cut: Vec<(UserId, Sanction)>,
    /// Sanctions of cases that go.
    sanctions: BTreeSet<SanctionId>,
}

/// The history of one of the two.
struct Stream {
    replay: Replay,
    fallen: Vec<Case>,
    /// Under whom the escalations stand that started a sanction: one in its place is theirs too.
    owners: BTreeMap<i64, UserId>,
}

/// A page of the history since the merge, divided.
#[derive(Default)]
pub(crate) struct Divided {
    /// Cases that stay and whose state comes out differently, with that state.
    pub(crate) stay: Vec<Entry>,
    /// Cases that go, and the state after each, if it has one.
    pub(crate) go: Vec<Entry>,
}

/// What has to be written when history is over.
pub(crate) struct PartedRows {
    pub(crate) told: PartedMember,
    pub(crate) writes: Writes,
    pub(crate) voided: Vec<(i64, Voided)>,
    /// Sanctions that their case names from now on.
    pub(crate) restarted: Vec<Sanction>,
    pub(crate) reduced: Vec<(i64, Points)>,
    /// Sanctions of cases that go.
    pub(crate) sanctions: Vec<SanctionId>,
    /// Sanctions that the one who goes has: their timers go with them.
    pub(crate) timers: Vec<SanctionId>,
    /// Sanctions that were ended in the other one's history: states of their own history still have them with another end.
    pub(crate) cut: Vec<(UserId, Sanction)>,
    /// What the community says of the one who remained.
    pub(crate) role: Role,
}

/// What the undoing of a merge begins with.
pub(crate) struct PartingStart<'a> {
    pub(crate) home: Home,
    pub(crate) timeline: &'a Arc<Timeline>,
    pub(crate) now: Instant,
    pub(crate) seam: &'a Seam,
    /// Who the two are from now on.
    pub(crate) into: UserId,
    pub(crate) from: UserId,
    /// The one member, as they stand, with all that their state looks back to.
    pub(crate) joined: MemberRow,
    /// The identities that go.
    pub(crate) going: &'a BTreeSet<Identity>,
    /// What the states at the seam look back to.
    pub(crate) into_past: Past,
    pub(crate) from_past: Past,
}

impl Parting {
    /// Begins; `fresh` gives what makes identifiers for milder sanctions.
    pub(crate) fn new(start: PartingStart<'_>, fresh: impl Fn() -> Box<dyn FnMut() -> Uuid + Send>) -> Self {
        let stream = |before: &Member, past: Past| Stream {
            replay: Replay::apart(
                Apart {
                    timeline: Arc::clone(start.timeline),
                    now: start.now,
                    before: before.clone(),
                    past,
                    current: start.joined.state.clone(),
                },
                fresh(),
            ),
            fallen: Vec::new(),
            owners: BTreeMap::new(),
        };
        Self {
            staying: stream(&start.seam.into_state, start.into_past),
            leaving: stream(&start.seam.from_state, start.from_past),
            home: start.home,
            timeline: Arc::clone(start.timeline),
            now: merge::moment(start.now, &start.joined.state, &start.joined.state),
            seam: start.seam.clone(),
            into: start.into,
            from: start.from,
            joined: start.joined,
            going: start.going.clone(),
            gone: BTreeSet::new(),
            cut: Vec::new(),
            sanctions: BTreeSet::new(),
        }
    }

    /// Whether nothing goes.
    pub(crate) fn is_idle(&self) -> bool {
        self.gone.is_empty()
    }

    /// Who goes.
    pub(crate) const fn from(&self) -> UserId {
        self.from
    }

    /// Divides the next entries.
    pub(crate) fn page(&mut self, entries: Vec<Entry>) -> Divided {
        let mut divided = Divided::default();
        for mut entry in entries {
            let goes = self.goes(&entry.case);
            let (own, other, whose) = if goes {
                (&mut self.leaving, &mut self.staying, self.into)
            } else {
                (&mut self.staying, &mut self.leaving, self.from)
            };
            let cut = other.replay.ends(&entry.case).into_iter();
            self.cut.extend(cut.map(|sanction| (whose, sanction)));
            if goes {
                self.gone.insert(entry.case.number);
                self.sanctions.extend(entry.case.started.as_ref().map(|s| s.id));
                entry.case.user = self.from;
            }
            let state = own.take(&entry);
            if goes {
                entry.after = state.or(entry.after);
                divided.go.push(entry);
            } else if state.is_some() {
                entry.after = state;
                divided.stay.push(entry);
            }
        }
        divided
    }

    /// The history of the one who remains goes on over another merge.
    pub(crate) fn cross(&mut self, crossing: Crossing) -> Crossed {
        self.staying.replay.cross(crossing)
    }

    /// Whether a case goes: with the identity that it named; an escalation with its cause; and an end that names nobody with the
    /// sanctions that it ended.
    fn goes(&self, case: &Case) -> bool {
        if let Some(cause) = case.causes.last() {
            return self.gone.contains(cause);
        }
        let ended: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
        case.particulars.named.as_ref().map_or_else(
            || !ended.is_empty() && self.leaving.replay.has_all(&ended),
            |named| self.going.contains(named),
        )
    }

    /// History is over.
    pub(crate) fn finish(self, by: &Actor, now: DateTime<Utc>) -> PartedRows {
        let joined = Holding::of(&self.timeline, &self.joined.state, &self.joined.past, self.now);
        let detail = &self.seam.detail;
        let since = |goes: bool| -> Vec<Recent> {
            let is_one = |act: &&Recent| act.case > self.seam.after && self.gone.contains(&act.case) == goes;
            self.joined.recent.iter().filter(is_one).cloned().collect()
        };
        let recent = (
            merge::recent(&detail.into_recent, &since(false)),
            merge::recent(&detail.from_recent, &since(true)),
        );
        let role = role(&self.joined).parted(detail.into_role, detail.role);
        let voided = Voided {
            at: now,
            by: by.clone(),
            reason: Some(format!("{} was undone.", self.seam.merge)),
            cause: None,
            replaced_by: None,
        };
        let mut rows = Rows {
            home: self.home,
            timeline: &self.timeline,
            now: self.now,
            held: &self.joined.state.sanctions,
            how: voided,
            writes: Writes::default(),
            voided: Vec::new(),
            restarted: self.cut.iter().map(|(_, sanction)| sanction.clone()).collect(),
            reduced: Vec::new(),
        };
        let (into, _) = rows.side(self.into, self.staying, recent.0);
        let (from, left) = rows.side(self.from, self.leaving, recent.1);
        let timers = left.sanctions.iter().map(|sanction| sanction.id).collect();
        PartedRows {
            role,
            told: PartedMember {
                community: self.home.1,
                at: self.now,
                joined,
                into,
                from,
                cases_moved: self.gone.len(),
            },
            sanctions: self.sanctions.into_iter().collect(),
            timers,
            writes: rows.writes,
            voided: rows.voided,
            restarted: rows.restarted,
            reduced: rows.reduced,
            cut: self.cut,
        }
    }
}

/// What has to be written of both.
struct Rows<'a> {
    home: Home,
    timeline: &'a Timeline,
    now: Instant,
    /// The sanctions of the one member.
    held: &'a [Sanction],
    /// Why cases fall.
    how: Voided,
    writes: Writes,
    voided: Vec<(i64, Voided)>,
    restarted: Vec<Sanction>,
    reduced: Vec<(i64, Points)>,
}

impl Rows<'_> {
    /// Adds what the history of one came to. Gives what is told of it, and their state.
    fn side(&mut self, user: UserId, stream: Stream, mut recent: Vec<Recent>) -> (PartedSide, Member) {
        let (voiding, mut fallen) = (stream.replay.finish(), stream.fallen);
        let owner = |sanction: &Sanction| stream.owners.get(&sanction.case).copied().unwrap_or(user);
        for case in &mut fallen {
            case.voided = Some(self.how.clone());
            self.voided.push((case.number, self.how.clone()));
        }
        recent.retain(|act| fallen.iter().all(|case| case.number != act.case));
        self.reduced.extend(&voiding.reduced);
        self.restarted.extend(voiding.started.iter().cloned());
        self.write(user, &voiding, recent, owner);
        let was = |id: SanctionId| self.held.iter().find(|sanction| sanction.id == id).cloned();
        let ended = voiding.ended.iter();
        let told = PartedSide {
            user,
            holding: Holding::of(self.timeline, &voiding.member, &voiding.past, self.now),
            fallen,
            ended: ended.filter_map(|(id, at)| Some((was(*id)?, *at))).collect(),
            started: voiding.started,
            moved: voiding.moved,
        };
        (told, voiding.member)
    }

    fn write(
        &mut self,
        user: UserId,
        voiding: &Voiding,
        recent: Vec<Recent>,
        owner: impl Fn(&Sanction) -> UserId,
    ) {
        let key = member(self.home, user);
        for (id, at) in &voiding.ended {
            let (how, at, by) = (Ending::Voided, *at, None);
            self.writes.end(self.home, *id, EndedRow { how, at, by });
        }
        for sanction in &voiding.started {
            self.writes
                .start(member(self.home, owner(sanction)), sanction.clone());
        }
        for sanction in &voiding.moved {
            self.writes.move_end(key, sanction);
        }
        let state = voiding.member.clone();
        self.writes.members.insert(key, MemberWrite { state, recent });
    }
}

impl Divided {
    /// The states of the cases that stay.
    pub(crate) fn rewritten(&self) -> Vec<Rewritten<'_>> {
        let with_state = self
            .stay
            .iter()
            .filter_map(|entry| Some((&entry.case, entry.after.as_ref()?)));
        with_state
            .map(|(case, state)| (case.number, Cow::Borrowed(state), mark(case, Some(state))))
            .collect()
    }
}

impl Stream {
    /// Takes an entry of this history, and gives the state after it, if it comes out differently.
    fn take(&mut self, entry: &Entry) -> Option<Member> {
        if entry.case.depth() > 0 && entry.case.started.is_some() {
            self.owners.insert(entry.case.number, entry.case.user);
        }
        let fed = self.replay.feed(std::slice::from_ref(entry));
        if self.replay.voided().len() > self.fallen.len() {
            self.fallen.push(entry.case.clone());
        }
        fed.rewritten.into_iter().next().map(|(_, state)| state)
    }
}

/// Whether two people, each already so many users, may be one.
pub(crate) fn most_merged(users: &[Vec<UserId>; 2]) -> Result<(), Conflict> {
    let together: usize = users.iter().map(Vec::len).sum();
    if together > merge::MAX_MERGED {
        return Err(Conflict::TooManyMerged(together));
    }
    Ok(())
}

/// Everybody who was merged into a user, and into those in turn; themself too. Each edge is a merge that stands: into whom, and who.
pub(crate) fn subtree(root: UserId, merges: &[(UserId, UserId)]) -> BTreeSet<UserId> {
    let mut found = BTreeSet::from([root]);
    loop {
        let more: Vec<UserId> = merges
            .iter()
            .filter(|(into, from)| found.contains(into) && !found.contains(from))
            .map(|(_, from)| *from)
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Makes identifiers in the order of time.
pub(crate) fn fresh(now: DateTime<Utc>) -> Box<dyn FnMut() -> Uuid + Send> {
    Box::new(move || fresh_user(now).0)
}
