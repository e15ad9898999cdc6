//! A standing in plain sentences, for the member whom it is about: what counts, what holds and why, and what would come next.
//!
//! Numbers and dates are exact. Each sentence stands for itself, so whoever shows them may leave some out.

use super::actor::Actor;
use super::case::Case;
use super::explain::{Carried, Term};
use super::kind::Kind;
use super::ladder::Strength;
use super::member::{Paused, freezes};
use super::past::Offence;
use super::points::Points;
use super::policy::{Decay, Policy, Refire, Remedy};
use super::sanction::Sanction;
use super::standing::Standing;
use super::time::Instant;
use phrases::{kept_from, length, listed, moment, numbers, punished, quoted};

mod phrases; // moments, lengths, lists

/// So many cases are told one by one; of more, the number.
pub const MOST_TERMS: usize = 20;

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The standing.
    pub standing: &'a Standing,
    /// The policy in force then.
    pub policy: &'a Policy,
    /// The terms of the balance, newest first.
    pub terms: &'a [Term],
    /// Whether those are all.
    pub complete: bool,
    /// What was carried over.
    pub carried: Option<&'a Carried>,
    /// The offences that rungs may still count.
    pub offences: &'a [Offence],
    /// Cases of the member, in any order: those that started the sanctions in force, their causes, and such as no longer count or
    /// count less.
    pub cases: &'a [Case],
}

/// The standing in sentences, in the order in which they are read.
#[must_use]
pub fn sentences(account: &Account<'_>) -> Vec<String> {
    let mut said = Vec::new();
    account.opening(&mut said);
    account.counts(&mut said);
    account.falls(&mut said);
    account.rungs(&mut said);
    account.offence_rungs(&mut said);
    for sanction in &account.standing.sanctions {
        account.sanction(sanction, &mut said);
    }
    account.remedies(&mut said);
    said
}

