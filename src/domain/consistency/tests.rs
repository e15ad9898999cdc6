//! What is found where like is not treated alike.

use super::*;
use crate::domain::actor::Actor;
use crate::domain::brief::tests::{brief, moderator};

fn report(least: u64, limit: usize, briefs: &[Brief]) -> Report {
    let mut consistency = Consistency::default();
    briefs.iter().rev().for_each(|brief| consistency.add(brief));
    consistency.report(least, limit)
}

/// An act by the moderator of that number.
fn act(number: i64, reason: &str, kind: Kind, seconds: Option<i64>, by: u128) -> Brief {
    let duration = seconds.map(|seconds| Span::new(seconds).unwrap());
    Brief {
        reason: Some(reason.to_owned()),
        kind,
        duration,
        actor: moderator(by),
        ..brief(number)
    }
}

#[test]
fn outcomes_of_a_reason_are_counted_with_who_chose_them() {
    let found = report(
        3,
        10,
        &[
            act(1, "Spam", Kind::Warn, None, 1),
            act(2, "spam", Kind::Mute, Some(60), 2),
            act(3, " SPAM", Kind::Mute, Some(3_600), 2),
            act(4, "spam", Kind::Warn, None, 2),
            act(5, "sPam ", Kind::Warn, None, 1),
        ],
    );
    let [finding] = &found.findings[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (finding.reason.as_str(), finding.cases, finding.agreement()),
        ("sPam", 5, 60)
    );
    let outcomes: Vec<_> = finding
        .choices
        .iter()
        .map(|c| (c.outcome.kind, c.outcome.duration.map(Span::seconds), c.cases))
        .collect();
    assert_eq!(
        outcomes,
        [
            (Kind::Warn, None, 3),
            (Kind::Mute, Some(60), 1),
            (Kind::Mute, Some(3_600), 1)
        ]
    );
    let warns = &finding.choices[0];
    let choosers: Vec<_> = warns
        .moderators
        .iter()
        .map(|c| (c.moderator.clone(), c.cases))
        .collect();
    assert_eq!(
        choosers,
        [(moderator(1).to_string(), 2), (moderator(2).to_string(), 1)]
    );
    assert_eq!(warns.examples, [5, 4, 1]);
    assert_eq!(finding.percent(warns.cases), 60);
}

#[test]
fn what_is_no_judgement_of_a_moderator_is_passed_over() {
    let ladder = Actor::Escalation {
        rung: "mute-1h".to_owned(),
    };
    let found = report(
        1,
        10,
        &[
            Brief {
                voided: true,
                ..brief(1)
            },
            Brief {
                kind: Kind::Note,
                ..brief(2)
            },
            Brief {
                kind: Kind::Unmute,
                ..brief(3)
            },
            Brief {
                actor: ladder,
                kind: Kind::Mute,
                ..brief(4)
            },
            Brief {
                actor: Actor::System,
                kind: Kind::Unmute,
                ..brief(5)
            },
            Brief {
                reason: None,
                ..brief(6)
            },
        ],
    );
    assert_eq!(
        found,
        Report {
            findings: vec![],
            left_out: 0
        }
    );
}

#[test]
fn the_worst_comes_first_and_the_rest_is_counted() {
    let mut briefs = vec![];
    for (reason, warns, bans) in [
        ("agreed", 3, 0),
        ("two of three", 2, 1),
        ("half", 2, 2),
        ("half of more", 3, 3),
        ("rare", 1, 1),
    ] {
        for _ in 0..warns {
            briefs.push(act(1, reason, Kind::Warn, None, 1));
        }
        for _ in 0..bans {
            briefs.push(act(1, reason, Kind::Ban, None, 1));
        }
    }
    let names = |report: Report| {
        report
            .findings
            .into_iter()
            .map(|finding| finding.reason)
            .collect::<Vec<_>>()
    };
    let all = report(3, 10, &briefs);
    let percents: Vec<u64> = all.findings.iter().map(Finding::agreement).collect();
    assert_eq!(percents, [50, 50, 66, 100]);
    assert_eq!(names(all), ["half of more", "half", "two of three", "agreed"]);
    let some = report(3, 1, &briefs);
    assert_eq!((some.left_out, names(some)), (3, vec!["half of more".to_owned()]));
}

#[test]
fn lists_are_bounded_and_say_so() {
    let briefs: Vec<Brief> = (1..=30).map(|n| act(n, "spam", Kind::Mute, Some(n), 1)).collect();
    let finding = &report(3, 10, &briefs).findings[0];
    assert_eq!(
        (finding.cases, finding.choices.len(), finding.outcomes_left_out),
        (30, MAX_OUTCOMES, 20)
    );
    let briefs: Vec<Brief> = (1..=30)
        .map(|n| act(n, "spam", Kind::Warn, None, n.unsigned_abs().into()))
        .collect();
    let choice = &report(3, 10, &briefs).findings[0].choices[0];
    assert_eq!(
        (choice.cases, choice.moderators.len(), choice.moderators_left_out),
        (30, MAX_MODERATORS, 20)
    );
    assert_eq!(choice.examples, [30, 29, 28]);
}

#[test]
fn memory_is_bounded() {
    let mut consistency = Consistency::default();
    for n in 0..MAX_CELLS {
        assert!(!consistency.is_full());
        consistency.add(&act(1, &n.to_string(), Kind::Warn, None, 1));
    }
    assert!(consistency.is_full());
}
