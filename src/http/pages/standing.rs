//! `GET /a/{token}`: what happened, how a member stands, and what becomes of it.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::appeal::why_not;
use super::guest::{Guest, Wish};
use super::layout::{Frame, draw};
use super::page;
use super::plot::plot;
use super::wrong::Wrong;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::member::Paused;
use crate::domain::outlook::Fall;
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::domain::time::{Instant, Span};
use crate::http::api::ApiState;
use crate::service::visits::{Decided, Told, Visit};
use crate::texts::{self, say};

/// How a member stands.
pub(super) async fn read(guest: Guest, State(api): State<ApiState>) -> Response {
    let visit = match api.service.visit(&guest.visitor).await {
        Ok(visit) => visit,
        Err(error) => return Wrong::from(error).draw(guest.wish.or(None)),
    };
    let language = guest.wish.or(visit.language);
    let title = say(language, "page-standing-title", &[]);
    let foot = foot(language, guest.visitor.expires_at());
    let frame = Frame {
        language,
        title: &format!("{title} · {}", visit.community),
        languages: &languages(),
        foot: Some(&foot),
        colour: visit.colour,
    };
    let main = html! {
        header {
            h1 { (title) }
            p.place { (say(language, "page-standing-in", &[("community", (&visit.community).into())])) }
        }
        (happened(language, &visit.case))
        (call(language, &guest, &visit))
        (restrictions(language, &visit.standing.sanctions))
        (points(language, &visit))
    };
    page(None, language, draw(&frame, &main))
}

/// Where this very page is in each language.
pub(super) fn languages() -> [(Language, String); 4] {
    Language::ALL.map(|language| {
        let chosen = Wish {
            chosen: Some(language),
            browser: None,
        };
        (language, chosen.suffix())
    })
}

/// For how long the link works.
pub(super) fn foot(language: Language, until: DateTime<Utc>) -> String {
    let until = texts::moment(language, until);
    say(language, "page-link-until", &[("until", until.into())])
}

/// What may be done about it.
fn call(language: Language, guest: &Guest, visit: &Visit) -> Markup {
    let there = format!("{}/appeal{}", guest.token, guest.wish.suffix());
    html! {
        section.card.call {
            @if visit.eligibility.barrier.is_none() {
                h2 { (say(language, "page-appeal-call", &[])) }
                p { (say(language, "page-appeal-why", &[])) }
                p { a.button href=(there) { (say(language, "page-appeal-start", &[])) } }
            } @else if visit.appeal.is_some() {
                h2 { (say(language, "page-appeal-title", &[])) }
                p { a.button href=(there) { (say(language, "page-appeal-see", &[])) } }
            } @else if let Some(why) = visit.eligibility.barrier.as_ref().and_then(|barrier| why_not(language, barrier)) {
                h2 { (say(language, "page-no-appeal", &[])) }
                p { (why) }
            }
        }
    }
}

/// The case.
fn happened(language: Language, case: &Told) -> Markup {
    let say = |key| say(language, key, &[]);
    html! {
        section.card {
            h2 { (say("page-happened")) }
            @if let Some(milder) = case.replaced_by {
                p.notice { (texts::say(language, "page-replaced", &[("case", milder.to_string().into())])) }
            }
            @else if case.voided { p.notice { (say("page-voided")) } }
            @else if case.reduced { p.notice { (say("page-reduced")) } }
            dl {
                (entry(&say("page-act"), &html! { strong { (act(language, case.kind, case.duration)) } }))
                (entry(&say("page-when"), &time(language, case.at)))
                // What a rung says of itself is English; that the ladder decided says it in the member's language.
                @if case.decided != Decided::Ladder {
                    (entry(&say("page-why"), &why(language, case)))
                }
                @match &case.decided {
                    Decided::Moderator => (entry(&say("page-decided"), &html! { (say("page-decided-moderator")) })),
                    Decided::Ladder => (entry(&say("page-decided"), &html! { (say("page-decided-ladder")) })),
                    Decided::Rule(rule) => {
                        (entry(&say("page-decided"), &html! { (say("page-decided-rule")) }))
                        (entry(&say("page-rule"), &html! { code { (rule) } }))
                    }
                }
                @if let Some(until) = until(language, case) { (entry(&say("page-until"), &until)) }
                @if case.points > Points::ZERO && !case.voided {
                    (entry(&say("page-points-of"), &html! { (texts::points(language, case.points)) }))
                }
                (entry(&say("page-case"), &html! { (case.number) }))
            }
        }
    }
}

