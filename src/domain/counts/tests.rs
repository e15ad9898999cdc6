//! How much was done, told apart by whose doing it is.

use super::*;
use crate::domain::actor::Actor;
use crate::domain::brief::tests::{brief, moderator};
use crate::domain::time::Instant;

fn table(by: By, limit: usize, briefs: &[Brief]) -> Table {
    let mut counts = Counts::new(by);
    briefs.iter().rev().for_each(|brief| counts.add(brief));
    counts.table(limit)
}

fn groups(table: &Table) -> Vec<(&str, u64)> {
    let lines = table.lines.iter();
    lines
        .map(|line| (line.group.as_deref().unwrap_or("-"), line.tally.cases))
        .collect()
}

fn on(number: i64, seconds: i64) -> Brief {
    Brief {
        at: Instant::new(seconds).unwrap(),
        ..brief(number)
    }
}

#[test]
fn what_people_did_is_told_from_what_followed() {
    let ladder = Actor::Escalation {
        rung: "mute-1h".to_owned(),
    };
    let briefs = [
        brief(1),
        Brief {
            kind: Kind::Mute,
            points: Points::from_millis(2_500),
            ..brief(2)
        },
        Brief {
            voided: true,
            ..brief(3)
        },
        Brief {
            kind: Kind::Unmute,
            ..brief(4)
        },
        Brief {
            kind: Kind::Mute,
            actor: ladder.clone(),
            ..brief(5)
        },
        Brief {
            kind: Kind::Mute,
            actor: ladder,
            voided: true,
            ..brief(6)
        },
        Brief {
            kind: Kind::Unmute,
            actor: Actor::System,
            ..brief(7)
        },
    ];
    let table = table(By::Moderator, 10, &briefs);
    let whole = Tally {
        cases: 2,
        voided: 1,
        lifts: 1,
        escalations: 1,
        expiries: 1,
        points: Points::from_millis(3_500),
        kinds: BTreeMap::from([(Kind::Warn, 1), (Kind::Mute, 1)]),
    };
    assert_eq!(table.total, whole);
    let person = moderator(1).to_string();
    assert_eq!(
        groups(&table),
        [(person.as_str(), 2), ("escalation", 0), ("system", 0)]
    );
    assert_eq!(
        table.lines[1].tally,
        Tally {
            escalations: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn largest_comes_first_and_the_rest_is_counted() {
    let kinds = [Kind::Ban, Kind::Warn, Kind::Note, Kind::Warn];
    let briefs: Vec<Brief> = (1..)
        .zip(kinds)
        .map(|(n, kind)| Brief { kind, ..brief(n) })
        .collect();
    let all = table(By::Kind, 10, &briefs);
    assert_eq!(
        (groups(&all), all.left_out),
        (vec![("warn", 2), ("ban", 1), ("note", 1)], 0)
    );
    let some = table(By::Kind, 1, &briefs);
    assert_eq!(
        (groups(&some), some.left_out, some.total.cases),
        (vec![("warn", 2)], 2, 4)
    );
}

#[test]
fn reasons_are_grouped_by_likeness_and_shown_as_last_written() {
    let said = |n, reason: Option<&str>| Brief {
        reason: reason.map(str::to_owned),
        ..brief(n)
    };
    let briefs = [
        said(1, Some("SPAM  link")),
        said(2, Some("Spam link")),
        said(3, None),
        said(4, Some("rude")),
    ];
    let mut briefs = briefs.to_vec();
    briefs.push(Brief {
        actor: Actor::System,
        kind: Kind::Unmute,
        reason: Some("Time is over.".to_owned()),
        ..brief(5)
    });
    let table = table(By::Reason, 10, &briefs);
    assert_eq!(groups(&table), [("Spam link", 2), ("-", 1), ("rude", 1)]);
}

#[test]
fn moderators_are_shown_by_the_name_that_was_last_used() {
    let named = |n, text: Option<&str>| {
        let Actor::Human { user, key, .. } = moderator(1) else {
            unreachable!()
        };
        let identity = text.map(|text| Identity::parse(text).unwrap());
        Brief {
            actor: Actor::Human {
                user,
                identity,
                key,
                asserted: None,
            },
            ..brief(n)
        }
    };
    let briefs = [
        named(1, Some("discord:1")),
        named(2, Some("telegram:2")),
        named(3, None),
    ];
    let lines = table(By::Moderator, 10, &briefs).lines;
    assert_eq!(
        (lines.len(), lines[0].identity.as_ref().unwrap().to_string()),
        (1, "telegram:2".to_owned())
    );
}

#[test]
fn weeks_begin_on_monday_in_utc_and_none_is_missing() {
    const MONDAY: i64 = 1_767_571_200; // 2026-01-05T00:00:00Z
    let briefs = [
        on(1, MONDAY - 1),
        on(2, MONDAY),
        on(3, MONDAY + 6 * 86_400),
        on(4, MONDAY + 21 * 86_400),
    ];
    let all = table(By::Week, 10, &briefs);
    let expected = [
        ("2025-12-29", 1),
        ("2026-01-05", 2),
        ("2026-01-12", 0),
        ("2026-01-19", 0),
        ("2026-01-26", 1),
    ];
    assert_eq!(groups(&all), expected);
    let some = table(By::Week, 2, &briefs);
    assert_eq!((groups(&some), some.left_out), (expected[3..].to_vec(), 3));
    assert_eq!(groups(&table(By::Week, 10, &[on(1, 0)])), [("1969-12-29", 1)]);
    assert!(table(By::Week, 10, &[]).lines.is_empty());
}

#[test]
fn groups_are_bounded() {
    let mut counts = Counts::new(By::Reason);
    for n in 0..MAX_GROUPS {
        assert!(!counts.is_full());
        counts.add(&Brief {
            reason: Some(n.to_string()),
            ..brief(1)
        });
    }
    assert!(counts.is_full());
}
