//! Given what is desired and what is known, what a sight differs in; given an observation, what it comes to.

use super::super::decide::Adoption;
use super::super::directive::{Outcome, Receipt, Wish};
use super::super::id::{CommunityId, DirectiveId, UserId};
use super::super::kind::Kind;
use super::super::scene::at;
use super::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A moment, in seconds.
fn moment(seconds: i64) -> DateTime<Utc> {
    at(seconds).to_utc()
}

const HOUR: i64 = 3_600;

fn spot(effect: Effect) -> Spot {
    Spot {
        platform: Platform::parse("discord").unwrap(),
        space: NativeId::parse("guild").unwrap(),
        effect,
        member: NativeId::parse("1").unwrap(),
    }
}

fn sight(present: bool, until: Option<i64>, seconds: i64) -> Sight {
    Sight {
        present,
        until: until.map(at),
        capabilities: BTreeSet::new(),
        at: moment(seconds),
    }
}

fn held(until: Option<i64>) -> Wanted {
    Wanted::Held { until: until.map(at) }
}

fn seen_at(seconds: i64, effect: Effect, present: bool) -> Observation {
    Observation {
        spot: spot(effect),
        sight: sight(present, None, seconds),
        source: None,
        by: None,
        ours: false,
        key: KeyId(Uuid::nil()),
    }
}

/// A directive that was carried out, or stands otherwise.
fn said(wanted: Wanted, state: State, settled: i64, holds_until: Option<i64>) -> Directive {
    let spot = spot(Effect::Ban);
    Directive {
        id: DirectiveId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        platform: spot.platform,
        space: spot.space,
        member: spot.member,
        user: UserId(Uuid::nil()),
        wish: Wish {
            effect: Effect::Ban,
            wanted,
            case: Some(1),
        },
        reason: None,
        state,
        attempts: 1,
        failures: 0,
        created_at: moment(0),
        due_at: None,
        lease: None,
        follows: None,
        settled_at: (state != State::Open).then(|| moment(settled)),
        receipt: (state == State::Applied).then(|| Receipt {
            lease: None,
            outcome: Outcome::Applied,
            code: None,
            detail: None,
            holds_until: holds_until.map(moment),
            retry_after: None,
            at: moment(settled),
        }),
    }
}

fn differs(wanted: &Wanted, sight: &Sight) -> Option<Difference> {
    difference((wanted, false), sight, None, moment(0))
}

#[test]
fn presence_is_compared() {
    assert_eq!(differs(&Wanted::Lifted, &sight(false, None, 0)), None);
    assert_eq!(differs(&held(None), &sight(true, None, 0)), None);
    assert_eq!(
        differs(&held(None), &sight(false, None, 0)),
        Some(Difference::Lifted)
    );
    assert_eq!(
        differs(&Wanted::Lifted, &sight(true, None, 0)),
        Some(Difference::Imposed)
    );
    let over = sight(true, Some(0), 0);
    assert_eq!(
        differs(&Wanted::Lifted, &over),
        None,
        "its time is over by itself"
    );
    let missing = sight(false, None, 0);
    let banned = difference((&held(None), true), &missing, None, moment(0));
    assert_eq!(banned, None, "who is banned cannot be muted");
}

/// Platforms round; they may have no ends, and caps of their own, which receipts tell.
#[test]
fn ends_are_compared_with_slack() {
    let day = 24 * HOUR;
    assert_eq!(differs(&held(Some(day)), &sight(true, Some(day - 60), 0)), None);
    assert_eq!(differs(&held(Some(day)), &sight(true, None, 0)), None);
    assert_eq!(
        differs(&held(Some(day)), &sight(true, Some(HOUR), 0)),
        Some(Difference::Shortened)
    );
    assert_eq!(
        differs(&held(None), &sight(true, Some(day), 0)),
        Some(Difference::Shortened)
    );
    assert_eq!(
        differs(&held(Some(HOUR)), &sight(true, Some(day), 0)),
        Some(Difference::Extended)
    );
    assert_eq!(
        differs(&held(Some(60)), &sight(false, None, 0)),
        None,
        "it ends just now"
    );
    let capped = said(held(None), State::Applied, 0, Some(day));
    let until = |end| {
        difference(
            (&held(None), false),
            &sight(true, Some(end), 0),
            Some(&capped),
            moment(0),
        )
    };
    assert_eq!(until(day), None, "the platform cannot hold it longer");
    assert_eq!(until(HOUR), Some(Difference::Shortened));
}

