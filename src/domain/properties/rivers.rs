//! Two people who are one for a while: as one, and as two again, they have what the slow replay says.

use super::super::act::Entry;
use super::super::case::Case;
use super::super::id::MergeId;
use super::super::member::Member;
use super::super::merge::{Crossing, Half, Side, join};
use super::super::past::Past;
use super::super::policy::Policy;
use super::super::replay::seams::{Again, Apart};
use super::super::replay::{Change, Replay, Start};
use super::super::sanction::Sanction;
use super::super::scene::{START, Scene, at};
use super::super::timeline::Timeline;
use super::cases;
use super::ledger::{agrees_with_the_slow_replay, fixed};
use super::naive::{Naive, State};
use super::replacements::{Pick, pick, replace};
use super::voids::voidable;
use super::world::{Step, What, policy, step};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub(super) const MERGE: MergeId = MergeId(Uuid::from_u128(7));

/// What happens to two people, each time to one of them: until they are one, and while they are. Milder acts take the place of some
/// cases just before they become one, and some cases are voided in the end.
#[derive(Clone, Debug)]
pub(super) struct Lives {
    policy: Policy,
    pub(super) before: Vec<(usize, Step)>,
    pub(super) milder: Vec<(usize, Pick)>,
    pub(super) since: Vec<(usize, Step)>,
    voids: Vec<Index>,
}

pub(super) fn lives() -> impl Strategy<Value = Lives> {
    let steps = |most| proptest::collection::vec((0..2_usize, step()), 0..most);
    // So late that what takes a place is often over by then.
    let late = pick().prop_map(|(index, wait, kind, length)| (index, 12 * wait, kind, length));
    let milder = proptest::collection::vec((0..2_usize, late), 0..4);
    let voids = proptest::collection::vec(any::<Index>(), 0..4);
    let parts = (policy(), steps(24), milder, steps(16), voids);
    parts.prop_map(|(policy, before, milder, since, voids)| Lives {
        policy,
        before,
        milder,
        since,
        voids,
    })
}

/// Two who are one.
pub(super) struct One {
    pub(super) scene: Scene,
    /// Who each case is about.
    whose: BTreeMap<i64, usize>,
    /// The last case of before, and when they became one.
    pub(super) after: i64,
    pub(super) moment: i64,
    /// The versions of the policy until then: another one may come into force in the same second.
    pub(super) then: Timeline,
    /// What each had just before, and what the one had just after.
    sides: [Member; 2],
    joined: Member,
}

impl Lives {
    fn two(&self) -> [Scene; 2] {
        let mut two = [Scene::new(self.policy.clone()), Scene::new(self.policy.clone())];
        two[1].fresh = 1 << 64;
        for (who, Step { wait, what }) in &self.before {
            let last = two.iter().map(Scene::last_case).fold(0, i64::max);
            for scene in &mut two {
                scene.wait(*wait).last = last;
            }
            what.happens(&mut two[*who]);
            if matches!(what, What::Activate(_)) {
                two[1 - who].timeline = two[*who].timeline.clone();
            }
        }
        for (who, (index, wait, kind, length)) in &self.milder {
            let last = two.iter().map(Scene::last_case).fold(0, i64::max);
            for scene in &mut two {
                scene.wait(*wait).last = last;
            }
            let scene = &mut two[*who];
            let numbers = voidable(scene);
            if !numbers.is_empty() {
                replace(scene, *index.get(&numbers), *kind, *length);
            }
        }
        two
    }

    pub(super) fn one(&self) -> One {
        let two = self.two();
        let mut one = One::of(two);
        for (who, Step { wait, what }) in &self.since {
            one.scene.wait(*wait);
            let known = one.scene.last_case();
            what.happens(&mut one.scene);
            one.tell(*who, what, known);
        }
        one
    }
}

impl One {
    fn of([into, from]: [Scene; 2]) -> Self {
        let pasts = [into.past(), from.past()];
        let (moment, timeline) = (into.now, into.timeline.clone());
        let half = |scene: usize| Half {
            member: [&into.member, &from.member][scene],
            past: &pasts[scene],
        };
        let version = timeline.in_force(at(moment));
        let joined = join(MERGE, version, &timeline, (half(0), half(1)), at(moment));
        let sides = [into.member.clone(), from.member.clone()];
        let cases = |who: usize, scene: &Scene| -> Vec<(i64, usize)> {
            scene.history.iter().map(|e| (e.case.number, who)).collect()
        };
        let whose = [cases(0, &into), cases(1, &from)].into_iter().flatten().collect();
        let after = into.last_case().max(from.last_case());
        let mut scene = into;
        scene.fresh = 1 << 96;
        scene.last = after;
        scene.history.extend(from.history);
        scene.history.sort_by_key(|e| (e.case.at, e.case.number));
        scene.member = joined.clone();
        Self {
            scene,
            whose,
            after,
            moment,
            then: timeline,
            sides,
            joined,
        }
    }

