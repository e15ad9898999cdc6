//! The page of an appeal: how far it is, what was said, and the form for another one.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::{Fault, Kept, LONGEST, MOST_LINKS};
use crate::domain::appeal::{About, Appeal, Barrier, Decision, Outcome, Question, State};
use crate::domain::language::Language;
use crate::http::pages::form::ANSWER;
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
            (said(language, &appeal.about))
            @if appeal.state(visit.now).is_open() {
                (more(language, guest, (visit, appeal), kept, word))
                (withdraw(language, guest, word))
            }
        }
        @match &visit.eligibility.barrier {
            None => (form(language, guest, visit, kept, word)),
            // What was written before it was archived is not lost.
            Some(Barrier::Archived) if !kept.faults.is_empty() => (form(language, guest, visit, kept, word)),
            Some(barrier) => (no_appeal(language, barrier)),
        }
    }
}

/// Why there may be no other appeal, unless one is open.
fn no_appeal(language: Language, barrier: &Barrier) -> Markup {
    html! {
        @if let Some(why) = why_not(language, barrier) {
            section.card {
                h2 { (say(language, "page-no-appeal", &[])) }
                p { (why) }
            }
        }
    }
}

/// Why a case may not be appealed; an appeal that is open says all by itself.
pub(in crate::http::pages) fn why_not(language: Language, barrier: &Barrier) -> Option<String> {
    Some(match barrier {
        Barrier::Open(_) => return None,
        Barrier::Voided => say(language, "page-no-appeal-voided", &[]),
        Barrier::Lift | Barrier::Kind(_) => say(language, "page-no-appeal-kind", &[]),
        Barrier::Most(most) => say(language, "page-no-appeal-most", &[("most", (*most).into())]),
        Barrier::Late { since, ahead } => {
            let since = texts::moment(language, *since);
            let key = if *ahead {
                "page-no-appeal-no-more"
            } else {
                "page-no-appeal-late"
            };
            say(language, key, &[("since", since.into())])
        }
        Barrier::Archived => say(language, "page-no-appeal-archived", &[]),
        Barrier::Early { from } | Barrier::Gap { from } => {
            let from = texts::moment(language, *from);
            say(language, "page-no-appeal-early", &[("from", from.into())])
        }
    })
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
        Fault::Form | Fault::Cannot | Fault::Answer => "#main",
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
        Fault::Answer => say(language, "page-wrong-answer", &[most]),
        Fault::Form => say(language, "page-wrong-form", &[]),
        Fault::Cannot => say(language, "page-cannot", &[]),
    }
}

