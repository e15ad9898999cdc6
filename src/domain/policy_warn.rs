//! What is allowed in a policy and hardly meant. Each warning is a sentence about this policy that is true, not a matter of taste.

mod idle; // rungs that never act

use super::kind::{Kind, Severity};
use super::points::{Points, UNITS_PER_MILLI};
use super::policy::{Decay, OffenceRung, Policy, Remedy, Rung};
use super::policy_check::Finding;
use super::time::{MAX_SPAN, readable};
use std::cmp::Ordering;

const DAY: i64 = 86_400;
/// So many days of one act each are far too many for a rung that is meant to be reached.
const LONGEST_WAY: i64 = 365;

/// The warnings about a policy, in the order of the document, with pointers into it.
#[must_use]
pub fn warnings(policy: &Policy) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(idle_kinds(policy));
    found.extend(slow_decay(policy));
    found.extend(out_of_reach(policy));
    found.extend(years_away(policy));
    found.extend(above_a_ban(policy));
    found.extend(shorter_than_below(policy));
    found.extend(preceded(policy));
    found.extend(idle::rungs(policy));
    found.extend(unapproved(policy));
    found
}

fn warning(pointer: String, detail: String) -> Finding {
    Finding { pointer, detail }
}

/// The community's own kinds that come to nothing.
fn idle_kinds(policy: &Policy) -> impl Iterator<Item = Finding> {
    let idle = policy
        .kinds
        .iter()
        .filter(|(_, kind)| kind.weight == Points::ZERO && !kind.offence);
    idle.map(|(name, _)| {
        warning(
            format!("/kinds/{name}"),
            format!("{name} adds no points and is no offence, so it does no more than a note; give it a weight or mark it as an offence"),
        )
    })
}

/// A decay that takes more than ten years from the highest rung at which a member is still there, or will be again.
fn slow_decay(policy: &Policy) -> Option<Finding> {
    let Decay::Linear { rate, .. } = policy.decay else {
        return None;
    };
    let rung = policy.ladder.iter().rfind(|rung| !ends_never(&rung.remedy))?;
    let days = rung.at.units() / UNITS_PER_MILLI / rate.max(1);
    (days * DAY > MAX_SPAN).then(|| {
        let detail = format!(
            "who reaches {} at {} points is clear after {days} days, more than ten years",
            rung.id, rung.at
        );
        warning("/decay/per_day".to_owned(), detail)
    })
}

/// The lowest rung that one act a day reaches after more than a year, though the heaviest that leaves the member there.
fn years_away(policy: &Policy) -> Option<Finding> {
    let (weight, kind) = heaviest(policy)?;
    if daily_most(policy.decay, weight).is_some() {
        return None;
    }
    let falls = match policy.decay {
        Decay::Linear { rate, grace } => rate.saturating_mul((DAY - grace).max(0)),
        Decay::Expiry { .. } | Decay::None {} => 0,
    };
    let gains = weight.units().saturating_sub(falls).max(1);
    let days = |rung: &Rung| {
        (rung.at.units() - weight.units())
            .max(0)
            .saturating_add(gains - 1)
            / gains
            + 1
    };
    let (place, rung) = policy
        .ladder
        .iter()
        .enumerate()
        .find(|(_, rung)| days(rung) > LONGEST_WAY)?;
    let detail = format!(
        "one {} of {weight} points every day comes to {} after {} days, more than a year",
        kind.name(),
        rung.id,
        days(rung)
    );
    Some(warning(format!("/ladder/{place}/at"), detail))
}

/// The lowest rung that one act a day never reaches, though the heaviest act that leaves the member there, or lets them back in.
fn out_of_reach(policy: &Policy) -> Option<Finding> {
    let (weight, kind) = heaviest(policy)?;
    let most = daily_most(policy.decay, weight)?;
    let (place, rung) = policy
        .ladder
        .iter()
        .enumerate()
        .find(|(_, rung)| rung.at > most)?;
    let detail = if weight == Points::ZERO {
        format!("no act up to a kick adds points, so nothing leads to {}", rung.id)
    } else {
        format!(
            "points fall so fast that one {} of {weight} points every day never comes to more than {most}; only several acts in a day reach {}",
            kind.name(),
            rung.id
        )
    };
    Some(warning(format!("/ladder/{place}/at"), detail))
}

/// The act with the most points that leaves the member there, or lets them back in.
fn heaviest(policy: &Policy) -> Option<(Points, Kind)> {
    let own = policy.kinds.keys().map(|name| Kind::Custom(*name));
    let kinds = Kind::BUILT_IN.into_iter().chain(own);
    let repeatable = kinds.filter(|kind| policy.severity(*kind) <= Severity::Kick);
    repeatable
        .map(|kind| (policy.weight(kind), kind))
        .max_by_key(|(weight, _)| *weight)
}

/// The most points that one act a day of a weight can come to; `None` for as many as you like.
fn daily_most(decay: Decay, weight: Points) -> Option<Points> {
    if weight == Points::ZERO {
        return Some(weight);
    }
    match decay {
        Decay::Linear { rate, grace } => {
            let falls = rate.saturating_mul((DAY - grace).max(0));
            (falls >= weight.units()).then_some(weight)
        }
        // On the day on which one lapses, the next one comes.
        Decay::Expiry { after } => {
            let held = after / DAY + i64::from(after % DAY > 0);
            Some(Points::from_units(weight.units().saturating_mul(held)))
        }
        Decay::None {} => None,
    }
}