    /// Remembers who the cases of a step are about: an act and its escalations about whoever it named, a lift or an expiry about
    /// whoever had the sanction.
    fn tell(&mut self, who: usize, what: &What, known: i64) {
        let new: Vec<Case> = self
            .scene
            .history
            .iter()
            .map(|e| e.case.clone())
            .filter(|c| c.number > known)
            .collect();
        for case in new {
            let ended = case
                .ended
                .first()
                .filter(|_| !matches!(what, What::Act(..) | What::Supersede(..)));
            let begun = ended.and_then(|ended| {
                let mut begun = self.scene.history.iter().map(|e| &e.case);
                begun.find(|case| case.started.as_ref().is_some_and(|s| s.id == ended.id))
            });
            let whose = begun.map_or(who, |case| self.whose[&case.number]);
            self.whose.insert(case.number, whose);
        }
    }

    /// One person's entries: of before, or all.
    pub(super) fn own(&self, who: usize, all: bool) -> Vec<Entry> {
        let own = |e: &&Entry| self.whose[&e.case.number] == who && (all || e.case.number <= self.after);
        self.scene.history.iter().filter(own).cloned().collect()
    }

    /// Somebody with these entries.
    fn alone(&self, history: Vec<Entry>) -> Scene {
        Scene {
            history,
            ..self.scene.clone()
        }
    }

    fn past_before(&self, who: usize) -> Past {
        self.alone(self.own(who, false)).past()
    }

    /// Voids a case, if it can be voided; one of before is replayed over the place where the two became one.
    fn void(&mut self, number: i64) {
        let is_since = number > self.after;
        let who = self.whose[&number];
        let history = if is_since {
            self.scene.history.clone()
        } else {
            self.own(who, false)
        };
        let place = history.iter().position(|e| e.case.number == number).unwrap();
        let earlier = history[..place]
            .iter()
            .rev()
            .filter(|e| !is_since || e.case.number > self.after);
        let before = earlier.filter_map(|e| e.after.clone()).next();
        let nothing = if is_since {
            self.joined.clone()
        } else {
            Member::default()
        };
        self.scene.fresh += 1_000;
        let start = Start {
            timeline: Arc::new(self.scene.timeline.clone()),
            now: at(self.scene.now),
            case: history[place].case.clone(),
            change: Change::Void,
            before: before.unwrap_or(nothing),
            current: self.scene.member.clone(),
            recent: self.scene.recent.clone(),
            past: self.alone(history.clone()).past_until(place),
            ended: None,
            joined_later: true,
        };
        let Ok(mut replay) = Replay::begin(start, fresh(self.scene.fresh)) else {
            return;
        };
        let mut fed = replay.feed(&history[place..]);
        let mut rewritten = fed.rewritten;
        if !is_since && !fed.settled {
            let crossed = replay.cross(Crossing {
                merge: MERGE,
                at: at(self.moment),
                policy_version: self.then.in_force(at(self.moment)).version,
                side: if who == 0 { Side::Into } else { Side::From },
                other: self.sides[1 - who].clone(),
                other_past: self.past_before(1 - who),
                recorded: self.joined.clone(),
            });
            (self.sides[who], self.joined) = (crossed.side, crossed.member);
            let rest = self.scene.history.iter().filter(|e| e.case.number > self.after);
            fed = replay.feed(&rest.cloned().collect::<Vec<_>>());
            rewritten.extend(fed.rewritten);
        }
        for (number, state) in rewritten {
            self.scene.entry(number).after = Some(state);
        }
        self.scene.keep(&replay.finish());
    }

    /// The two, who are two again.
    fn parted(mut self) -> [Scene; 2] {
        let mut replays = [0, 1].map(|who| {
            let start = Apart {
                timeline: Arc::new(self.scene.timeline.clone()),
                now: at(self.scene.now),
                before: self.sides[who].clone(),
                past: self.past_before(who),
                current: self.scene.member.clone(),
            };
            Replay::apart(start, fresh((1 << 97) + (who as u128) * 1_000))
        });
        let mut cut: [Vec<Sanction>; 2] = [Vec::new(), Vec::new()];
        for place in 0..self.scene.history.len() {
            let entry = self.scene.history[place].clone();
            let number = entry.case.number;
            if number <= self.after {
                continue;
            }
            let who = self.whose[&number];
            cut[1 - who].extend(replays[1 - who].ends(&entry.case));
            let fed = replays[who].feed(&[entry]);
            for (number, state) in fed.rewritten {
                self.scene.entry(number).after = Some(state);
            }
        }
        let [first, second] = replays;
        let [first_cut, second_cut] = cut;
        [(0, first, first_cut), (1, second, second_cut)].map(|(who, replay, cut)| {
            let mut alone = self.alone(self.own(who, true));
            alone.keep(&replay.finish());
            for sanction in cut {
                alone.again(sanction);
            }
            alone
        })
    }

