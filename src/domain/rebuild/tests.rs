//! What an import makes of a ledger, case by case.

use super::super::act::Detail;
use super::super::case::{Origin, Particulars};
use super::super::identity::Platform;
use super::super::import::Line;
use super::super::kind::{Kind, Restriction};
use super::super::replay::Change;
use super::super::scene::{Scene, at};
use super::super::time::Span;
use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn line(id: u32, second: i64, kind: Kind, seconds: Option<i64>) -> Line {
    Line {
        kind,
        detail: Detail::lasting(seconds.map(|s| Span::new(s).unwrap())),
        occurred_at: at(second).to_utc(),
        at: at(second),
        particulars: Particulars::default(),
        origin: Origin {
            source: Platform::parse("zeppelin").unwrap(),
            external_id: id.to_string(),
            over: false,
            points: None,
        },
    }
}

fn ended(scene: &Scene, number: i64) -> Vec<(Ending, Instant)> {
    let entry = scene.history.iter().find(|e| e.case.number == number).unwrap();
    entry.case.ended.iter().map(|e| (e.how, e.at)).collect()
}

#[test]
fn points_decay_as_if_they_had_been_there_and_nothing_fires() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    scene.import(vec![
        line(1, 0, Kind::Warn, None),
        line(2, HOUR, Kind::Warn, None),
        line(3, 2 * HOUR, Kind::Warn, None),
    ]);
    assert_eq!(scene.history.len(), 3, "no escalation");
    assert_eq!(scene.shown(), 2_000, "three points less ten tenths");
    assert_eq!(scene.member.ledger.latched.len(), 1);
    assert_eq!(scene.history[2].case.rungs[0].outcome, RungOutcome::Imported);
    // What happens from now on is decided over what was imported.
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
}

#[test]
fn sanctions_end_by_the_first_lift_or_by_themselves_or_hold() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    let fates = scene.import(vec![
        line(1, 0, Kind::Mute, Some(DAY)),
        line(2, HOUR, Kind::Unmute, None),
        line(3, 2 * DAY, Kind::Mute, Some(HOUR)),
        line(4, 9 * DAY, Kind::Tempban, Some(3 * DAY)),
    ]);
    let ends: Vec<_> = fates.iter().rev().map(|fate| fate.ended).collect();
    let lifted = Some((Ending::Lifted, at(HOUR), Some(2)));
    let expired = Some((Ending::Expired, at(2 * DAY + HOUR), None));
    assert_eq!(ends, [lifted, expired, None]);
    assert_eq!(ended(&scene, 2), [(Ending::Lifted, at(HOUR))]);
    assert_eq!(scene.until(Restriction::Mute), None);
    assert_eq!(scene.until(Restriction::Ban), Some(Some(12 * DAY)));
    assert_eq!(scene.member.sanctions.len(), 1);
}

#[test]
fn what_is_over_without_a_word_since_when_never_held() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    let mut ban = line(1, 0, Kind::Ban, None);
    ban.origin.over = true;
    let fates = scene.import(vec![ban]);
    assert_eq!(fates[0].ended, Some((Ending::Lifted, at(0), None)));
    assert_eq!(scene.until(Restriction::Ban), None);
    assert_eq!(scene.shown(), 9_000, "it froze nothing");
}

#[test]
fn a_lift_that_comes_later_ends_what_came_before() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    scene.import(vec![line(1, 0, Kind::Ban, None)]);
    assert_eq!(scene.until(Restriction::Ban), Some(None));
    let fates = scene.import(vec![line(2, DAY, Kind::Unban, None)]);
    assert_eq!(fates[0].ended, Some((Ending::Lifted, at(DAY), Some(2))));
    assert_eq!(
        (scene.until(Restriction::Ban), fates[0].sanction.version),
        (None, 2)
    );
}

#[test]
fn what_was_lifted_here_stays_lifted_here() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    scene.import(vec![line(1, 0, Kind::Ban, None)]);
    scene.act(Kind::Unban, None);
    scene.wait(DAY);
    let fates = scene.import(vec![line(2, DAY, Kind::Unban, None)]);
    assert!(fates.is_empty());
    assert_eq!(ended(&scene, 3), []);
}

#[test]
fn an_escalation_stands_until_its_own_trigger_falls() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    for _ in 0..2 {
        scene.act(Kind::Warn, None);
    }
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
    scene.wait(60);
    scene.import(vec![
        line(1, 10 * DAY - HOUR, Kind::Warn, None),
        line(2, 10 * DAY - HOUR + 1, Kind::Warn, None),
    ]);
    assert!(scene.entry(4).case.upheld, "its trigger crosses nothing any more");
    let voiding = scene.remedy_in_pages(5, Change::Void, 2).unwrap().0;
    assert_eq!(
        voiding.voided,
        [(5, None)],
        "that an imported act falls is no reason"
    );
    let voiding = scene.remedy_in_pages(3, Change::Void, 2).unwrap().0;
    assert_eq!(voiding.voided, [(3, None), (4, Some(3))]);
}

#[test]
fn only_so_many_sanctions_hold_at_once() {
    let mut scene = Scene::plain();
    scene.wait(10 * DAY);
    let lines: Vec<_> = (0..64).map(|n| line(n, i64::from(n), Kind::Mute, None)).collect();
    scene.import(lines);
    let mut history = scene.history.clone();
    let mut more = history[0].clone();
    (more.case.number, more.after) = (65, None);
    history.push(more);
    let mut rebuild = Rebuild::new(Arc::new(scene.timeline.clone()));
    assert_eq!(rebuild.feed(&mut history), Err(TooMany { number: 65 }));
}
