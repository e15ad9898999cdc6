//! What is on record of a community, and the same told once more from the beginning: every person's cases and merges in the order of
//! history, by nothing but the rules for one entry and for one merge. No state that the store keeps goes into it, no page, no index
//! and no replay of a remedy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tribune::domain::case::Case;
use tribune::domain::enter::{Entered, Incoming, Under, enter};
use tribune::domain::id::{CommunityId, MergeId, SanctionId, TenantId, UserId};
use tribune::domain::identity::Identity;
use tribune::domain::member::Member;
use tribune::domain::merge::{Half, join};
use tribune::domain::past::{Offence, Past};
use tribune::domain::points::Points;
use tribune::domain::sanction::{Ending, Sanction};
use tribune::domain::time::Instant;
use tribune::domain::timeline::Timeline;
use tribune::ports::history::{Piece, SeamPiece, Sink};
use tribune::ports::ledger::PersonRef;
use tribune::ports::store::Store;

/// A place in history: the second, the last case, and which of several merges behind it; 0 for the case itself.
pub(super) type Spot = (Instant, i64, i32);

/// A merge that stands, as the test remembers it.
#[derive(Clone, Debug)]
pub(super) struct Union {
    pub(super) id: MergeId,
    pub(super) into: UserId,
    pub(super) from: UserId,
    /// Where it lies in the history of each community, and the version of the policy in force there then; none where neither was a
    /// member.
    pub(super) places: BTreeMap<CommunityId, (Spot, i32)>,
}

/// Who is who: the merges that stand, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    pub(super) unions: Vec<Union>,
    pub(super) known: BTreeMap<Identity, UserId>,
}

impl People {
    /// Who a user is now.
    pub(super) fn present(&self, user: UserId) -> UserId {
        let joined = self.unions.iter().find(|union| union.from == user);
        joined.map_or(user, |union| self.present(union.into))
    }

    /// Everybody who is somebody now, in the order of their names: ids come by chance.
    pub(super) fn everybody(&self) -> Vec<UserId> {
        let mut everybody = Vec::new();
        for user in self.known.values().map(|user| self.present(*user)) {
            if !everybody.contains(&user) {
                everybody.push(user);
            }
        }
        everybody
    }

    /// Under whom a case stands: whoever it named, as far as the merges go that were made before it and stand.
    fn owner(&self, community: CommunityId, case: &Case, user: UserId) -> UserId {
        let before = |union: &&Union| match union.places.get(&community) {
            Some((spot, _)) => *spot < (case.at, case.number, 0),
            None => true,
        };
        let joined = self.unions.iter().filter(|union| union.from == user).find(before);
        joined.map_or(user, |union| self.owner(community, case, union.into))
    }
}

/// How a sanction ended, when, and by which case.
type End = Option<(Ending, Instant, Option<i64>)>;

/// All that is on record of a community.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Book {
    pub(super) community: CommunityId,
    pub(super) timeline: Arc<Timeline>,
    pub(super) last_case: i64,
    pub(super) cases: BTreeMap<i64, (Case, Option<Member>)>,
    pub(super) members: BTreeMap<UserId, Member>,
    sanctions: BTreeMap<SanctionId, (UserId, Sanction, End)>,
    seams: BTreeMap<MergeId, SeamPiece>,
}

struct Pieces(Vec<Piece>);

#[async_trait::async_trait]
impl Sink for Pieces {
    async fn take(&mut self, piece: Piece) -> bool {
        self.0.push(piece);
        true
    }
}

impl Book {
    pub(super) async fn read(store: &dyn Store, tenant: TenantId, community: CommunityId) -> Self {
        let mut pieces = Pieces(Vec::new());
        store.export(tenant, community, &mut pieces).await.unwrap();
        let anybody = PersonRef::Identity(Identity::parse("custom:0").unwrap());
        let seen = store.look(tenant, community, &anybody).await.unwrap();
        let mut book = Self {
            community,
            timeline: seen.timeline,
            last_case: 0,
            cases: BTreeMap::new(),
            members: BTreeMap::new(),
            sanctions: BTreeMap::new(),
            seams: BTreeMap::new(),
        };
        for piece in pieces.0 {
            book.enter(piece);
        }
        book
    }

    fn enter(&mut self, piece: Piece) {
        match piece {
            Piece::Community { last_case, .. } => self.last_case = last_case,
            Piece::Case { case, after } => {
                self.cases.insert(case.number, (*case, after.map(|after| *after)));
            }
            Piece::Member { user, state, .. } => {
                self.members.insert(user, *state);
            }
            Piece::Sanction {
                user,
                sanction,
                ended,
            } => {
                self.sanctions.insert(sanction.id, (user, *sanction, ended));
            }
            Piece::Seam(seam) => {
                self.seams.insert(seam.merge, *seam);
            }
            _ => {}
        }
    }

