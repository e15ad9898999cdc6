//! Whole accounts of typical standings.

use super::super::act::{Act, Command, Detail};
use super::super::case::{Particulars, Reduced};
use super::super::explain::Explanation;
use super::super::name::Name;
use super::super::policy::{Freeze, OffenceCount, OffenceRung, Remedy, Rung};
use super::super::scene::{Scene, at, moderator, points as millis};
use super::super::time::Span;
use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn plain() -> Policy {
    Policy {
        duplicate_window: 0,
        ..Policy::default()
    }
}

/// What a member is told now. Scenes begin at 2027-01-15 08:00 UTC.
fn told(scene: &Scene) -> Vec<String> {
    let (past, policy) = (scene.past(), scene.policy());
    let mut member = scene.member.clone();
    member.settle(&scene.timeline, &past, at(scene.now));
    let mut explanation = Explanation::of(&member);
    for entry in scene.history.iter().rev().filter(|e| e.case.voided.is_none()) {
        explanation.add(&member, &scene.timeline, &past, &entry.case);
    }
    let (complete, carried) = (
        explanation.is_complete(),
        explanation.carried(&member, &scene.timeline, &past),
    );
    let cases: Vec<Case> = scene.history.iter().map(|entry| entry.case.clone()).collect();
    sentences(&Account {
        standing: &scene.standing(at(scene.now)),
        policy,
        terms: &explanation.terms(),
        complete,
        carried: carried.as_ref(),
        offences: &member.ledger.tally.offences,
        cases: &cases,
    })
}

fn because(scene: &mut Scene, kind: Kind, detail: Detail, reason: &str) {
    let particulars = Particulars {
        reason: Some(reason.to_owned()),
        ..Particulars::default()
    };
    let act = Act::new(kind, detail, particulars).unwrap();
    scene.submit(&moderator(1), &Command::Act(act)).unwrap();
}

#[test]
fn a_clean_member() {
    let scene = Scene::plain();
    let expected = [
        "At 2027-01-15 08:00 UTC you have no points, and no sanction holds.",
        "At 3 points, which is 3 points more, you would be muted for 1 hour.",
    ];
    assert_eq!(told(&scene), expected);
}

/// A rung that a sanction in force outdoes is told, with that nothing would come of it for now.
#[test]
fn a_rung_that_is_outdone_is_not_threatened_with() {
    let mut scene = Scene::new(plain());
    let links = Detail {
        duration: Some(Span::new(7 * DAY).unwrap()),
        capabilities: [Name::new("links").unwrap()].into(),
        ..Detail::default()
    };
    because(&mut scene, Kind::Restrict, links, "links");
    let first = "At 3 points, which is 1 point more, you would be muted for 1 hour";
    let outdone = format!("{first}, but what holds already is at least as severe and ends no earlier.");
    assert!(told(&scene).contains(&outdone), "{:?}", told(&scene));
    scene.wait(7 * DAY - HOUR + 1);
    let first = "At 3 points, which is 1.6 points more, you would be muted for 1 hour.";
    assert!(told(&scene).contains(&first.to_owned()), "{:?}", told(&scene));
}

/// Between `reset_below` and its threshold a rung is latched, and nobody is told that it would act.
#[test]
fn a_rung_that_is_not_armed_again_is_not_threatened_with() {
    let mut policy = plain();
    policy.ladder[0].reset_below = millis(1_000);
    let mut scene = Scene::new(policy);
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.wait(5 * DAY);
    let latched = "You have reached the rung mute-1h at 3 points before; until you have less than 1 point, from 2027-02-05 08:00 UTC on if nothing else happens, it does nothing again.";
    let next = "At 5 points, which is 2.5 points more, you would be muted for 1 day.";
    let said = told(&scene);
    let place = said.iter().position(|sentence| sentence == latched).unwrap();
    assert_eq!(said[place + 1], next);
    scene.act(Kind::Warn, None);
    assert_eq!(scene.shown(), 3_500);
    assert!(
        scene.history.last().unwrap().case.rungs.is_empty(),
        "and so it was"
    );
    // At 0.9 points the next case arms it again.
    scene.wait(26 * DAY);
    let armed = "At 3 points, which is 2.1 points more, you would be muted for 1 hour.";
    assert!(
        told(&scene).iter().any(|sentence| sentence == armed),
        "{:?}",
        told(&scene)
    );
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    assert_eq!(
        scene.history.last().unwrap().case.kind,
        Kind::Mute,
        "and so it is"
    );
}

