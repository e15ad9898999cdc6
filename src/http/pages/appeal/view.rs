//! The page of an appeal: how far it is, what was said, and the form for another one.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::{Fault, Kept, LONGEST, MOST_LINKS};
use crate::domain::appeal::{Appeal, Decision, Outcome, State, Statement};
use crate::domain::language::Language;
use crate::http::pages::guest::Guest;
use crate::service::visits::Visit;
use crate::texts::{self, say};

/// All between head and foot.
pub(super) fn main(language: Language, guest: &Guest, visit: &Visit, kept: &Kept, word: &str) -> Markup {
    let about = [
        ("case", visit.case.number.into()),
        ("community", (&visit.community).into()),
    ];
    let back = format!("../{}{}", guest.token, guest.wish.suffix());
    html! {
        header {
            p { a href=(back) { "← " (say(language, "page-back", &[])) } }
            h1 { (say(language, "page-appeal-title", &[])) }
            p.place { (say(language, "page-appeal-about", &about)) }
        }
        (faults(language, &kept.faults))
        @if let Some(appeal) = &visit.appeal {
            (progress(language, appeal, visit.now))
            (said(language, &appeal.about.statements))
            @if appeal.state(visit.now).is_open() { (withdraw(language, guest, word)) }
        }
        @if visit.may_appeal() {
            (form(language, guest, kept, word))
        } @else if visit.appeal.is_none() {
            section.card {
                h2 { (say(language, "page-no-appeal", &[])) }
                p { (say(language, "page-no-appeal-voided", &[])) }
            }
        }
    }
}

/// What is wrong with what was sent; read out at once.
fn faults(language: Language, faults: &[Fault]) -> Markup {
    html! {
        @if !faults.is_empty() {
            section.card.wrong role="alert" {
                h2 { (say(language, "page-wrong", &[])) }
                ul {
                    @for fault in faults {
                        li { a href=(field_of(*fault)) { (told(language, *fault)) } }
                    }
                }
            }
        }
    }
}

/// Where the field is that a fault is about.
const fn field_of(fault: Fault) -> &'static str {
    match fault {
        Fault::Links => "#evidence",
        Fault::Form | Fault::Cannot => "#main",
        Fault::Empty | Fault::Long(_) | Fault::Characters => "#statement",
    }
}

fn told(language: Language, fault: Fault) -> String {
    let most = ("most", LONGEST.into());
    match fault {
        Fault::Empty => say(language, "page-wrong-empty", &[]),
        Fault::Long(count) => say(language, "page-wrong-long", &[("count", count.into()), most]),
        Fault::Characters => say(language, "page-wrong-characters", &[]),
        Fault::Links => say(language, "page-wrong-links", &[("most", MOST_LINKS.into())]),
        Fault::Form => say(language, "page-wrong-form", &[]),
        Fault::Cannot => say(language, "page-cannot", &[]),
    }
}

/// How far it is: what has happened, and where it is now.
fn progress(language: Language, appeal: &Appeal, now: DateTime<Utc>) -> Markup {
    let state = appeal.state(now);
    html! {
        section.card {
            h2 { (say(language, "page-progress", &[])) }
            ol.progress {
                (step(language, "page-state-submitted", Some(appeal.created_at), state == State::Submitted))
                @match state {
                    State::InReview => (step(language, "page-state-in-review", None, true)),
                    State::Closed => (step(language, "page-state-closed", appeal.ended_at, true)),
                    State::Withdrawn => (step(language, "page-state-withdrawn", appeal.ended_at, true)),
                    State::Moot => (step(language, "page-state-moot", appeal.ended_at, true)),
                    State::Submitted => {}
                }
            }
            @if let Some(decision) = &appeal.about.decision { (decided(language, decision)) }
        }
    }
}