    pub(super) fn member(&self, user: UserId) -> Member {
        self.members.get(&user).cloned().unwrap_or_default()
    }

    /// Holds the record against the same told from the beginning.
    pub(super) fn check(&self, people: &People, now: Instant) {
        self.nothing_is_lost();
        self.everybody_has_their_own(people);
        self.seams_are_where_merges_were(people);
        self.what_is_caused_stands_on_its_cause();
        for user in people.everybody() {
            let told = Told::of(self, people, user);
            told.check_states(self);
            let past = &told.past;
            let at = self.member(user).ledger.as_of.map_or(now, |last| last.max(now));
            let settled = |member: &Member| {
                let mut member = member.clone();
                member.settle(&self.timeline, past, at);
                member
            };
            let (kept, told) = (settled(&self.member(user)), settled(&told.member));
            if kept.ledger.as_of.is_some() || told.ledger.as_of.is_some() {
                alike(&kept, &told, at, &format!("{user} now"));
            }
        }
        self.sanctions_are_those_of_members(people);
    }

    fn nothing_is_lost(&self) {
        let numbers: Vec<i64> = self.cases.keys().copied().collect();
        let all: Vec<i64> = (1..=self.last_case).collect();
        assert_eq!(numbers, all, "case numbers");
    }

    fn everybody_has_their_own(&self, people: &People) {
        for (case, _) in self.cases.values() {
            let first = case.causes.first().map_or(case, |cause| &self.cases[cause].0);
            if let Some(named) = &first.particulars.named {
                let owner = people.owner(self.community, case, people.known[named]);
                assert_eq!(case.user, owner, "under whom case {} stands", case.number);
            }
        }
    }

    fn seams_are_where_merges_were(&self, people: &People) {
        let places = |seam: &SeamPiece| ((seam.at, seam.after), seam.into, seam.from, seam.policy_version);
        let kept: BTreeMap<_, _> = self.seams.iter().map(|(id, seam)| (*id, places(seam))).collect();
        let made = people.unions.iter().filter_map(|union| {
            let ((at, after, _), version) = union.places.get(&self.community)?;
            Some((union.id, ((*at, *after), union.into, union.from, *version)))
        });
        assert_eq!(kept, made.collect(), "the seams");
    }

    fn what_is_caused_stands_on_its_cause(&self) {
        let live = |number: &i64| self.cases[number].0.voided.is_none();
        for (number, (case, _)) in &self.cases {
            if live(number) {
                assert!(case.causes.iter().all(live), "case {number} outlives its cause");
            }
        }
    }

    /// A sanction is in the state of whoever has its case until its end is on record. Afterwards it is in nobody's, but for one whose
    /// end was on record from the beginning.
    fn sanctions_are_those_of_members(&self, people: &People) {
        let everybody = people.everybody();
        let held: BTreeMap<SanctionId, (UserId, &Sanction)> = everybody
            .iter()
            .filter_map(|user| self.members.get_key_value(user))
            .flat_map(|(user, member)| member.sanctions.iter().map(|s| (s.id, (*user, s))))
            .collect();
        let count: usize = everybody
            .iter()
            .filter_map(|user| self.members.get(user))
            .map(|m| m.sanctions.len())
            .sum();
        assert_eq!(held.len(), count, "nobody has what somebody else has");
        for (id, (user, sanction, ended)) in &self.sanctions {
            let case = &self.cases[&sanction.case].0;
            assert_eq!(
                people.present(*user),
                people.present(case.user),
                "whose {id} is, of case {}",
                case.number
            );
            match (ended, held.get(id)) {
                (Some(_), Some((holder, held))) => {
                    assert!(held.over, "{holder} has {id}, which has ended");
                }
                (Some(_), None) => {}
                (None, held) => {
                    let (holder, held) =
                        held.unwrap_or_else(|| panic!("nobody has {id} of case {}", case.number));
                    assert_eq!(
                        *holder,
                        people.present(*user),
                        "who has {id} of case {}",
                        case.number
                    );
                    assert_eq!(*held, sanction, "{id}");
                }
            }
        }
    }
}

/// The history of one person, told.
pub(super) struct Told {
    pub(super) member: Member,
    pub(super) past: Past,
    states: BTreeMap<i64, Member>,
    /// Entries at which a rung fires.
    fires: BTreeSet<i64>,
    /// What both had just before each merge and what they look back to, and what the one has just after.
    joined: BTreeMap<MergeId, ([(Member, Past); 2], Member)>,
}

impl Told {
    /// All of it.
    pub(super) fn of(book: &Book, people: &People, user: UserId) -> Self {
        Self::until(
            book,
            people,
            user,
            (Instant::default().shifted(i64::MAX), i64::MAX, i32::MAX),
        )
    }

