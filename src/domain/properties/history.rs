//! Imports: the ledger is that of the slow replay, however the lines come, and nothing that stands is touched.

use super::super::act::{Detail, Entry};
use super::super::case::{Origin, Particulars};
use super::super::identity::Platform;
use super::super::import::Line;
use super::super::kind::Kind;
use super::super::name::Name;
use super::super::rebuild::Rebuild;
use super::super::scene::{Scene, at};
use super::super::time::Span;
use super::cases;
use super::ledger::{agrees_with_the_slow_replay, unversioned};
use super::world::{policy, world};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use std::sync::Arc;

const DAY: i64 = 86_400;

/// When (in days and seconds), what, for how long, whether it is over.
type Drawn = (i64, i64, Kind, Option<i64>, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    let kind = select(vec![
        Kind::Warn,
        Kind::Warn,
        Kind::Mute,
        Kind::Restrict,
        Kind::Tempban,
        Kind::Ban,
        Kind::Kick,
        Kind::Unmute,
        Kind::Unban,
        Kind::Unrestrict,
        Kind::Note,
    ]);
    let length = proptest::option::of(1..30 * DAY);
    (0..60_i64, 0..DAY, kind, length, any::<bool>())
}

/// Lines in the order of time, each in a second of its own.
fn lines() -> impl Strategy<Value = Vec<Line>> {
    proptest::collection::vec(drawn(), 1..30).prop_map(|drawn| {
        let mut seconds = BTreeSet::new();
        let mut lines: Vec<Line> = drawn
            .into_iter()
            .filter(|(days, second, ..)| seconds.insert(days * DAY + second))
            .enumerate()
            .map(|(id, (days, second, kind, length, over))| line(id, days * DAY + second, kind, length, over))
            .collect();
        lines.sort_by_key(|line| line.at);
        lines
    })
}

fn line(id: usize, second: i64, kind: Kind, length: Option<i64>, over: bool) -> Line {
    let duration = match kind {
        Kind::Mute | Kind::Restrict => length,
        Kind::Tempban => Some(length.unwrap_or(DAY)),
        _ => None,
    };
    let mut detail = Detail::lasting(duration.map(|s| Span::new(s).unwrap()));
    if kind == Kind::Restrict {
        detail.capabilities.insert(Name::new("links").unwrap());
    }
    Line {
        kind,
        detail,
        occurred_at: at(second).to_utc(),
        at: at(second),
        particulars: Particulars::default(),
        origin: Origin {
            source: Platform::parse("other").unwrap(),
            external_id: id.to_string(),
            over,
            points: None,
        },
    }
}

/// A history without what an order of imports decides: numbers, versions.
fn unnumbered(scene: &Scene) -> Vec<Entry> {
    let mut history = unversioned(&scene.history);
    for entry in &mut history {
        entry.case.number = 0;
        let held = entry.after.iter_mut().flat_map(|after| &mut after.sanctions);
        for sanction in entry.case.started.iter_mut().chain(held) {
            (sanction.case, sanction.version) = (0, 0);
        }
    }
    history
}

proptest! {
    #![proptest_config(cases(192))]

    /// What is imported into an empty community gives the ledger of the slow replay.
    #[test]
    fn imports_agree_with_the_slow_replay(policy in policy(), lines in lines(), later in 0..40 * DAY) {
        let mut scene = Scene::new(policy);
        scene.wait(60 * DAY);
        scene.import(lines);
        agrees_with_the_slow_replay(&scene, later)?;
    }

    /// In whatever order and in however many files history comes, it is the same.
    #[test]
    fn order_and_cuts_change_nothing(
        policy in policy(),
        lines in lines(),
        first in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let mut whole = Scene::new(policy.clone());
        whole.wait(60 * DAY);
        whole.import(lines.clone());
        let mut cut = Scene::new(policy);
        cut.wait(60 * DAY);
        let halves: (Vec<_>, Vec<_>) = lines.into_iter().zip(first).partition(|(_, first)| *first);
        for half in [halves.0, halves.1] {
            cut.import(half.into_iter().map(|(line, _)| line).collect());
        }
        prop_assert_eq!(unnumbered(&whole), unnumbered(&cut));
        prop_assert!(whole.member.ledger == cut.member.ledger);
    }

    /// A ledger rebuilt without anything new is the one that was.
    #[test]
    fn a_rebuild_alone_changes_nothing(world in world()) {
        let scene = world.played();
        let mut history = scene.history.clone();
        let mut rebuild = Rebuild::new(Arc::new(scene.timeline.clone()));
        let changed = rebuild.feed(&mut history).unwrap();
        prop_assert_eq!(changed, Vec::<i64>::new());
        let mut rebuilt = rebuild.finish(&scene.member, at(scene.now)).member;
        let mut member = scene.member.clone();
        for one in [&mut rebuilt, &mut member] {
            one.settle(&scene.timeline, &scene.past(), at(scene.now + 1));
        }
        prop_assert!(rebuilt.is_like(&member), "{:?}\n{:?}", rebuilt, member);
    }

    /// What was decided here stands, whatever is imported: cases are the same but for their states, and no more of them are made.
    #[test]
    fn what_stands_stays(world in world(), lines in lines(), wait in 0..60 * DAY) {
        let mut scene = world.played();
        scene.wait(60 * DAY + wait);
        let before: Vec<_> = scene.history.iter().map(|e| e.case.clone()).collect();
        let count = lines.len();
        scene.import(lines);
        let here = scene.history.iter().filter(|e| e.case.origin.is_none());
        let mut after: Vec<_> = here.map(|e| e.case.clone()).collect();
        after.sort_by_key(|case| case.number);
        for case in &mut after {
            case.upheld = false;
        }
        prop_assert_eq!(before.len() + count, scene.history.len());
        prop_assert_eq!(before, after);
    }
}