/// How far it is: what has happened, and where it is now.
fn progress(language: Language, appeal: &Appeal, now: DateTime<Utc>) -> Markup {
    let (state, about) = (appeal.state(now), &appeal.about);
    let last = match state {
        State::Draft | State::Submitted => None,
        State::InReview => Some(("page-state-in-review", None)),
        State::NeedsInfo => Some(("page-state-needs-info", None)),
        State::Closed => Some(("page-state-closed", appeal.ended_at)),
        State::Withdrawn => Some(("page-state-withdrawn", appeal.ended_at)),
        State::Moot => Some(("page-state-moot", appeal.ended_at)),
        State::Barred => Some(("page-state-barred", appeal.ended_at)),
        State::Expired => Some(("page-state-expired", appeal.over_at(now))),
    };
    html! {
        section.card {
            h2 { (say(language, "page-progress", &[])) }
            ol.progress {
                @match about.submitted_at {
                    Some(at) => (step(language, "page-state-submitted", Some(at), last.is_none())),
                    None => (step(language, "page-state-draft", Some(appeal.created_at), last.is_none())),
                }
                @for asked in about.asked.iter().filter(|asked| asked.answered_at.is_some()) {
                    (step(language, "page-state-answered", asked.answered_at, false))
                }
                @if let Some((key, at)) = last { (step(language, key, at, true)) }
            }
            @if let Some(decision) = &about.decision { (decided(language, decision)) }
            @if let Some(barred) = &about.barred { (reason(language, &barred.reason)) }
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
        Outcome::Reduce => "page-outcome-reduce",
        Outcome::Replace => "page-outcome-replace",
        Outcome::Void => "page-outcome-void",
    };
    html! {
        p.notice { strong { (say(language, outcome, &[])) } }
        (reason(language, &decision.reason))
    }
}

fn reason(language: Language, reason: &str) -> Markup {
    html! {
        p.quiet { (say(language, "page-outcome-reason", &[])) }
        blockquote.written dir="auto" { (reason) }
    }
}

/// What the member has said.
fn said(language: Language, about: &About) -> Markup {
    html! {
        section.card {
            h2 { (say(language, "page-said", &[])) }
            @for answer in &about.answers {
                p.quiet { (answer.question) }
                blockquote.written dir="auto" { (answer.text) }
            }
            @for statement in &about.statements {
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
        details.card #withdraw {
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
fn form(language: Language, guest: &Guest, visit: &Visit, kept: &Kept, word: &str) -> Markup {
    html! {
        section.card {
            h2 { (say(language, "page-write", &[])) }
            form method="post" action={ "appeal" (guest.wish.suffix()) } {
                input type="hidden" name="form" value=(word);
                (statement(language, kept, "page-write"))
                (questions(language, &visit.questions, kept))
                (evidence(language, kept))
                p { button type="submit" { (say(language, "page-send", &[])) } }
            }
        }
    }
}

/// What a reviewer has asked, and the form to answer it; or the form to say something more, which is folded up.
fn more(
    language: Language,
    guest: &Guest,
    (visit, appeal): (&Visit, &Appeal),
    kept: &Kept,
    word: &str,
) -> Markup {
    let fields = |key: &str, send: &str, asked: &[Question]| {
        html! {
            form method="post" action={ "more" (guest.wish.suffix()) } {
                input type="hidden" name="form" value=(word);
                (statement(language, kept, key))
                (questions(language, asked, kept))
                (evidence(language, kept))
                p { button type="submit" { (say(language, send, &[])) } }
            }
        }
    };
    let asked = appeal.about.asked.last();
    match (appeal.state(visit.now), asked) {
        (State::NeedsInfo, Some(asked)) => html! {
            section.card {
                h2 { (say(language, "page-asked", &[])) }
                blockquote.written dir="auto" { (asked.text) }
                p.quiet { (say(language, "page-asked-until", &[("until", texts::moment(language, asked.until).into())])) }
                (fields("page-answer", "page-answer-send", &[]))
            }
        },
        (State::Draft, _) => html! {
            section.card {
                h2 { (say(language, "page-draft", &[])) }
                (fields("page-write", "page-send", &visit.questions))
            }
        },
        _ => html! {
            details.card #more open[!kept.faults.is_empty()] {
                summary { (say(language, "page-more", &[])) }
                (fields("page-more-write", "page-more-send", &[]))
            }
        },
    }
}

/// The field for what somebody says.
fn statement(language: Language, kept: &Kept, key: &str) -> Markup {
    html! {
        label for="statement" { (say(language, key, &[])) }
        @let help = if key == "page-answer" { "page-answer-help" } else { "page-write-help" };
        p.quiet #statement-help { (say(language, help, &[("most", LONGEST.into())])) }
        (beside(language, "statement-wrong", &kept.faults, is_about_text))
        textarea #statement name="statement" rows="10" required dir="auto" aria-describedby="statement-help statement-wrong" aria-invalid=[is_wrong(kept, is_about_text)] {
            "\n" (kept.sent.statement)
        }
    }
}

/// The fields for what the policy asks.
fn questions(language: Language, questions: &[Question], kept: &Kept) -> Markup {
    html! {
        @for question in questions {
            @let id = format!("{ANSWER}{}", question.id);
            label for=(id) {
                (question.text)
                @if !question.required { " " span.quiet { (say(language, "page-optional", &[])) } }
            }
            textarea id=(id) name=(id) rows="3" required[question.required] dir="auto" {
                "\n" (kept.sent.answers.get(&question.id).map_or("", String::as_str))
            }
        }
    }
}

/// The field for links.
fn evidence(language: Language, kept: &Kept) -> Markup {
    html! {
        label for="evidence" { (say(language, "page-evidence", &[])) }
        p.quiet #evidence-help { (say(language, "page-evidence-help", &[("most", MOST_LINKS.into())])) }
        (beside(language, "evidence-wrong", &kept.faults, is_about_links))
        textarea #evidence name="evidence" rows="3" spellcheck="false" aria-describedby="evidence-help evidence-wrong" aria-invalid=[is_wrong(kept, is_about_links)] {
            "\n" (kept.sent.evidence)
        }
    }
}

fn is_wrong(kept: &Kept, about: fn(&Fault) -> bool) -> Option<&'static str> {
    kept.faults.iter().any(about).then_some("true")
}