#[test]
fn capabilities_are_compared_where_they_were_looked_at() {
    let name = |text| Name::new(text).unwrap();
    let wanted = Wanted::Without(BTreeMap::from([(name("links"), None)]));
    let mut saw = sight(true, None, 0);
    assert_eq!(differs(&wanted, &saw), None);
    saw.capabilities.insert(name("media"));
    assert_eq!(differs(&wanted, &saw), Some(Difference::Altered));
    saw.capabilities = BTreeSet::from([name("links")]);
    assert_eq!(differs(&wanted, &saw), None);
}

/// What a judgement begins with.
struct Scene {
    seen: Option<Seen>,
    said: Option<Directive>,
    wanted: Wanted,
    immune: bool,
    policy: DriftPolicy,
}

impl Scene {
    fn of(wanted: Wanted, said: Option<Directive>, response: Response) -> Self {
        Self {
            seen: None,
            said,
            wanted,
            immune: false,
            policy: DriftPolicy {
                lifted_natively: response,
                imposed_natively: response,
            },
        }
    }

    /// Judges, and remembers what is known from then on.
    fn judge(&mut self, observation: &Observation) -> (Verdict, Option<Adoption>) {
        let known = Known {
            seen: self.seen.as_ref(),
            said: self.said.as_ref(),
            wished: false,
            desired: (&self.wanted, false),
            immune: self.immune,
            policy: self.policy,
            now: observation.sight.at,
        };
        let found = judge(observation, known, &mut || Uuid::nil());
        if let Some(seen) = found.seen {
            self.seen = Some(seen);
        }
        (found.verdict, found.adopt)
    }

    fn verdict(&mut self, observation: &Observation) -> Verdict {
        self.judge(observation).0
    }
}

fn ban(seconds: i64) -> Observation {
    seen_at(seconds, Effect::Ban, true)
}

fn unban(seconds: i64) -> Observation {
    seen_at(seconds, Effect::Ban, false)
}

#[test]
fn the_same_event_and_what_is_older_change_nothing() {
    let mut scene = Scene::of(Wanted::Lifted, None, Response::Report);
    let named = |observation: Observation, name: &str| Observation {
        source: Some(name.to_owned()),
        ..observation
    };
    assert_eq!(scene.verdict(&named(ban(10), "a")), Verdict::Drift);
    let drift = scene.seen.as_ref().unwrap().drift.unwrap();
    assert_eq!((drift.difference, drift.since), (Difference::Imposed, moment(10)));
    assert_eq!(
        scene.verdict(&named(unban(10), "b")),
        Verdict::Matches,
        "the same second"
    );
    assert_eq!(scene.verdict(&named(ban(10), "a")), Verdict::Known);
    assert_eq!(scene.verdict(&named(unban(10), "b")), Verdict::Known);
    assert_eq!(scene.verdict(&ban(9)), Verdict::Stale);
    assert_eq!(scene.seen.as_ref().unwrap().drift, None);
}

/// What we brought about ourselves is seen as desired, or is about to be; never as somebody's act.
#[test]
fn echoes_are_no_drift() {
    for response in [Response::Report, Response::Heal, Response::Adopt] {
        let open = said(held(None), State::Open, 0, None);
        let mut scene = Scene::of(held(None), Some(open), response);
        assert_eq!(scene.judge(&unban(5)), (Verdict::Pending, None));
        assert_eq!(scene.judge(&ban(6)), (Verdict::Matches, None));
        scene.said = Some(said(held(None), State::Applied, 100, None));
        assert_eq!(
            scene.judge(&unban(104)),
            (Verdict::Stale, None),
            "clocks differ by so much"
        );
        assert_eq!(scene.judge(&ban(101)), (Verdict::Matches, None));
        let ours = Observation {
            ours: true,
            ..unban(200)
        };
        assert_eq!(scene.judge(&ours), (Verdict::Drift, None));
    }
}

