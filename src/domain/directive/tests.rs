//! Given a member's sanctions before and after, what is wanted; given a receipt, what comes next.

use super::super::id::SanctionId;
use super::super::kind::Kind;
use super::super::scene::{Scene, at};
use super::*;
use std::collections::BTreeSet;
use std::slice::from_ref;
use uuid::Uuid;

fn sanction(n: u128, kind: Kind, end: Option<i64>) -> Sanction {
    Sanction {
        id: SanctionId(Uuid::from_u128(n)),
        kind,
        restriction: kind.restricts().unwrap(),
        start: at(0),
        end: end.map(at),
        version: 1,
        case: 1,
        named: None,
        capabilities: BTreeSet::new(),
        while_above: None,
        over: false,
    }
}

fn restrict(n: u128, names: &[&str], end: Option<i64>) -> Sanction {
    Sanction {
        capabilities: names.iter().map(|name| Name::new(name).unwrap()).collect(),
        ..sanction(n, Kind::Restrict, end)
    }
}

fn wanted(before: &[Sanction], after: &[Sanction]) -> Vec<(Effect, Wanted)> {
    let wishes = wishes(before, &[], after);
    wishes
        .into_iter()
        .map(|wish| (wish.effect, wish.wanted))
        .collect()
}

fn until(end: Option<i64>) -> Wanted {
    Wanted::Held { until: end.map(at) }
}

#[test]
fn what_begins_and_ends_is_wanted() {
    let mute = [sanction(1, Kind::Mute, Some(60))];
    assert_eq!(wanted(&[], &mute), [(Effect::Mute, until(Some(60)))]);
    assert_eq!(wanted(&mute, &[]), [(Effect::Mute, Wanted::Lifted)]);
    assert_eq!(wanted(&mute, &mute), []);
    let ban = [sanction(1, Kind::Ban, None)];
    assert_eq!(
        wanted(&mute, &ban),
        [(Effect::Mute, Wanted::Lifted), (Effect::Ban, until(None))]
    );
}

/// Ending one of two frees nobody, and a shorter later one shortens nothing.
#[test]
fn the_latest_end_is_wanted() {
    let (long, short) = (
        sanction(1, Kind::Mute, Some(600)),
        sanction(2, Kind::Mute, Some(60)),
    );
    assert_eq!(wanted(from_ref(&long), &[long.clone(), short.clone()]), []);
    assert_eq!(wanted(&[long.clone(), short.clone()], from_ref(&long)), []);
    assert_eq!(
        wanted(&[long.clone(), short.clone()], from_ref(&short)),
        [(Effect::Mute, until(Some(60)))]
    );
    let tempban = sanction(3, Kind::Tempban, Some(60));
    let ban = sanction(4, Kind::Ban, None);
    assert_eq!(
        wanted(from_ref(&tempban), &[tempban.clone(), ban]),
        [(Effect::Ban, until(None))]
    );
    let over = Sanction { over: true, ..long };
    assert_eq!(wanted(from_ref(&short), &[short.clone(), over]), []);
}

#[test]
fn capabilities_are_one_state() {
    let name = |name: &str| Name::new(name).unwrap();
    let both = [
        restrict(1, &["links", "media"], Some(60)),
        restrict(2, &["links"], None),
    ];
    let without = |each: &[(&str, Option<i64>)]| {
        let each = each.iter().map(|(n, end)| (name(n), end.map(at)));
        Wanted::Without(each.collect())
    };
    assert_eq!(
        wanted(&[], &both),
        [(Effect::Restrict, without(&[("links", None), ("media", Some(60))]))]
    );
    assert_eq!(
        wanted(&both, &both[..1]),
        [(
            Effect::Restrict,
            without(&[("links", Some(60)), ("media", Some(60))])
        )]
    );
    assert_eq!(wanted(&both, &[]), [(Effect::Restrict, Wanted::Lifted)]);
}