    /// As one they have what the slow replay says: of each alone until they became one, and of both together from then on.
    fn agrees(&self) -> Result<(), TestCaseError> {
        let timeline = &self.scene.timeline;
        let histories = [0, 1].map(|who| self.own(who, false));
        let [into, from] = [0, 1].map(|who| last(&self.then, &histories[who], self.moment));
        let started = match (into, from) {
            (into, None) => into,
            (into, Some(from)) => {
                let policy = &self.then.in_force(at(self.moment)).policy;
                let mut state = into.unwrap_or_else(|| State::fresh(START + self.moment, policy));
                state.take_in(from);
                Some(state)
            }
        };
        let together = Naive::of(timeline, &self.scene.history);
        let since = self.scene.history.iter().filter(|e| e.case.number > self.after);
        let kept = since.filter_map(|e| Some((e.case.number, e.after.as_ref()?)));
        for (slow, (number, kept)) in together.states_since(started, self.after).iter().zip(kept) {
            prop_assert_eq!(slow.case, number);
            prop_assert_eq!(kept.ledger.balance.units(), slow.balance, "case {}", number);
            prop_assert_eq!(kept.ledger.clock, slow.clock, "case {}", number);
            prop_assert_eq!(&kept.ledger.latched, &slow.latched, "case {}", number);
            prop_assert_eq!(fixed(&kept.sanctions), fixed(&slow.sanctions), "case {}", number);
        }
        Ok(())
    }
}

/// What somebody with these entries has at a moment, if they have any.
fn last(timeline: &Timeline, history: &[Entry], moment: i64) -> Option<State> {
    let naive = Naive::of(timeline, history);
    let mut state = naive.states().pop()?;
    naive.pass(&mut state, START + moment);
    Some(state)
}

fn fresh(mut last: u128) -> Box<dyn FnMut() -> Uuid + Send> {
    Box::new(move || {
        last += 1;
        Uuid::from_u128(last)
    })
}

impl Scene {
    /// A sanction turns out to have ended earlier: what came after it is worked out once more.
    fn again(&mut self, sanction: Sanction) {
        let number = sanction.case;
        self.entry(number).case.started = Some(sanction);
        let place = self.history.iter().position(|e| e.case.number == number).unwrap();
        let before = self.history[..place].iter().rev().find_map(|e| e.after.clone());
        let start = Again {
            timeline: Arc::new(self.timeline.clone()),
            now: at(self.now),
            number,
            before: before.unwrap_or_default(),
            past: self.past_until(place),
            current: self.member.clone(),
        };
        let mut replay = Replay::again(start, fresh(0));
        for (number, state) in replay.feed(&self.history[place..]).rewritten {
            self.entry(number).after = Some(state);
        }
    }
}

proptest! {
    #![proptest_config(cases(192))]

    /// Whatever happens to two who are one, and whatever of it and of before is voided, is what the slow replay says.
    #[test]
    fn two_who_are_one_have_what_the_slow_replay_says(lives in lives()) {
        let mut one = lives.one();
        one.agrees()?;
        for index in &lives.voids {
            let numbers: Vec<i64> = one.scene.history.iter().map(|e| e.case.number).collect();
            if !numbers.is_empty() {
                one.void(*index.get(&numbers));
                one.agrees()?;
            }
        }
    }

    /// When they are two again, each has what the slow replay says of their own cases, whatever happened in between.
    #[test]
    fn two_who_were_one_have_what_their_own_cases_come_to(lives in lives(), later in 0..60 * 86_400_i64) {
        let mut one = lives.one();
        for index in &lives.voids {
            let numbers: Vec<i64> = one.scene.history.iter().map(|e| e.case.number).collect();
            if !numbers.is_empty() {
                one.void(*index.get(&numbers));
            }
        }
        for alone in one.parted() {
            agrees_with_the_slow_replay(&alone, later)?;
        }
    }

    /// Made two again at once, they are who they were.
    #[test]
    fn two_who_were_one_for_a_moment_are_who_they_were(lives in lives()) {
        let two = lives.two();
        let parted = One::of(two.clone()).parted();
        for (before, after) in two.iter().zip(&parted) {
            prop_assert_eq!(&before.history, &after.history);
            let settled = |scene: &Scene| {
                let mut member = scene.member.clone();
                if member.ledger.as_of.is_some() {
                    member.settle(&scene.timeline, &scene.past(), at(scene.now));
                }
                member
            };
            let (before, after) = (settled(before), settled(after));
            prop_assert!(before.is_like(&after), "{:?}\n{:?}", before, after);
        }
    }
}