    /// What lies before a place.
    pub(super) fn until(book: &Book, people: &People, user: UserId, end: Spot) -> Self {
        let cases = book
            .cases
            .values()
            .filter(|(case, after)| case.user == user && after.is_some());
        let mut steps: Vec<(Spot, Step<'_>)> = cases
            .map(|(case, _)| ((case.at, case.number, 0), Step::Case(case)))
            .collect();
        let unions = people.unions.iter().filter(|union| union.into == user);
        let unions = unions.filter_map(|union| Some((union.places.get(&book.community)?, union)));
        steps.extend(unions.map(|((spot, _), union)| (*spot, Step::Union(union))));
        steps.retain(|(spot, _)| *spot < end);
        steps.sort_by_key(|(spot, _)| *spot);
        let mut told = Self {
            member: Member::default(),
            past: Past::whole(Vec::new(), Vec::new()),
            states: BTreeMap::new(),
            fires: BTreeSet::new(),
            joined: BTreeMap::new(),
        };
        for (_, step) in steps {
            match step {
                Step::Case(case) => told.enter(&book.timeline, case),
                Step::Union(union) => told.join(book, people, union),
            }
        }
        told
    }

    fn enter(&mut self, timeline: &Timeline, case: &Case) {
        let (member, past) = (&mut self.member, &mut self.past);
        let version = timeline.judged(case.policy_version, case.at);
        member.settle_for(&version.policy, timeline, past, case.at);
        let ids: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
        member.remove(&ids);
        if case.voided.is_none() && case.kind.lifts().is_none() {
            let kind = case.started.as_ref().map_or(case.kind, |started| started.kind);
            let incoming = Incoming {
                kind,
                points: case.points,
                depth: case.depth(),
                at: case.at,
                started: case.started.clone(),
            };
            let under = Under {
                version,
                timeline,
                past,
                immune: false,
            };
            let Entered { fired, .. } = enter(member, under, incoming);
            if fired.is_some() {
                self.fires.insert(case.number);
            }
            let mark = member.ledger.mark().filter(|_| case.points > Points::ZERO);
            let at = case.at;
            past.add(mark, case.causes.is_empty().then_some(Offence { at, kind }));
        }
        member.hold(&version.policy, past);
        self.states.insert(case.number, member.clone());
    }

    fn join(&mut self, book: &Book, people: &People, union: &Union) {
        let (spot, version) = union.places[&book.community];
        let other = Self::until(book, people, union.from, spot);
        let half = |told: &'_ Self| (told.member.clone(), told.past.clone());
        let (into, from) = (half(self), half(&other));
        let halves = (
            Half {
                member: &into.0,
                past: &into.1,
            },
            Half {
                member: &from.0,
                past: &from.1,
            },
        );
        let version = book.timeline.version(version).unwrap();
        self.member = join(union.id, version, &book.timeline, halves, spot.0);
        self.past.take_in(&other.past);
        self.states.extend(other.states);
        self.fires.extend(other.fires);
        self.joined.extend(other.joined);
        self.joined.insert(union.id, ([into, from], self.member.clone()));
    }

    /// Every state that the store keeps is the one told.
    fn check_states(&self, book: &Book) {
        for (number, told) in &self.states {
            let (case, kept) = &book.cases[number];
            alike(
                kept.as_ref().unwrap(),
                told,
                case.at,
                &format!("after case {number}"),
            );
            let trigger = case.causes.last().filter(|_| case.voided.is_none());
            if let Some(trigger) = trigger {
                assert!(
                    self.fires.contains(trigger),
                    "case {number} stands, but its trigger fires nothing"
                );
            }
        }
        for (merge, (sides, member)) in &self.joined {
            let seam = &book.seams[merge];
            let policy = &book.timeline.version(seam.policy_version).unwrap().policy;
            for (kept, (told, past)) in [&seam.into_state, &seam.from_state].into_iter().zip(sides) {
                // Somebody who has an entry may have been settled since.
                let settled = [kept, told].map(|member| {
                    let mut member = member.clone();
                    if member.ledger.as_of.is_some() {
                        member.settle_for(policy, &book.timeline, past, seam.at);
                    }
                    member
                });
                alike(&settled[0], &settled[1], seam.at, &format!("before {merge}"));
            }
            alike(&seam.state, member, seam.at, &format!("after {merge}"));
        }
    }
}

enum Step<'a> {
    Case(&'a Case),
    Union(&'a Union),
}

/// Two states are the same for everything that comes at or after a moment.
pub(super) fn alike(kept: &Member, told: &Member, at: Instant, place: &str) {
    assert_eq!(kept.ledger, told.ledger, "the ledger {place}");
    let holding = |member: &Member| -> BTreeMap<SanctionId, Sanction> {
        let held = member.sanctions.iter().filter(|s| s.holds(at)).cloned();
        held.map(|s| (s.id, Sanction { version: 0, ..s })).collect()
    };
    assert_eq!(holding(kept), holding(told), "the sanctions {place}");
}