impl Account<'_> {
    fn case(&self, number: i64) -> Option<&Case> {
        self.cases.iter().find(|case| case.number == number)
    }

    fn opening(&self, said: &mut Vec<String>) {
        let Standing {
            at,
            points: now,
            sanctions,
            ..
        } = self.standing;
        let at = moment(*at);
        said.push(if *now > Points::ZERO {
            format!("At {at} you have {}.", now.told())
        } else if sanctions.is_empty() {
            format!("At {at} you have no points, and no sanction holds.")
        } else {
            format!("At {at} you have no points.")
        });
    }

    /// What counts, oldest first, and until when.
    fn counts(&self, said: &mut Vec<String>) {
        let told = self.terms.len().min(MOST_TERMS);
        if let Some(carried) = self.carried {
            let (at, all, left) = (moment(carried.at), carried.granted.told(), carried.left.told());
            let gone = self.gone(carried.gone_at);
            said.push(format!("{all} were carried over at {at}, when the rules changed or records were joined; {left} of that still count{gone}."));
        }
        match self.terms.len() - told {
            0 if self.complete => {}
            0 => said.push("Older cases count besides those that follow.".to_owned()),
            more if self.complete => {
                said.push(format!("{more} older cases count besides those that follow."))
            }
            more => said.push(format!(
                "More than {more} older cases count besides those that follow."
            )),
        }
        for term in self.terms[..told].iter().rev() {
            let (number, kind, at) = (term.case, term.kind.name(), moment(term.at));
            let gone = self.gone(term.gone_at);
            let (gave, left) = (term.granted.told(), term.left.told());
            said.push(if term.left.millis() == term.granted.millis() {
                format!("Case #{number} ({kind}, {at}) gave you {gave}, and all of it still counts{gone}.")
            } else {
                format!("Case #{number} ({kind}, {at}) gave you {gave}; {left} of that still count{gone}.")
            });
        }
    }

    /// Until when something counts. Of what stands still for now, nobody can say.
    fn gone(&self, at: Option<Instant>) -> String {
        at.map_or_else(String::new, |at| {
            format!(", until {} if nothing else happens", moment(at))
        })
    }

    /// How points fall, what holds them up, and when they are gone.
    fn falls(&self, said: &mut Vec<String>) {
        let standing = self.standing;
        if standing.exact == Points::ZERO {
            return;
        }
        said.push(match self.policy.decay {
            Decay::Linear { rate, .. } => {
                format!(
                    "Points fall by {} a day, those of the oldest case first.",
                    Points::from_millis(rate).told()
                )
            }
            Decay::Expiry { after } => format!(
                "The points of a case count in full for {}, and then not at all.",
                length(after)
            ),
            Decay::None {} => "Points do not fall by themselves.".to_owned(),
        });
        if self.policy.decay == (Decay::None {}) {
            return;
        }
        let frozen = standing
            .sanctions
            .iter()
            .any(|s| freezes(self.policy.freeze_while, s));
        let why = if frozen {
            "while a sanction holds that stops them"
        } else {
            "in the time of grace after an offence"
        };
        match standing.paused {
            Some(Paused::Forever) => {
                said.push("They stand still as long as a sanction without an end holds.".to_owned())
            }
            Some(Paused::Until(until)) => {
                said.push(format!("They stand still until {}, {why}.", moment(until)))
            }
            None => {}
        }
        if let Some(clear) = standing.clear_at {
            said.push(format!(
                "If nothing else happens, you have no points from {} on.",
                moment(clear)
            ));
        }
    }

    /// The rungs that the points are at or above, and the next one.
    fn rungs(&self, said: &mut Vec<String>) {
        let now = self.standing.points;
        for drop in &self.standing.drops {
            let (rung, at) = (&drop.rung, drop.threshold.told());
            said.push(match drop.at {
                Some(below) => format!(
                    "You have reached the rung {rung} at {at}, and fall below it at {}.",
                    moment(below)
                ),
                None => format!("You have reached the rung {rung} at {at}."),
            });
        }
        let repeats = self
            .policy
            .ladder
            .iter()
            .filter(|rung| rung.at <= now && rung.refire == Refire::EveryOffence);
        for rung in repeats {
            let does = punished(&rung.remedy);
            said.push(format!(
                "As long as you have {} or more, you are {does} for every further offence that gives points.",
                rung.at.told()
            ));
        }
        for rung in self.policy.ladder.iter().filter(|rung| rung.at > now) {
            let (id, at, does) = (&rung.id, rung.at.told(), punished(&rung.remedy));
            let mut latched = self.standing.latched.iter();
            if let Some(latched) = latched.find(|latched| latched.rung == *id) {
                let when = latched.armed_again_at.map_or_else(String::new, |at| {
                    format!(", from {} on if nothing else happens", moment(at))
                });
                said.push(format!(
                    "You have reached the rung {id} at {at} before; until you have less than {}{when}, it does nothing again.",
                    latched.reset_below.told()
                ));
                continue;
            }
            let (more, but) = (rung.at.minus(now).told(), self.outdone(&rung.remedy));
            said.push(format!(
                "At {at}, which is {more} more, you would be {does}{but}."
            ));
            break;
        }
    }

    /// That a rung would do nothing for now, because of what is in force. Of one whose end goes by the points nobody can say.
    fn outdone(&self, remedy: &Remedy) -> &'static str {
        let at = self.standing.at;
        let end = remedy.duration.map(|span| at.after(span));
        let strength = Strength::of(remedy.severity(), remedy.action, at, end);
        let mut in_force = self.standing.sanctions.iter();
        if remedy.while_above.is_none() && in_force.any(|sanction| sanction.strength() >= strength) {
            ", but what holds already is at least as severe and ends no earlier"
        } else {
            ""
        }
    }

    /// The rungs for repeated offences of which some count already.
    fn offence_rungs(&self, said: &mut Vec<String>) {
        for rung in &self.policy.offence_rungs {
            let count = &rung.count;
            let so_far = count.of(self.offences, self.standing.at);
            if so_far == 0 || so_far >= count.least {
                continue;
            }
            let kinds: Vec<String> = count.kinds.iter().map(|kind| kind.name().to_owned()).collect();
            let (least, kinds, within) = (count.least, listed(&kinds, "or"), length(count.within));
            let (does, but) = (punished(&rung.remedy), self.outdone(&rung.remedy));
            let so_far = if so_far == 1 {
                "1 of those counts".to_owned()
            } else {
                format!("{so_far} of those count")
            };
            said.push(format!(
                "For {least} cases of {kinds} within {within} you would be {does}{but}; {so_far} now."
            ));
        }
    }

    /// What a sanction keeps the member from, until when, and why.
    fn sanction(&self, sanction: &Sanction, said: &mut Vec<String>) {
        let (kept, from) = (kept_from(sanction), moment(sanction.start));
        said.push(match (sanction.while_above, sanction.end) {
            (Some(level), Some(end)) => format!(
                "Since {from} you are {kept}, as long as you have {} or more; if nothing else happens, until {}.",
                level.told(),
                moment(end)
            ),
            (Some(level), None) => format!("Since {from} you are {kept}, as long as you have {} or more.", level.told()),
            (None, Some(end)) => format!("Since {from} you are {kept}, until {}.", moment(end)),
            (None, None) => format!("Since {from} you are {kept}, without an end; somebody has to lift it."),
        });
        let Some(case) = self.case(sanction.case) else {
            return;
        };
        let number = case.number;
        let reason = case.particulars.reason.as_deref();
        let Actor::Escalation { rung } = &case.actor else {
            said.push(match reason {
                Some(reason) => format!(
                    "A moderator decided that in case #{number}, for the reason {}.",
                    quoted(reason)
                ),
                None => format!("A moderator decided that in case #{number}, without giving a reason."),
            });
            return;
        };
        let trigger = case.causes.last().and_then(|cause| self.case(*cause));
        let reached = reason.map(|reason| {
            reason
                .strip_prefix("Reached ")
                .unwrap_or(reason)
                .trim_end_matches('.')
        });
        let reached = reached.map_or_else(String::new, |reached| format!(": {reached}"));
        said.push(match trigger {
            Some(trigger) => {
                let why = trigger.particulars.reason.as_deref();
                let why = why.map_or_else(String::new, |why| format!(", for the reason {}", quoted(why)));
                format!("That followed by itself in case #{number}, when case #{} ({}{why}) reached the rung {rung}{reached}.", trigger.number, trigger.kind.name())
            }
            None => format!("That followed by itself in case #{number}, when you reached the rung {rung}{reached}."),
        });
        let counted: Vec<i64> = self
            .terms
            .iter()
            .rev()
            .filter(|term| term.case < number)
            .map(|term| term.case)
            .collect();
        if counted.len() > 1 {
            said.push(format!(
                "Of the cases before it, {} still count.",
                numbers(&counted)
            ));
        }
    }

    /// What no longer counts, or counts less.
    fn remedies(&self, said: &mut Vec<String>) {
        let mut cases: Vec<&Case> = self.cases.iter().filter(|case| case.kind != Kind::Note).collect();
        cases.sort_by_key(|case| case.number);
        for case in cases {
            let (number, kind) = (case.number, case.kind.name());
            if let Some(voided) = &case.voided {
                let at = moment(Instant::from_utc(voided.at).unwrap_or(case.at));
                said.push(match voided.cause {
                    Some(cause) => format!(
                        "Case #{number} ({kind}) fell with case #{cause} at {at}, and does not count."
                    ),
                    None => match voided.replaced_by {
                        Some(milder) => format!(
                            "Case #{number} ({kind}) was replaced by case #{milder} at {at}, and does not count."
                        ),
                        None => format!("Case #{number} ({kind}) was voided at {at}, and does not count."),
                    },
                });
            } else if let Some(reduced) = &case.reduced {
                let at = moment(Instant::from_utc(reduced.at).unwrap_or(case.at));
                let mut less = Vec::new();
                if case.points < reduced.points {
                    less.push(format!(
                        "it counts {} instead of {}",
                        case.points.told(),
                        reduced.points.told()
                    ));
                }
                let end = case
                    .started
                    .as_ref()
                    .map(|s| s.end)
                    .filter(|end| *end != reduced.end);
                if let Some(Some(end)) = end {
                    less.push(format!("what it started ends at {}", moment(end)));
                }
                if !less.is_empty() {
                    said.push(format!(
                        "Case #{number} ({kind}) was reduced at {at}: {}.",
                        listed(&less, "and")
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