/// A kick happens once, for its own case; what lasts is wanted for the last case of those that brought it about.
#[test]
fn acts_are_wanted_as_they_are_decided() {
    let mut scene = Scene::plain();
    let mut acted = |kind| {
        let (before, known) = (scene.member.sanctions.clone(), scene.history.len());
        scene.act(kind, None);
        wishes(&before, &scene.history[known..], &scene.member.sanctions)
    };
    let kick = Wish {
        effect: Effect::Kick,
        wanted: Wanted::Done,
        case: Some(1),
    };
    assert_eq!(acted(Kind::Kick), [kick]);
    assert_eq!(acted(Kind::Warn), []);
    // The fifth point mutes for a day.
    let day = Wanted::Held {
        until: Some(at(86_400)),
    };
    let mute = Wish {
        effect: Effect::Mute,
        wanted: day,
        case: Some(4),
    };
    assert_eq!(acted(Kind::Warn), [mute]);
}

fn directive(wanted: Wanted) -> Directive {
    Directive {
        id: DirectiveId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        platform: Platform::parse("discord").unwrap(),
        space: NativeId::parse("g").unwrap(),
        member: NativeId::parse("m").unwrap(),
        user: UserId(Uuid::nil()),
        wish: Wish {
            effect: Effect::Mute,
            wanted,
            case: Some(1),
        },
        reason: None,
        state: State::Open,
        attempts: 1,
        failures: 0,
        created_at: now(),
        due_at: None,
        lease: Some(LeaseId(Uuid::nil())),
        follows: None,
        settled_at: None,
        receipt: None,
    }
}

fn now() -> DateTime<Utc> {
    at(0).to_utc()
}

fn receipt(outcome: Outcome) -> Receipt {
    Receipt {
        outcome,
        code: None,
        detail: None,
        holds_until: None,
        retry_after: None,
        lease: None,
        at: now(),
    }
}

#[test]
fn what_is_applied_is_settled_unless_the_platform_lets_go_sooner() {
    let days = |n: i64| TimeDelta::days(n);
    let mut plain = directive(until(Some(60)));
    plain.receive(receipt(Outcome::Applied));
    assert_eq!(
        (plain.state, plain.due_at, plain.settled_at),
        (State::Applied, None, Some(now()))
    );
    let held = |until: Wanted, holds: TimeDelta| {
        let mut one = directive(until);
        let holds_until = Some(now() + holds);
        one.receive(Receipt {
            holds_until,
            ..receipt(Outcome::Applied)
        });
        assert_eq!(one.state, State::Applied);
        one.due_at.map(|due| due - now())
    };
    assert_eq!(held(until(None), days(28)), Some(days(28) - TimeDelta::hours(6)));
    assert_eq!(
        held(until(Some(29 * 86_400)), days(28)),
        Some(days(28) - TimeDelta::hours(6))
    );
    assert_eq!(held(until(Some(28 * 86_400)), days(28)), None);
    assert_eq!(held(until(None), TimeDelta::hours(2)), Some(TimeDelta::hours(1)));
    assert_eq!(
        held(until(None), TimeDelta::hours(-1)),
        Some(TimeDelta::zero()),
        "at once, and not before"
    );
    assert_eq!(held(Wanted::Lifted, days(28)), None);
}

/// Each kind of failure has an end, within a day and a bit.
#[test]
fn failures_are_tried_again_more_and_more_slowly_and_come_to_an_end() {
    for (outcome, end) in [
        (Outcome::Transient, State::Failed),
        (Outcome::PermissionMissing, State::Failed),
        (Outcome::Unreachable, State::Unreachable),
    ] {
        let mut one = directive(until(None));
        let (mut at, mut last, mut tries) = (now(), TimeDelta::zero(), 0);
        loop {
            one.receive(Receipt {
                at,
                ..receipt(outcome)
            });
            tries += 1;
            let Some(due) = one.due_at else { break };
            assert_eq!((one.state, one.settled_at), (State::Open, None));
            assert!(due - at >= last, "{outcome:?}");
            last = due - at;
            at = due;
        }
        assert_eq!((one.state, one.settled_at, one.failures), (end, Some(at), tries));
        let took = at - now();
        assert!(
            took >= GIVEN_UP_AFTER && took <= GIVEN_UP_AFTER + TimeDelta::hours(6),
            "{outcome:?}: {took}"
        );
    }
    let mut unsupported = directive(until(None));
    unsupported.receive(receipt(Outcome::Unsupported));
    assert_eq!(
        (unsupported.state, unsupported.due_at),
        (State::Unsupported, None)
    );
}

