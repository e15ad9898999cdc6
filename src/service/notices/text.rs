//! What a member is told, put together in their language from the values of the domain. Pure.

use super::CameTo;
use crate::domain::actor::Actor;
use crate::domain::appeal::{Appeal, Asked, Barrier, Eligibility};
use crate::domain::case::Case;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::ports::notices::Audience;
use crate::texts::{self, Value, say};

/// The longest part of a reason that is told, in characters: platforms take some two thousand for all of it.
const LONGEST_REASON: usize = 800;

/// What there is to say of appeals.
pub(super) struct Appealing<'a> {
    /// Whether the case may be appealed, and when.
    pub(super) eligibility: &'a Eligibility,
    /// How, in the community's own words.
    pub(super) own_words: Option<&'a str>,
    /// Whether the member gets a link to a page on which they can.
    pub(super) has_page: bool,
}

/// What a notice says of a case: what was done, for how long, by which rule and why, whether a person decided it, and how to appeal.
pub(super) fn act(audience: &Audience, case: &Case, appealing: &Appealing<'_>) -> String {
    let language = audience.language();
    let mut lines = vec![done(audience, case)];
    lines.extend(case.started.as_ref().map(|sanction| lasts(language, sanction)));
    lines.extend(why(language, case));
    lines.push(decided_by(language, case));
    if case.points > Points::ZERO {
        let points = texts::points(language, case.points);
        lines.push(say(language, "notice-points", &[("points", points.into())]));
    }
    lines.extend(how_to_appeal(audience, case.number, appealing));
    lines.join("\n")
}

/// Whether, how and when the case may be appealed; nothing of what restricts nobody.
fn how_to_appeal(audience: &Audience, number: i64, appealing: &Appealing<'_>) -> Option<String> {
    let language = audience.language();
    let about = [
        ("case", number.to_string().into()),
        ("community", (&audience.name).into()),
    ];
    let from = match &appealing.eligibility.barrier {
        Some(Barrier::Lift) => return None,
        Some(barrier) if barrier.from().is_none() => return Some(say(language, "notice-no-appeal", &about)),
        barrier => barrier.as_ref().and_then(Barrier::from),
    };
    let mut said = match (appealing.own_words, appealing.has_page) {
        (Some(text), _) => format!("{}. {text}", say(language, "notice-number", &about)),
        (None, true) => say(language, "notice-appeal-page", &about),
        (None, false) => say(language, "notice-appeal", &about),
    };
    for (key, at) in [
        ("notice-appeal-from", from),
        ("notice-appeal-until", appealing.eligibility.until),
    ] {
        if let Some(at) = at {
            let at = texts::moment(language, at);
            said.push('\n');
            said.push_str(&say(language, key, &[("at", at.into())]));
        }
    }
    Some(said)
}

/// What a notice says of an appeal that was decided or refused, or of what its reviewer asks; nothing of any other.
pub(super) fn appeal(
    audience: &Audience,
    (appeal, came_to): (&Appeal, Option<&CameTo<'_>>),
    open: Option<&Asked>,
) -> Option<String> {
    let (language, about) = (audience.language(), &appeal.about);
    let mut arguments = vec![
        ("case", appeal.case.to_string().into()),
        ("community", (&audience.name).into()),
    ];
    let (key, why) = if let Some(decision) = &about.decision {
        let key = format!("notice-decided-{}", decision.outcome.name());
        let why = match decision.split {
            true => say(language, "notice-decided-split", &[]),
            false => reason(language, &decision.reason),
        };
        (key, why)
    } else if let Some(barred) = &about.barred {
        ("notice-barred".to_owned(), reason(language, &barred.reason))
    } else {
        let asked = open?;
        arguments.push(("until", texts::moment(language, asked.until).into()));
        let question = say(
            language,
            "notice-question",
            &[("question", cut(&asked.text).into())],
        );
        ("notice-asked".to_owned(), question)
    };
    let mut lines = vec![say(language, &key, &arguments)];
    lines.extend(
        came_to
            .into_iter()
            .flat_map(|came_to| holds_now(language, appeal.case, came_to)),
    );
    lines.push(why);
    Some(lines.join("\n"))
}

/// What holds now: what the case counts and how long its sanction lasts, where it was reduced, and that others go on.
fn holds_now(language: Language, number: i64, came_to: &CameTo<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let sanctions = &came_to.standing.sanctions;
    if let Some(case) = came_to.reduced {
        lines.extend(case.started.as_ref().map(|started| {
            match sanctions.iter().any(|held| held.case == number) {
                true => lasts(language, started),
                false => say(language, "notice-over", &[]),
            }
        }));
        let points = texts::points(language, case.points);
        lines.push(say(language, "notice-counts", &[("points", points.into())]));
    }
    let is_other = |case: i64| case != number;
    if sanctions.iter().any(|held| is_other(held.case)) {
        lines.push(say(language, "notice-others-hold", &[]));
    }
    lines
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
    say(language, "notice-reason", &[("reason", cut(text).into())])
}

/// As much of a text as there is room for.
fn cut(text: &str) -> String {
    let mut told: String = text.trim().chars().take(LONGEST_REASON).collect();
    if text.trim().chars().count() > LONGEST_REASON {
        told.push('…');
    }
    told
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