fn step(language: Language, key: &str, at: Option<DateTime<Utc>>, is_now: bool) -> Markup {
    html! {
        li aria-current=[is_now.then_some("step")] {
            (say(language, key, &[]))
            @if let Some(at) = at {
                " "
                time.quiet datetime=(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)) { (texts::moment(language, at)) }
            }
        }
    }
}

fn decided(language: Language, decision: &Decision) -> Markup {
    let outcome = match decision.outcome {
        Outcome::Uphold => "page-outcome-uphold",
        Outcome::Void => "page-outcome-void",
    };
    html! {
        p.notice { strong { (say(language, outcome, &[])) } }
        p.quiet { (say(language, "page-outcome-reason", &[])) }
        blockquote.written dir="auto" { (decision.reason) }
    }
}

/// What the member has said.
fn said(language: Language, statements: &[Statement]) -> Markup {
    html! {
        section.card {
            h2 { (say(language, "page-said", &[])) }
            @for statement in statements {
                blockquote.written dir="auto" { (statement.text) }
                @if !statement.evidence.is_empty() {
                    p.quiet { (say(language, "page-said-links", &[])) }
                    ul.links {
                        @for link in &statement.evidence {
                            li { a href=(link) rel="noopener noreferrer nofollow ugc" { (link) } }
                        }
                    }
                }
            }
        }
    }
}

/// Taken back in two steps, so that nobody does it by a slip.
fn withdraw(language: Language, guest: &Guest, word: &str) -> Markup {
    html! {
        details.card {
            summary { (say(language, "page-withdraw", &[])) }
            form method="post" action={ "withdraw" (guest.wish.suffix()) } {
                input type="hidden" name="form" value=(word);
                p { (say(language, "page-withdraw-help", &[])) }
                p { button.quietly type="submit" { (say(language, "page-withdraw-sure", &[])) } }
            }
        }
    }
}

/// What is wrong with a field, for who reads it alone.
fn beside(language: Language, id: &str, faults: &[Fault], about: fn(&Fault) -> bool) -> Markup {
    let found = faults.iter().find(|fault| about(fault));
    html! {
        @if let Some(fault) = found {
            p.fault id=(id) { (told(language, *fault)) }
        }
    }
}

/// Whether a fault is one of the statement.
const fn is_about_text(fault: &Fault) -> bool {
    matches!(fault, Fault::Empty | Fault::Long(_) | Fault::Characters)
}

/// Whether a fault is one of the links.
const fn is_about_links(fault: &Fault) -> bool {
    matches!(fault, Fault::Links)
}

/// The form for an appeal.
fn form(language: Language, guest: &Guest, kept: &Kept, word: &str) -> Markup {
    let is_wrong = |about: fn(&Fault) -> bool| kept.faults.iter().any(about).then_some("true");
    html! {
        section.card {
            h2 { (say(language, "page-write", &[])) }
            form method="post" action={ "appeal" (guest.wish.suffix()) } {
                input type="hidden" name="form" value=(word);
                label for="statement" { (say(language, "page-write", &[])) }
                p.quiet #statement-help { (say(language, "page-write-help", &[("most", LONGEST.into())])) }
                (beside(language, "statement-wrong", &kept.faults, is_about_text))
                textarea #statement name="statement" rows="10" required dir="auto" aria-describedby="statement-help statement-wrong" aria-invalid=[is_wrong(is_about_text)] {
                    "\n" (kept.sent.statement)
                }
                label for="evidence" { (say(language, "page-evidence", &[])) }
                p.quiet #evidence-help { (say(language, "page-evidence-help", &[("most", MOST_LINKS.into())])) }
                (beside(language, "evidence-wrong", &kept.faults, is_about_links))
                textarea #evidence name="evidence" rows="3" spellcheck="false" aria-describedby="evidence-help evidence-wrong" aria-invalid=[is_wrong(is_about_links)] {
                    "\n" (kept.sent.evidence)
                }
                p { button type="submit" { (say(language, "page-send", &[])) } }
            }
        }
    }
}