#[test]
fn points_that_have_fallen_and_the_next_rung() {
    let mut scene = Scene::plain();
    because(&mut scene, Kind::Warn, Detail::default(), "spam");
    scene.wait(DAY).act(Kind::Warn, None);
    scene.wait(15).act(Kind::Kick, None);
    let expected = [
        "At 2027-01-16 08:00:15 UTC you have 4.9 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point; 0.9 points of that still count, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-16 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-04 08:00 UTC if nothing else happens.",
        "Case #3 (kick, 2027-01-16 08:00:15 UTC) gave you 3 points, and all of it still counts, until 2027-03-06 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-03-06 08:00 UTC on.",
        "You have reached the rung mute-1h at 3 points, and fall below it at 2027-02-05 08:00 UTC.",
        "At 5 points, which is 0.1 points more, you would be muted for 1 day.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn warned_thrice_and_muted() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        because(&mut scene, Kind::Warn, Detail::default(), "spam");
    }
    let expected = [
        "At 2027-01-15 08:00 UTC you have 3 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-04 08:00 UTC if nothing else happens.",
        "Case #3 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-14 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-02-14 08:00 UTC on.",
        "You have reached the rung mute-1h at 3 points, and fall below it at 2027-01-16 08:00 UTC.",
        "At 5 points, which is 2 points more, you would be muted for 1 day.",
        "Since 2027-01-15 08:00 UTC you are muted, until 2027-01-15 09:00 UTC.",
        "That followed by itself in case #4, when case #3 (warn, for the reason “spam”) reached the rung mute-1h: 3 points.",
        "Of the cases before it, #1, #2 and #3 still count.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn banned_for_good() {
    let mut scene = Scene::plain();
    because(&mut scene, Kind::Ban, Detail::default(), "raid,\n  with friends");
    scene.wait(30).act(Kind::Warn, None);
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-15 08:00:30 UTC you have 12 points.",
        "Case #1 (ban, 2027-01-15 08:00 UTC) gave you 10 points, and all of it still counts, until 2027-04-25 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-15 08:00:30 UTC) gave you 1 point, and all of it still counts, until 2027-05-05 08:00 UTC if nothing else happens.",
        "Case #3 (warn, 2027-01-15 08:00:30 UTC) gave you 1 point, and all of it still counts, until 2027-05-15 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-05-15 08:00 UTC on.",
        "You have reached the rung ban at 12 points, and fall below it at 2027-01-16 08:00 UTC.",
        "You have reached the rung tempban-7d at 8 points, and fall below it at 2027-02-25 08:00 UTC.",
        "You have reached the rung mute-24h at 5 points, and fall below it at 2027-03-27 08:00 UTC.",
        "You have reached the rung mute-1h at 3 points, and fall below it at 2027-04-16 08:00 UTC.",
        "As long as you have 12 points or more, you are banned without an end for every further offence that gives points.",
        "Since 2027-01-15 08:00 UTC you are banned, without an end; somebody has to lift it.",
        "A moderator decided that in case #1, for the reason “raid, with friends”.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn frozen_by_a_sanction_without_an_end() {
    let mut scene = Scene::new(Policy {
        freeze_while: Freeze::Mute,
        ..plain()
    });
    scene.act(Kind::Mute, None);
    let expected = [
        "At 2027-01-15 08:00 UTC you have 2 points.",
        "Case #1 (mute, 2027-01-15 08:00 UTC) gave you 2 points, and all of it still counts.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "They stand still as long as a sanction without an end holds.",
        "At 3 points, which is 1 point more, you would be muted for 1 hour, but what holds already is at least as severe and ends no earlier.",
        "Since 2027-01-15 08:00 UTC you are muted, without an end; somebody has to lift it.",
        "A moderator decided that in case #1, without giving a reason.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn in_the_time_of_grace() {
    let mut scene = Scene::new(Policy {
        decay: Decay::Linear {
            rate: 100,
            grace: 2 * DAY,
        },
        ..plain()
    });
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-15 08:00 UTC you have 1 point.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-27 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "They stand still until 2027-01-17 08:00 UTC, in the time of grace after an offence.",
        "If nothing else happens, you have no points from 2027-01-27 08:00 UTC on.",
        "At 3 points, which is 2 points more, you would be muted for 1 hour.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn points_that_lapse() {
    let mut scene = Scene::new(Policy {
        decay: Decay::Expiry { after: 30 * DAY },
        ..plain()
    });
    scene.act(Kind::Warn, None);
    scene.wait(3 * DAY + 90).act(Kind::Mute, Some(600));
    let expected = [
        "At 2027-01-18 08:01:30 UTC you have 3 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-14 08:00 UTC if nothing else happens.",
        "Case #2 (mute, 2027-01-18 08:01:30 UTC) gave you 2 points, and all of it still counts, until 2027-02-17 08:01:30 UTC if nothing else happens.",
        "The points of a case count in full for 30 days, and then not at all.",
        "If nothing else happens, you have no points from 2027-02-17 08:01:30 UTC on.",
        "You have reached the rung mute-1h at 3 points, and fall below it at 2027-02-14 08:00 UTC.",
        "At 5 points, which is 2 points more, you would be muted for 1 day.",
        "Since 2027-01-18 08:01:30 UTC you are muted, until 2027-01-18 08:11:30 UTC.",
        "A moderator decided that in case #2, without giving a reason.",
        "Since 2027-01-18 08:01:30 UTC you are muted, until 2027-01-18 09:01:30 UTC.",
        "That followed by itself in case #3, when case #2 (mute) reached the rung mute-1h: 3 points.",
        "Of the cases before it, #1 and #2 still count.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn points_that_never_fall() {
    let mut scene = Scene::new(Policy {
        decay: Decay::None {},
        ..plain()
    });
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-15 08:00 UTC you have 1 point.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts.",
        "Points do not fall by themselves.",
        "At 3 points, which is 2 points more, you would be muted for 1 hour.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn held_while_the_points_are_high() {
    let held = Rung {
        id: "held".into(),
        at: millis(3_000),
        remedy: Remedy {
            while_above: Some(millis(2_000)),
            capabilities: ["links", "media"].map(|name| Name::new(name).unwrap()).into(),
            ..Remedy::fixed(Kind::Restrict, None)
        },
        refire: Refire::Crossing,
        reset_below: millis(2_000),
    };
    let mut scene = Scene::new(Policy {
        ladder: vec![held],
        ..plain()
    });
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let expected = [
        "At 2027-01-15 08:00 UTC you have 3 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-04 08:00 UTC if nothing else happens.",
        "Case #3 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-14 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-02-14 08:00 UTC on.",
        "You have reached the rung held at 3 points, and fall below it at 2027-01-16 08:00 UTC.",
        "Since 2027-01-15 08:00 UTC you are kept from links and media, as long as you have 2 points or more; if nothing else happens, until 2027-01-26 08:00 UTC.",
        "That followed by itself in case #4, when case #3 (warn) reached the rung held: 3 points.",
        "Of the cases before it, #1, #2 and #3 still count.",
    ];
    assert_eq!(told(&scene), expected);
}

/// Two warns or kicks within a week are a ban of a week.
fn counting() -> Scene {
    let twice = OffenceRung {
        id: "twice".into(),
        count: OffenceCount {
            kinds: [Kind::Warn, Kind::Kick].into(),
            least: 2,
            within: 7 * DAY,
        },
        remedy: Remedy::fixed(Kind::Tempban, Some(Span::new(7 * DAY).unwrap())),
    };
    Scene::new(Policy {
        offence_rungs: vec![twice],
        ladder: Vec::new(),
        ..plain()
    })
}

#[test]
fn one_offence_of_two() {
    let mut scene = counting();
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-15 08:00 UTC you have 1 point.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-01-25 08:00 UTC on.",
        "For 2 cases of warn or kick within 7 days you would be banned for 7 days; 1 of those counts now.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn offences_that_filled_a_rung() {
    let mut scene = counting();
    scene.act(Kind::Warn, None);
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-15 08:00 UTC you have 2 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-04 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-02-04 08:00 UTC on.",
        "Since 2027-01-15 08:00 UTC you are banned, until 2027-01-22 08:00 UTC.",
        "That followed by itself in case #3, when case #2 (warn) reached the rung twice: 2 times warn or kick within 7 days.",
        "Of the cases before it, #1 and #2 still count.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn points_that_were_carried_over() {
    let mut scene = Scene::plain();
    scene.act(Kind::Kick, None);
    scene.wait(DAY).activate(Policy {
        decay: Decay::Expiry { after: 30 * DAY },
        ..plain()
    });
    scene.act(Kind::Warn, None);
    let expected = [
        "At 2027-01-16 08:00 UTC you have 3.9 points.",
        "2.9 points were carried over at 2027-01-16 08:00 UTC, when the rules changed or records were joined; 2.9 points of that still count, until 2027-02-15 08:00 UTC if nothing else happens.",
        "Case #2 (warn, 2027-01-16 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-02-15 08:00 UTC if nothing else happens.",
        "The points of a case count in full for 30 days, and then not at all.",
        "If nothing else happens, you have no points from 2027-02-15 08:00 UTC on.",
        "You have reached the rung mute-1h at 3 points, and fall below it at 2027-02-15 08:00 UTC.",
        "At 5 points, which is 1.1 points more, you would be muted for 1 day.",
        "Since 2027-01-16 08:00 UTC you are muted, until 2027-01-16 09:00 UTC.",
        "That followed by itself in case #3, when case #2 (warn) reached the rung mute-1h: 3 points.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn what_was_voided_and_reduced() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.void(2);
    scene.reduce(3, Some(500), None).unwrap();
    scene.entry(3).case.reduced = Some(Reduced {
        at: at(60).to_utc(),
        by: Actor::System,
        reason: None,
        points: millis(1_000),
        end: None,
    });
    let expected = [
        "At 2027-01-15 08:00 UTC you have 1.5 points.",
        "Case #1 (warn, 2027-01-15 08:00 UTC) gave you 1 point, and all of it still counts, until 2027-01-25 08:00 UTC if nothing else happens.",
        "Case #3 (warn, 2027-01-15 08:00 UTC) gave you 0.5 points, and all of it still counts, until 2027-01-30 08:00 UTC if nothing else happens.",
        "Points fall by 0.1 points a day, those of the oldest case first.",
        "If nothing else happens, you have no points from 2027-01-30 08:00 UTC on.",
        "At 3 points, which is 1.5 points more, you would be muted for 1 hour.",
        "Case #2 (warn) was voided at 2027-01-15 08:00 UTC, and does not count.",
        "Case #3 (warn) was reduced at 2027-01-15 08:01 UTC: it counts 0.5 points instead of 1 point.",
        "Case #4 (mute) fell with case #2 at 2027-01-15 08:00 UTC, and does not count.",
    ];
    assert_eq!(told(&scene), expected);
}

#[test]
fn of_very_many_cases_the_number_is_told() {
    let mut scene = Scene::plain();
    for _ in 0..25 {
        scene.wait(HOUR).act(Kind::Warn, None);
    }
    let told = told(&scene);
    assert_eq!(told[1], "5 older cases count besides those that follow.");
    assert!(told[2].starts_with("Case #8 "), "{told:?}");
}

#[test]
fn long_reasons_are_cut() {
    let mut scene = Scene::plain();
    because(&mut scene, Kind::Ban, Detail::default(), &"é".repeat(300));
    let quote = format!("“{}…”", "é".repeat(200));
    assert!(told(&scene).iter().any(|sentence| sentence.contains(&quote)));
}
