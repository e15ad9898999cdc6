//! Given a history, when a milder act takes the place of a case, then this.

use super::super::super::name::Name;
use super::super::super::policy::{CustomKind, Freeze, Policy, Refire, Remedy, Rung};
use super::super::super::scene::{Scene, at, points};
use super::*;
use crate::domain::kind::{Restriction, Severity};
use crate::domain::time::Span;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn refused(scene: &mut Scene, number: i64, kind: Kind, seconds: Option<i64>) -> Refusal {
    let before = scene.member.clone();
    let refusal = scene.replace(number, kind, seconds).unwrap_err();
    assert_eq!(scene.member, before, "a refusal changes nothing");
    refusal
}

fn not_milder(what: &'static str) -> Refusal {
    Refusal::NotMilder { what }
}

/// The same community, where nothing else than this happened.
fn instead(kind: Kind, seconds: Option<i64>, policy: Policy) -> Scene {
    let mut scene = Scene::new(policy);
    scene.act(kind, seconds);
    scene
}

fn restricting(names: &[&str]) -> Detail {
    Detail {
        capabilities: names.iter().map(|name| Name::new(name).unwrap()).collect(),
        ..Detail::default()
    }
}

#[test]
fn a_milder_act_takes_the_place_from_the_same_start() {
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(7 * DAY));
    let ban = scene.member.sanctions[0].id;
    let voiding = scene.wait(DAY).replace(1, Kind::Mute, Some(2 * DAY)).unwrap();
    assert_eq!(voiding.voided, [(1, None)]);
    assert_eq!(voiding.ended, [(ban, at(DAY))]);
    let added = voiding.added.unwrap().case;
    assert_eq!(
        (added.number, added.at, added.points, added.replaces),
        (2, at(0), points(2_000), Some(1))
    );
    let started = added.started.unwrap();
    assert_eq!(
        (started.start, started.end, started.over),
        (at(0), Some(at(2 * DAY)), false)
    );
    assert_eq!(
        (scene.until(Restriction::Ban), scene.until(Restriction::Mute)),
        (None, Some(Some(2 * DAY)))
    );
    assert_eq!(scene.entry(1).case.voided.as_ref().unwrap().replaced_by, Some(2));
    let mut never = instead(Kind::Mute, Some(2 * DAY), scene.policy().clone());
    assert_eq!(scene.shown(), never.wait(DAY).shown());
}

#[test]
fn what_would_be_over_is_on_record_as_over_and_counts_as_time_served() {
    let freezing = Policy {
        duplicate_window: 0,
        freeze_while: Freeze::Mute,
        ..Policy::default()
    };
    let mut scene = instead(Kind::Tempban, Some(7 * DAY), freezing.clone());
    let voiding = scene.wait(3 * DAY).replace(1, Kind::Mute, Some(DAY)).unwrap();
    let started = voiding.added.unwrap().case.started.unwrap();
    assert_eq!((started.end, started.over), (Some(at(DAY)), true));
    assert_eq!(
        (scene.until(Restriction::Ban), scene.until(Restriction::Mute)),
        (None, None)
    );
    let mut never = instead(Kind::Mute, Some(DAY), freezing);
    never.wait(3 * DAY);
    assert_eq!(scene.shown(), never.shown(), "it froze for a day");
    assert_eq!(scene.shown(), 1_800);
}

#[test]
fn it_ends_when_the_harsher_one_ended_at_the_latest() {
    // Lifted.
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(7 * DAY));
    scene.wait(DAY).act(Kind::Unban, None);
    let voiding = scene.wait(HOUR).replace(1, Kind::Mute, Some(5 * DAY)).unwrap();
    assert_eq!(voiding.ended, [], "what was lifted stays lifted");
    let started = voiding.added.unwrap().case.started.unwrap();
    assert_eq!((started.end, started.over), (Some(at(DAY)), true));
    // By its own time, and with no end of its own.
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(DAY));
    let voiding = scene.wait(HOUR).replace(1, Kind::Mute, None).unwrap();
    let started = voiding.added.unwrap().case.started.unwrap();
    assert_eq!((started.end, started.over), (Some(at(DAY)), false));
}

#[test]
fn it_reaches_rungs_and_fires_none() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.act(Kind::Warn, None);
    scene.wait(60).act(Kind::Ban, None);
    let voiding = scene.wait(60).replace(3, Kind::Warn, None).unwrap();
    let added = voiding.added.unwrap().case;
    let marks: Vec<_> = added.rungs.iter().map(|m| (m.id.as_str(), m.outcome)).collect();
    assert_eq!(marks, [("mute-1h", RungOutcome::Replacement)]);
    assert_eq!((scene.shown(), scene.until(Restriction::Mute)), (3_000, None));
    assert!(scene.member.ledger.latched.contains("mute-1h"));
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn], "the rung is latched");
    // Nor in a later replay: with the first warn gone the rung is out of reach, with a note in its place it is not.
    scene.wait(60).void(1);
    assert!(scene.member.sanctions.is_empty());
}