/// What somebody wrote as the reason, in its own lines.
fn why(language: Language, case: &Told) -> Markup {
    match &case.reason {
        Some(reason) => html! { span.written dir="auto" { (reason) } },
        None if case.withheld => html! { span.quiet { (say(language, "page-why-withheld", &[])) } },
        None => html! { span.quiet { (say(language, "page-why-none", &[])) } },
    }
}

/// Until when what the case started holds.
fn until(language: Language, case: &Told) -> Option<Markup> {
    let started = case.started.as_ref()?;
    Some(match started.end {
        _ if !case.holds => html! { (say(language, "page-is-over", &[])) },
        Some(end) => time(language, end),
        None => html! { (say(language, "page-until-lifted", &[])) },
    })
}

fn entry(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// An act with its length: `Mute, for 1 hour`.
fn act(language: Language, kind: Kind, duration: Option<Span>) -> String {
    let kind = texts::kind(language, kind);
    let Some(span) = duration else { return kind };
    let duration = texts::duration(language, span.seconds());
    say(
        language,
        "page-for",
        &[("act", kind.into()), ("duration", duration.into())],
    )
}

/// A moment, for people and for machines.
fn time(language: Language, at: Instant) -> Markup {
    let at = at.to_utc();
    let machine = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    html! { time datetime=(machine) { (texts::moment(language, at)) } }
}

/// What holds, and until when.
fn restrictions(language: Language, sanctions: &[Sanction]) -> Markup {
    html! {
        section.card {
            h2 { (say(language, "page-restrictions", &[])) }
            @if sanctions.is_empty() {
                p { (say(language, "page-restrictions-none", &[])) }
            } @else {
                ul.holds {
                    @for sanction in sanctions {
                        li {
                            strong { (texts::kind(language, sanction.kind)) }
                            ": "
                            (texts::restriction(language, sanction.restriction))
                            @if !sanction.capabilities.is_empty() {
                                " ("
                                @for (place, name) in sanction.capabilities.iter().enumerate() {
                                    @if place > 0 { ", " }
                                    (name)
                                }
                                ")"
                            }
                            ", "
                            @match sanction.end {
                                Some(end) => (say(language, "page-restriction-until", &[("until", texts::moment(language, end.to_utc()).into())])),
                                None => (say(language, "page-restriction-open", &[])),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Points, how they fall, and when.
fn points(language: Language, visit: &Visit) -> Markup {
    let standing = &visit.standing;
    html! {
        section.card {
            h2 { (say(language, "page-points", &[])) }
            @if standing.points == Points::ZERO {
                p { (say(language, "page-points-none", &[])) }
            } @else {
                p.amount { (say(language, "page-points-now", &[("points", texts::points(language, standing.points).into())])) }
                (pause(language, visit))
                (plot(language, standing, &visit.outlook))
                (falls(language, &visit.outlook.falls))
            }
        }
    }
}

/// What is to be said of the time: that it stands still, or when it is over.
fn pause(language: Language, visit: &Visit) -> Markup {
    let standing = &visit.standing;
    let moment = |at: Instant| texts::moment(language, at.to_utc());
    html! {
        @match standing.paused {
            Some(Paused::Until(until)) => p { (say(language, "page-points-paused", &[("until", moment(until).into())])) },
            Some(Paused::Forever) => p { (say(language, "page-points-frozen", &[])) },
            None => {
                @if standing.clear_at.is_none() { p { (say(language, "page-points-stay", &[])) } }
            }
        }
        @if let Some(at) = standing.clear_at {
            p { (say(language, "page-points-clear", &[("at", moment(at).into())])) }
        }
    }
}

/// When points fall, as a table.
fn falls(language: Language, falls: &[Fall]) -> Markup {
    let say = |key| say(language, key, &[]);
    html! {
        @if !falls.is_empty() {
            div.wide tabindex="0" role="region" aria-labelledby="falls" {
                table {
                    caption #falls { (say("page-falls")) }
                    thead {
                        tr {
                            th scope="col" { (say("page-falls-at")) }
                            th.number scope="col" { (say("page-falls-points")) }
                            th scope="col" { (say("page-falls-below")) }
                        }
                    }
                    tbody {
                        @for fall in falls {
                            tr {
                                th scope="row" { (time(language, fall.at)) }
                                td.number { (texts::number(language, fall.points)) }
                                td { (means(language, fall)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a fall means.
fn means(language: Language, fall: &Fall) -> String {
    let level = |(kind, duration): &(Kind, Option<Span>)| {
        let act = act(language, *kind, *duration);
        say(language, "page-falls-level", &[("act", act.into())])
    };
    let mut all: Vec<String> = fall.below.iter().map(level).collect();
    if fall.points == Points::ZERO {
        all.push(say(language, "page-falls-clear", &[]));
    }
    all.join(" · ")
}
