//! What may be said of appeals.

use super::ladder::is_rung_id;
use super::unknown;
use crate::domain::appeal::Rules;
use crate::domain::kind::Kind;
use crate::domain::time::MAX_SPAN;
use std::collections::BTreeSet;

/// The most appeals of a case that a policy may grant.
const MAX_APPEALS: i64 = 20;
/// The most questions that a member can be asked.
const MAX_QUESTIONS: usize = 10;
/// The most reviewers who can be asked.
const MAX_VOTES: i64 = 9;
/// The shortest and the longest time that anybody is given: a minute, and a year.
const MIN_TIME: i64 = 60;
const MAX_TIME: i64 = 365 * 86_400;
/// The longest time that a reviewer can keep an appeal to themself without claiming it again.
const MAX_CLAIM: i64 = 7 * 86_400;

/// The rules for appeals.
pub(super) fn check(rules: &Rules, known: impl Fn(&Kind) -> bool, wrong: &mut impl FnMut(String, String)) {
    let mut at = |field: &str, detail: String| wrong(format!("/appeals/{field}"), detail);
    if rules
        .window
        .is_some_and(|window| !(MIN_TIME..=MAX_SPAN).contains(&window))
    {
        at(
            "window",
            "a case can be appealed for 1 minute to 3650 days; leave it out for ever".into(),
        );
    }
    for (field, given) in [("wait", rules.wait), ("gap", rules.gap)] {
        if !(0..=MAX_TIME).contains(&given) {
            at(field, "0 seconds to 365 days".into());
        }
    }
    if rules.window.is_some_and(|window| window <= rules.wait) {
        at(
            "wait",
            "it is shorter than the window, or nothing could ever be appealed".into(),
        );
    }
    if !(1..=MAX_APPEALS).contains(&rules.most) {
        at("most", format!("a case has 1 to {MAX_APPEALS} appeals"));
    }
    for kind in rules.except_kinds.iter().filter(|kind| !known(kind)) {
        at("except_kinds", unknown(*kind));
    }
    let times = [
        ("decide_within", rules.decide_within, MAX_TIME),
        ("answer_within", rules.answer_within, MAX_TIME),
        ("draft_for", rules.draft_for, MAX_TIME),
        ("claim_for", rules.claim_for, MAX_CLAIM),
    ];
    for (field, given, most) in times {
        if !(MIN_TIME..=most).contains(&given) {
            at(field, format!("1 minute to {} days", most / 86_400));
        }
    }
    check_questions(rules, &mut at);
    if let Some(votes) = rules.votes
        && !(2..=votes.of).contains(&votes.needed)
    {
        at(
            "votes/needed",
            "at least 2, and no more than are asked; one alone needs no votes".into(),
        );
    }
    if rules
        .votes
        .is_some_and(|votes| !(2..=MAX_VOTES).contains(&votes.of))
    {
        at("votes/of", format!("2 to {MAX_VOTES} reviewers are asked"));
    }
}

fn check_questions(rules: &Rules, at: &mut impl FnMut(&str, String)) {
    if rules.questions.len() > MAX_QUESTIONS {
        at("questions", format!("at most {MAX_QUESTIONS} questions"));
    }
    let mut ids = BTreeSet::new();
    for (index, question) in rules.questions.iter().enumerate() {
        if !is_rung_id(&question.id) {
            let detail = "an id is 1 to 64 lower-case letters, digits, '-' or '_'";
            at(&format!("questions/{index}/id"), detail.into());
        }
        if !ids.insert(&question.id) {
            at(
                &format!("questions/{index}/id"),
                "another question has this id".into(),
            );
        }
    }
}