#[test]
fn what_the_case_escalated_to_falls() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.wait(60).act(Kind::Warn, None);
    }
    let voiding = scene.wait(60).replace(3, Kind::Note, None).unwrap();
    assert_eq!(voiding.voided, [(3, None), (4, Some(3))]);
    let added = voiding.added.unwrap();
    assert_eq!((added.case.points, added.after), (Points::ZERO, None), "a remark");
    assert_eq!((scene.shown(), scene.until(Restriction::Mute)), (2_000, None));
}

#[test]
fn within_its_second_it_comes_last() {
    let mut scene = Scene::plain();
    scene.act(Kind::Kick, None);
    scene.act(Kind::Warn, None);
    scene.wait(60).act(Kind::Warn, None);
    scene.wait(60).replace(1, Kind::Warn, None).unwrap();
    let order: Vec<_> = scene.history.iter().map(|e| e.case.number).collect();
    assert_eq!(order, [1, 2, 5, 3, 4], "case 4 is the mute of the last warn");
    assert_eq!(scene.shown(), 3_000);
}

#[test]
fn what_is_not_milder_is_refused() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(DAY));
    for (kind, seconds, why) in [
        (Kind::Kick, None, "kind"),
        (Kind::Ban, None, "kind"),
        (Kind::Mute, Some(DAY), "kind"),
        (Kind::Mute, Some(2 * DAY), "kind"),
        (Kind::Mute, None, "kind"),
        (Kind::Restrict, Some(HOUR), "kind"),
        (Kind::Unmute, None, "kind"),
        (Kind::DeleteMessages, None, "kind"),
    ] {
        assert_eq!(refused(&mut scene, 1, kind, seconds), not_milder(why), "{kind:?}");
    }
    assert!(scene.clone().replace(1, Kind::Mute, Some(HOUR)).is_ok());
    scene.act(Kind::Kick, None);
    let kick = scene
        .history
        .iter()
        .find(|e| e.case.kind == Kind::Kick)
        .unwrap()
        .case
        .number;
    assert_eq!(
        refused(&mut scene, kick, Kind::Mute, Some(60)),
        not_milder("sanction")
    );
    assert_eq!(refused(&mut scene, kick, Kind::Kick, None), not_milder("kind"));
    assert!(scene.replace(kick, Kind::Warn, None).is_ok());
}

#[test]
fn a_restriction_may_give_back_capabilities() {
    let mut scene = Scene::plain();
    let act = super::super::super::act::Act::new(
        Kind::Restrict,
        restricting(&["links", "media"]),
        Particulars::default(),
    );
    let command = super::super::super::act::Command::Act(act.unwrap());
    scene
        .submit(&super::super::super::scene::moderator(1), &command)
        .unwrap();
    let by = |scene: &mut Scene, names: &[&str]| scene.replace_by(1, Kind::Restrict, restricting(names));
    assert_eq!(
        by(&mut scene, &["links", "voice"]).unwrap_err(),
        not_milder("capabilities")
    );
    assert_eq!(
        by(&mut scene, &["links", "media"]).unwrap_err(),
        not_milder("kind")
    );
    let added = by(&mut scene, &["links"]).unwrap().added.unwrap().case;
    assert_eq!(
        added.started.unwrap().capabilities,
        restricting(&["links"]).capabilities
    );
    let shorter = Detail {
        duration: Some(Span::new(HOUR).unwrap()),
        ..restricting(&["links"])
    };
    assert!(scene.replace_by(2, Kind::Restrict, shorter).is_ok(), "again");
}

#[test]
fn lifts_and_voided_cases_are_refused() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, None);
    scene.act(Kind::Unmute, None);
    assert_eq!(refused(&mut scene, 2, Kind::Note, None), Refusal::NotVoidable);
    scene.void(1);
    assert_eq!(
        refused(&mut scene, 1, Kind::Warn, None),
        Refusal::AlreadyVoided { number: 1 }
    );
}

#[test]
fn own_kinds_are_as_severe_as_they_are_registered() {
    let mut policy = Policy {
        duplicate_window: 0,
        ..Policy::default()
    };
    let own = |severity| CustomKind {
        weight: points(4_000),
        severity,
        offence: true,
    };
    policy
        .kinds
        .insert(Name::new("stern_word").unwrap(), own(Severity::Warn));
    policy
        .kinds
        .insert(Name::new("voice_kick").unwrap(), own(Severity::Kick));
    let kind = |name| Kind::named(name).unwrap();
    let mut scene = instead(kind("voice_kick"), None, policy);
    assert_eq!(
        refused(&mut scene, 1, kind("nowhere"), None),
        Refusal::UnknownKind {
            kind: kind("nowhere")
        }
    );
    assert_eq!(
        refused(&mut scene, 1, Kind::Tempban, Some(60)),
        not_milder("kind")
    );
    assert_eq!(
        refused(&mut scene, 1, Kind::Mute, Some(60)),
        not_milder("sanction")
    );
    assert!(scene.replace(1, kind("stern_word"), None).is_ok());
    let mut scene = Scene::new(scene.policy().clone());
    scene.act(Kind::Kick, None);
    let added = scene.replace(1, kind("stern_word"), None).unwrap().added.unwrap();
    assert_eq!(
        added.case.points,
        points(3_000),
        "never more points than the case"
    );
}

