//! The presets are right, and do what `docs/policies.md` says of them.

use super::super::file::parse;
use super::*;
use crate::domain::kind::{Kind, Restriction};
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::scene::Scene;
use crate::domain::time::readable;

const DAY: i64 = 86_400;
const DOCUMENT: &str = include_str!("../../../../docs/policies.md");

#[test]
fn they_are_right_and_deserve_no_warning() {
    for (name, text) in ALL {
        let usable = parse(text).unwrap();
        assert!(usable.warnings.is_empty(), "{name}: {:?}", usable.warnings);
    }
    assert_eq!(named("nobody's"), None);
}

#[test]
fn the_standard_one_is_the_default() {
    let standard = parse(named("standard").unwrap()).unwrap();
    assert_eq!(standard.policy, Policy::default());
}

/// A row of the document: what becomes of a member who is warned so many times, so many days apart. Who is banned is not there to
/// be warned.
fn story(name: &str, times: i64, days: i64, unit: &str) -> String {
    let policy = parse(named(name).unwrap()).unwrap().policy;
    let mut scene = Scene::new(policy);
    let mut chapters = Vec::new();
    let mut end = None;
    for time in 1..=times {
        match scene.until(Restriction::Ban) {
            Some(None) => break,
            Some(Some(_)) => {}
            None => {
                scene.act(Kind::Warn, None);
                let here = scene
                    .history
                    .iter()
                    .filter(|entry| entry.case.at.seconds() == crate::domain::scene::at(scene.now).seconds());
                if let Some(fired) = here.clone().find(|entry| !entry.case.causes.is_empty()) {
                    let how_long = fired
                        .case
                        .duration
                        .map_or_else(String::new, |span| format!(" {}", readable(span.seconds())));
                    chapters.push(format!("{unit} {time}: {}{how_long}", fired.case.kind.name()));
                }
                if scene.until(Restriction::Ban) == Some(None) {
                    end = Some(format!("out for good after {time} {unit}s"));
                }
            }
        }
        if time < times {
            scene.wait(days * DAY);
        }
    }
    let end = end.unwrap_or_else(|| left(Points::from_millis(scene.shown())));
    let what = if chapters.is_empty() {
        "nothing".to_owned()
    } else {
        chapters.join("; ")
    };
    format!("| `{name}` | {what} | {end} |\n")
}

fn left(points: Points) -> String {
    let unit = if points == Points::from_millis(1_000) {
        "point"
    } else {
        "points"
    };
    format!("{points} {unit}")
}

/// Compares a table of the document with what the domain decides; what it should be is in the failure.
fn holds(table: &str, times: i64, days: i64, unit: &str) {
    let rows: String = ALL
        .iter()
        .map(|(name, _)| story(name, times, days, unit))
        .collect();
    let (_, rest) = DOCUMENT
        .split_once(&format!("<!-- {table} -->\n"))
        .expect("the table is marked");
    let (found, _) = rest.split_once("<!-- end -->").expect("its end is marked");
    let found: String = found
        .lines()
        .skip(2)
        .filter(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(
        found == rows,
        "the table {table} of docs/policies.md should be\n{rows}"
    );
}

#[test]
fn a_warning_every_day_comes_to_what_is_told() {
    holds("daily", 14, 1, "day");
}

#[test]
fn a_warning_every_week_comes_to_what_is_told() {
    holds("weekly", 13, 7, "week");
}

#[test]
fn three_warnings_in_one_hour_come_to_what_is_told() {
    for (name, _) in ALL {
        let mut scene = Scene::new(Policy {
            duplicate_window: 0,
            ..parse(named(name).unwrap()).unwrap().policy
        });
        for wait in [0, 1_200, 1_200] {
            scene.wait(wait).act(Kind::Warn, None);
        }
        let end = scene.until(Restriction::Mute).flatten();
        let end = end.map(|end| readable(end - scene.now));
        let row = format!("| `{name}` | muted for {} |", end.unwrap());
        assert!(
            DOCUMENT.contains(&row),
            "docs/policies.md should have the row {row}"
        );
    }
}
