//! What a member is told, put together in their language from the values of the domain. Pure.

use crate::domain::actor::Actor;
use crate::domain::appeal::Appeal;
use crate::domain::case::Case;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::ports::notices::Audience;
use crate::texts::{self, Value, say};

/// The longest part of a reason that is told, in characters: platforms take some two thousand for all of it.
const LONGEST_REASON: usize = 800;

/// What a notice says of a case: what was done, for how long, by which rule and why, whether a person decided it, and how to appeal.
pub(super) fn act(audience: &Audience, case: &Case, how_to_appeal: Option<&str>) -> String {
    let language = audience.language();
    let mut lines = vec![done(audience, case)];
    lines.extend(case.started.as_ref().map(|sanction| lasts(language, sanction)));
    lines.extend(why(language, case));
    lines.push(decided_by(language, case));
    if case.points > Points::ZERO {
        let points = texts::points(language, case.points);
        lines.push(say(language, "notice-points", &[("points", points.into())]));
    }
    let number = case.number.to_string();
    lines.push(match how_to_appeal {
        Some(text) => {
            let number = say(language, "notice-number", &[("case", number.into())]);
            format!("{number}. {text}")
        }
        None => say(
            language,
            "notice-appeal",
            &[("case", number.into()), ("community", (&audience.name).into())],
        ),
    });
    lines.join("\n")
}

/// What a notice says of an appeal that was decided; nothing of one that is not.
pub(super) fn decision(audience: &Audience, appeal: &Appeal) -> Option<String> {
    let (language, decision) = (audience.language(), appeal.about.decision.as_ref()?);
    let key = format!("notice-decided-{}", decision.outcome.name());
    let arguments = [
        ("case", appeal.case.to_string().into()),
        ("community", (&audience.name).into()),
    ];
    let decided = say(language, &key, &arguments);
    Some(format!("{decided}\n{}", reason(language, &decision.reason)))
}

fn done(audience: &Audience, case: &Case) -> String {
    let language = audience.language();
    let community = ("community", Value::from(&audience.name));
    if let Kind::Custom(_) = case.kind {
        let kind = texts::kind(language, case.kind);
        return say(
            language,
            "notice-done-custom",
            &[community, ("kind", kind.into())],
        );
    }
    let key = format!("notice-done-{}", case.kind.name());
    let names = case
        .started
        .as_ref()
        .map_or(&case.capabilities, |sanction| &sanction.capabilities);
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    say(
        language,
        &key,
        &[community, ("capabilities", names.join(", ").into())],
    )
}

/// How long a sanction holds.
fn lasts(language: Language, sanction: &Sanction) -> String {
    if let Some(points) = sanction.while_above {
        let points = texts::points(language, points);
        return say(language, "notice-while-above", &[("points", points.into())]);
    }
    let Some(end) = sanction.end else {
        return say(language, "notice-open", &[]);
    };
    let length = texts::duration(language, end.seconds() - sanction.start.seconds());
    let until = texts::moment(language, end.to_utc());
    say(
        language,
        "notice-until",
        &[("duration", length.into()), ("until", until.into())],
    )
}

/// The reason, in the words of whoever acted. What a rung says of itself is said in the member's language instead.
fn why(language: Language, case: &Case) -> Option<String> {
    let is_ours = matches!(case.actor, Actor::Escalation { .. } | Actor::System);
    let given = case.particulars.reason.as_deref().filter(|_| !is_ours)?;
    let given = given.trim();
    (!given.is_empty()).then(|| reason(language, given))
}

fn reason(language: Language, text: &str) -> String {
    let mut told: String = text.trim().chars().take(LONGEST_REASON).collect();
    if text.trim().chars().count() > LONGEST_REASON {
        told.push('…');
    }
    say(language, "notice-reason", &[("reason", told.into())])
}

/// Whether a person decided it.
fn decided_by(language: Language, case: &Case) -> String {
    match &case.actor {
        Actor::Automod { rule, .. } => {
            let rule = rule.as_str();
            say(language, "notice-by-rule", &[("rule", rule.into())])
        }
        Actor::Escalation { .. } => {
            let cause = case.causes.last().copied().unwrap_or(case.number).to_string();
            say(language, "notice-by-escalation", &[("cause", cause.into())])
        }
        Actor::Key { .. } => say(language, "notice-by-key", &[]),
        _ => say(language, "notice-by-person", &[]),
    }
}

#[cfg(test)]
mod tests;