/// Three warns, and the mute of an hour that they escalated to, which is case 4.
fn muted() -> Scene {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.wait(60).act(Kind::Warn, None);
    }
    scene
}

#[test]
fn in_the_place_of_an_escalation_it_is_one_too() {
    let mut scene = muted();
    let added = scene
        .wait(60)
        .replace(4, Kind::Mute, Some(600))
        .unwrap()
        .added
        .unwrap();
    assert_eq!(added.case.causes, [3]);
    assert!(matches!(&added.case.actor, Actor::Escalation { rung } if rung == "mute-1h"));
    assert_eq!(scene.until(Restriction::Mute), Some(Some(180 + 600)));
    assert_eq!(scene.shown(), 3_000, "it is no offence and has no points");
    // It falls with what no longer carries it, as the one in its place would have.
    let mut without = scene.clone();
    assert_eq!(without.wait(60).void(1).voided, [(1, None), (5, Some(1))]);
    assert_eq!(without.until(Restriction::Mute), None);
    assert_eq!(scene.wait(60).void(3).voided, [(3, None), (5, Some(3))]);
}

#[test]
fn it_can_be_reduced_replaced_and_voided_in_turn() {
    let mut scene = muted();
    scene.wait(60).replace(4, Kind::Mute, Some(1_800)).unwrap();
    assert!(scene.reduce(5, None, Some(1_200)).is_ok());
    assert_eq!(scene.until(Restriction::Mute), Some(Some(180 + 1_200)));
    let added = scene
        .replace(5, Kind::Mute, Some(600))
        .unwrap()
        .added
        .unwrap()
        .case;
    assert_eq!((added.number, added.replaces), (6, Some(5)));
    assert_eq!(scene.until(Restriction::Mute), Some(Some(180 + 600)));
    assert_eq!(scene.void(6).voided, [(6, None)]);
    assert_eq!(scene.until(Restriction::Mute), None);
    assert!(
        scene.member.ledger.latched.contains("mute-1h"),
        "the rung stays latched"
    );
}

#[test]
fn a_stronger_rung_gone_makes_what_took_the_place_of_its_act_milder() {
    let rung = |id: &str, millis, seconds: Option<i64>| Rung {
        id: id.into(),
        at: points(millis),
        remedy: Remedy::fixed(Kind::Mute, seconds.map(|s| Span::new(s).unwrap())),
        refire: Refire::Crossing,
        reset_below: points(millis),
    };
    let mut policy = Policy {
        duplicate_window: 0,
        ladder: vec![rung("soft", 3_000, Some(HOUR)), rung("hard", 6_000, Some(DAY))],
        ..Policy::default()
    };
    policy.weights.insert(Kind::Warn, points(3_000));
    let mut scene = Scene::new(policy);
    scene.act(Kind::Warn, None);
    scene.wait(60).act(Kind::Warn, None);
    // Case 4 is the mute of a day; twelve hours take its place.
    scene.wait(60).replace(4, Kind::Mute, Some(12 * HOUR)).unwrap();
    let voiding = scene.void(1);
    assert_eq!(voiding.voided, [(1, None), (2, Some(1))]);
    assert_eq!(voiding.started.len(), 1, "the hour of the milder rung");
    assert_eq!(scene.until(Restriction::Mute), Some(Some(60 + HOUR)));
}

#[test]
fn it_counts_as_an_offence_of_its_own_kind() {
    use super::super::super::policy::{OffenceCount, OffenceRung};
    let thrice = OffenceRung {
        id: "thrice".into(),
        count: OffenceCount {
            kinds: [Kind::Warn].into(),
            least: 3,
            within: 30 * DAY,
        },
        remedy: Remedy::fixed(Kind::Kick, None),
    };
    let mut scene = Scene::new(Policy {
        duplicate_window: 0,
        ladder: Vec::new(),
        offence_rungs: vec![thrice],
        ..Policy::default()
    });
    scene.act(Kind::Kick, None);
    scene.wait(DAY).act(Kind::Warn, None);
    scene.wait(DAY).replace(1, Kind::Warn, None).unwrap();
    assert_eq!(
        scene.act(Kind::Warn, None),
        [Kind::Warn, Kind::Kick],
        "the third warn in thirty days"
    );
}

#[test]
fn the_least_rank_of_its_own_kind_is_needed_too() {
    use crate::domain::id::UserId;
    use crate::domain::rank::{Authority, Rank};
    let mut policy = Policy::default();
    policy.least_rank.insert(Kind::Warn, Rank::Owner);
    let acting = super::super::super::scene::moderator(1);
    let target = Target {
        user: UserId(uuid::Uuid::nil()),
        authority: Authority::default(),
        protected: true,
        bot: false,
    };
    assert!(matches!(
        authorize(&policy, Kind::Warn, &acting, &target),
        Err(Refusal::RankTooLow { kind: Kind::Warn, .. })
    ));
    assert_eq!(authorize(&policy, Kind::Note, &acting, &target), Ok(()));
}