/// Somebody lifts again and again: after three times in a day people have to look. What was given up is not said again either.
#[test]
fn healing_does_not_go_on_for_ever() {
    let applied = || Some(said(held(None), State::Applied, 0, None));
    let mut scene = Scene::of(held(None), applied(), Response::Heal);
    for round in 1..=3 {
        assert_eq!(scene.verdict(&unban(round * 100)), Verdict::Healing);
    }
    assert_eq!(scene.verdict(&unban(400)), Verdict::Drift);
    assert_eq!(scene.verdict(&unban(25 * HOUR)), Verdict::Healing, "a day later");
    let mut scene = Scene::of(held(None), applied(), Response::Heal);
    for state in [State::Failed, State::Unsupported, State::Unreachable] {
        scene.said = Some(said(held(None), state, 0, None));
        assert_eq!(scene.verdict(&unban(100)), Verdict::Drift);
    }
}

#[test]
fn what_happened_is_an_act() {
    let adopted = |scene: &mut Scene, observation: &Observation| {
        let (_, adoption) = scene.judge(observation);
        adoption.map(|adoption| (adoption.kind, adoption.duration.map(|span| span.seconds())))
    };
    let mut scene = Scene::of(held(None), None, Response::Adopt);
    assert_eq!(adopted(&mut scene, &unban(10)), Some((Kind::Unban, None)));
    let mut shorter = ban(20);
    shorter.sight.until = Some(at(2 * HOUR));
    assert_eq!(
        adopted(&mut scene, &shorter),
        None,
        "an end that differs is reported"
    );
    let mut scene = Scene::of(Wanted::Lifted, None, Response::Adopt);
    assert_eq!(adopted(&mut scene, &ban(10)), Some((Kind::Ban, None)));
    let mut until = ban(20);
    until.sight.until = Some(at(20 + HOUR));
    assert_eq!(adopted(&mut scene, &until), Some((Kind::Tempban, Some(HOUR))));
    let mute = seen_at(30, Effect::Mute, true);
    assert_eq!(adopted(&mut scene, &mute), Some((Kind::Mute, None)));
    let restrict = seen_at(40, Effect::Restrict, true);
    assert_eq!(adopted(&mut scene, &restrict), None, "of what, nobody knows");
    scene.immune = true;
    assert_eq!(
        adopted(&mut scene, &ban(50)),
        None,
        "nobody is asked to ban them elsewhere"
    );
}

/// A receipt says how it is now; what was given up leaves what was seen.
#[test]
fn receipts_are_looked_at_too() {
    let mut scene = Scene::of(held(None), None, Response::Report);
    assert_eq!(scene.verdict(&unban(10)), Verdict::Drift);
    let seen = scene.seen.unwrap();
    let applied = said(held(None), State::Applied, 100, None);
    let after = received(&seen, &applied, moment(100), Uuid::nil).unwrap();
    assert!(after.sight.present && after.ours && after.drift.is_none());
    let ahead = Seen {
        sight: sight(false, None, 200),
        ..seen.clone()
    };
    assert_eq!(received(&ahead, &applied, moment(100), Uuid::nil), None);
    let unseen = Seen { drift: None, ..seen };
    let mut failed = said(held(None), State::Failed, 100, None);
    failed.receipt = applied.receipt.clone().map(|receipt| Receipt {
        outcome: Outcome::Unsupported,
        ..receipt
    });
    let after = received(&unseen, &failed, moment(100), Uuid::nil).unwrap();
    assert_eq!(after.drift.map(|open| open.difference), Some(Difference::Lifted));
}
