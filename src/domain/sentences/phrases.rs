//! Parts of sentences: moments, lengths of time, amounts and lists.

use crate::domain::kind::Kind;
use crate::domain::name::Name;
use crate::domain::policy::Remedy;
use crate::domain::sanction::Sanction;
use crate::domain::time::{Instant, Span};
use std::collections::BTreeSet;

/// The longest part of a reason that is quoted, in characters.
const LONGEST: usize = 200;

/// A moment in UTC, to the minute, or to the second where it has one.
pub(super) fn moment(at: Instant) -> String {
    let form = if at.seconds() % 60 == 0 {
        "%Y-%m-%d %H:%M UTC"
    } else {
        "%Y-%m-%d %H:%M:%S UTC"
    };
    at.to_utc().format(form).to_string()
}

/// A length of time in days, hours, minutes and seconds.
pub(super) fn length(seconds: i64) -> String {
    let parts = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    listed(&parts, "and")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(parts: &[String], and: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// Cases by their numbers.
pub(super) fn numbers(cases: &[i64]) -> String {
    let cases: Vec<String> = cases.iter().map(|number| format!("#{number}")).collect();
    listed(&cases, "and")
}

/// What somebody wrote, in one line and not too much of it.
pub(super) fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    format!("“{short}”")
}

/// What a member is for whom a rung acts: `muted for 1 hour`.
pub(super) fn punished(remedy: &Remedy) -> String {
    let done = done_to(remedy.action, &remedy.capabilities);
    match (remedy.while_above, remedy.duration, remedy.action.restricts()) {
        (Some(level), ..) => format!("{done} as long as you have {} or more", level.told()),
        (None, Some(span), _) => format!("{done} for {}", length(Span::seconds(span))),
        (None, None, Some(_)) => format!("{done} without an end"),
        (None, None, None) => done,
    }
}

/// What a member is upon whom a sanction holds.
pub(super) fn kept_from(sanction: &Sanction) -> String {
    done_to(sanction.kind, &sanction.capabilities)
}

fn done_to(kind: Kind, capabilities: &BTreeSet<Name>) -> String {
    match kind {
        Kind::Warn => "warned".to_owned(),
        Kind::Mute => "muted".to_owned(),
        Kind::Kick => "removed".to_owned(),
        Kind::Tempban | Kind::Ban => "banned".to_owned(),
        Kind::Restrict => {
            let names: Vec<String> = capabilities.iter().map(ToString::to_string).collect();
            format!("kept from {}", listed(&names, "and"))
        }
        other => format!("subject to {}", other.name()),
    }
}