#[test]
fn a_platform_may_ask_for_more_patience_and_not_for_less() {
    let retry = |seconds| {
        let mut one = directive(until(None));
        let retry_after = Some(seconds);
        one.receive(Receipt {
            retry_after,
            ..receipt(Outcome::Transient)
        });
        (one.due_at.unwrap() - now()).num_seconds()
    };
    assert_eq!((retry(1), retry(90)), (5, 90));
}

#[test]
fn what_was_followed_by_another_stays_so() {
    for state in [State::Superseded, State::Cancelled] {
        let mut one = Directive {
            state,
            ..directive(until(None))
        };
        one.receive(receipt(Outcome::Applied));
        assert_eq!((one.state, one.due_at), (state, None));
        assert!(one.receipt.is_some());
    }
}

/// What is applied is known to be, whoever says so. What gave way may have been carried out by two, and the later one matters.
#[test]
fn the_same_receipt_once_more_is_known() {
    let [one, other] = [1, 2].map(|n| Some(LeaseId(uuid::Uuid::from_u128(n))));
    let applied = |lease| Receipt {
        lease,
        ..receipt(Outcome::Applied)
    };
    for (state, known) in [
        (State::Open, [false; 3]),
        (State::Applied, [true; 3]),
        (State::Superseded, [true, false, false]),
        (State::Cancelled, [true, false, false]),
    ] {
        let mut it = Directive {
            state,
            receipt: Some(applied(one)),
            ..directive(until(None))
        };
        assert_eq!(
            [one, other, None].map(|lease| it.knows(&applied(lease))),
            known,
            "{state:?}"
        );
        it.receipt = Some(Receipt {
            lease: one,
            ..receipt(Outcome::Transient)
        });
        assert_eq!(it.knows(&applied(one)), state == State::Applied, "{state:?}");
    }
}

#[test]
fn names_are_read_back() {
    assert!(Effect::ALL.iter().all(|e| Effect::named(e.name()) == Some(*e)));
    assert!(State::ALL.iter().all(|s| State::named(s.name()) == Some(*s)));
    assert_eq!((Effect::named("x"), State::named("x")), (None, None));
}

/// What is on record is said where it was never said, was said otherwise, or was taken back.
#[test]
fn states_are_said_once() {
    let [restrict, mute, ban] = states(&[sanction(1, Kind::Mute, Some(60)), restrict(2, &["links"], None)]);
    assert_eq!(
        (restrict.effect, mute.effect, ban.effect),
        (Effect::Restrict, Effect::Mute, Effect::Ban)
    );
    assert_eq!((&mute.wanted, mute.case), (&until(Some(60)), Some(1)));
    assert_eq!((&ban.wanted, ban.case), (&Wanted::Lifted, None));
    let (held, lifted, other) = (until(Some(60)), Wanted::Lifted, until(None));
    assert!(is_unsaid(&held, None) && !is_unsaid(&lifted, None));
    for state in [
        State::Open,
        State::Applied,
        State::Failed,
        State::Unsupported,
        State::Unreachable,
    ] {
        assert!(!is_unsaid(&held, Some((&held, state))), "{state:?}");
        assert!(
            is_unsaid(&held, Some((&other, state))) && is_unsaid(&lifted, Some((&held, state))),
            "{state:?}"
        );
    }
    assert!(is_unsaid(&held, Some((&held, State::Cancelled))));
    assert!(!is_unsaid(&lifted, Some((&held, State::Cancelled))));
}