/// The rungs above one that bans without an end.
fn above_a_ban(policy: &Policy) -> impl Iterator<Item = Finding> {
    let ban = policy
        .ladder
        .iter()
        .position(|rung| rung.remedy.action == Kind::Ban);
    let above = policy
        .ladder
        .iter()
        .enumerate()
        .filter(move |(place, _)| ban.is_some_and(|ban| ban < *place));
    above.filter_map(move |(place, rung)| {
        let ban = policy.ladder.get(ban?)?;
        let detail = format!(
            "{} lies above {}, which bans without an end at {} points already",
            rung.id, ban.id, ban.at
        );
        Some(warning(format!("/ladder/{place}"), detail))
    })
}

/// The rungs that do the same as a lower one, for a shorter time.
fn shorter_than_below(policy: &Policy) -> impl Iterator<Item = Finding> {
    policy.ladder.iter().enumerate().filter_map(|(place, rung)| {
        let below = policy.ladder.get(..place)?;
        let mut same = below
            .iter()
            .filter(|lower| lower.remedy.action == rung.remedy.action);
        let longest = same.rfind(|lower| lasts(&lower.remedy) > lasts(&rung.remedy))?;
        let (this, lower) = (length(&rung.remedy)?, length(&longest.remedy)?);
        let detail = format!(
            "{} lasts {this}, and {} below it {lower}: it gets milder as points rise",
            rung.id, longest.id
        );
        Some(warning(format!("/ladder/{place}/duration"), detail))
    })
}

/// The rungs for offences that can never act, because by then a rung of the ladder holds what is at least as strong.
fn preceded(policy: &Policy) -> impl Iterator<Item = Finding> {
    policy.offence_rungs.iter().enumerate().filter_map(|(place, rung)| {
        let least = least_points(policy, rung);
        let first = policy.ladder.iter().find(|first| holds_before(first, rung, policy.shown(least)))?;
        let detail = format!(
            "{} always comes first: {} such offences within {} are at least {} points, and at {} it holds without an end what is no milder",
            first.id,
            rung.count.least,
            readable(rung.count.within),
            policy.shown(least),
            first.at,
        );
        Some(warning(format!("/offence_rungs/{place}"), detail))
    })
}

/// The kinds that need approvals, and that a rung does without.
fn unapproved(policy: &Policy) -> impl Iterator<Item = Finding> {
    policy.holds.approvals.keys().filter_map(|kind| {
        let of_ladder = policy.ladder.iter().map(|rung| (&rung.id, &rung.remedy));
        let of_offences = policy.offence_rungs.iter().map(|rung| (&rung.id, &rung.remedy));
        let (id, _) = of_ladder.chain(of_offences).find(|(_, remedy)| remedy.action == *kind)?;
        let name = kind.name();
        Some(warning(
            format!("/authority/approvals/{name}"),
            format!("{id} does a {name} by itself and at once: escalations never wait, only the act of a person or a bot needs the approvals"),
        ))
    })
}

/// The fewest points that a member has when a rung for offences is reached, however the offences are spread.
fn least_points(policy: &Policy, rung: &OffenceRung) -> Points {
    let lightest = rung.count.kinds.iter().map(|kind| policy.weight(*kind)).min();
    let count = i64::try_from(rung.count.least).unwrap_or(i64::MAX);
    let whole = lightest.unwrap_or_default().units().saturating_mul(count);
    let lost = match policy.decay {
        Decay::None {} => 0,
        Decay::Linear { rate, .. } => rate.saturating_mul(rung.count.within),
        Decay::Expiry { after } if after >= rung.count.within => 0,
        Decay::Expiry { .. } => whole,
    };
    Points::from_units(whole.saturating_sub(lost))
}

/// Whether a rung of the ladder is reached by so many points, and holds from then on something at least as strong.
fn holds_before(first: &Rung, rung: &OffenceRung, points: Points) -> bool {
    first.at <= points && ends_never(&first.remedy) && first.remedy.severity() >= rung.remedy.severity()
}

/// Whether what a rung does starts something that nothing but a lift ends.
fn ends_never(remedy: &Remedy) -> bool {
    remedy.action.restricts().is_some() && remedy.duration.is_none() && remedy.while_above.is_none()
}

/// How long what a rung does lasts, to compare; what ends with the points is as long as they are high, which nobody can tell.
fn lasts(remedy: &Remedy) -> Length {
    match (remedy.action.restricts(), remedy.while_above, remedy.duration) {
        (None, _, _) | (_, Some(_), _) => Length::Unknown,
        (_, None, Some(span)) => Length::Seconds(span.seconds()),
        (_, None, None) => Length::Endless,
    }
}

/// A length as people read it.
fn length(remedy: &Remedy) -> Option<String> {
    match lasts(remedy) {
        Length::Unknown => None,
        Length::Seconds(seconds) => Some(readable(seconds)),
        Length::Endless => Some("without an end".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Unknown,
    Seconds(i64),
    Endless,
}

impl PartialOrd for Length {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => None,
            (Self::Seconds(one), Self::Seconds(another)) => Some(one.cmp(another)),
            (Self::Endless, Self::Endless) => Some(Ordering::Equal),
            (Self::Endless, Self::Seconds(_)) => Some(Ordering::Greater),
            (Self::Seconds(_), Self::Endless) => Some(Ordering::Less),
        }
    }
}

#[cfg(test)]
mod tests;
