//! `/a/{token}/appeal`: an appeal is written, seen, and taken back.
//!
//! Whatever is sent is answered by leading to the page that shows it, so that to load that again sends nothing. A form that comes twice is one.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::form::{Sent, is_from_elsewhere};
use super::guest::Guest;
use super::layout::{Frame, draw};
use super::standing::{foot, languages};
use super::wrong::Wrong;
use super::{guard, page};
use crate::domain::refusal::Refusal;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::problem::Code;
use crate::service::appeals::{Filing, Saying};
use crate::service::error::ServiceError;
use crate::service::visits::Form;
use crate::texts::say;

mod view; // the page

pub(super) use view::why_not;

/// How many characters a statement has at most.
pub(super) const LONGEST: i64 = 4_000;
/// How many links may be given.
const MOST_LINKS: i64 = 10;

/// What is wrong with what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// There is nothing in it.
    Empty,
    /// It has so many characters, which are too many.
    Long(i64),
    /// It has characters that are not kept.
    Characters,
    /// There are too many links, or texts that are none.
    Links,
    /// A question is not answered, or with too much or what is not kept.
    Answer,
    /// It is no form of ours, or was open for too long.
    Form,
    /// Something stands in its way.
    Cannot,
}

/// What is drawn of an appeal besides itself: what was sent and not taken, and why.
#[derive(Default)]
struct Kept {
    sent: Sent,
    faults: Vec<Fault>,
}

/// The appeal as it stands, or the form for one.
pub(super) async fn read(guest: Guest, State(api): State<ApiState>) -> Response {
    show(&guest, &api, Kept::default()).await
}

/// Somebody appeals.
pub(super) async fn send(
    guest: Guest,
    State(api): State<ApiState>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    written(&guest, &api, (&headers, body), What::Appeal).await
}

/// Somebody says something more, or answers what a reviewer has asked.
pub(super) async fn say_more(
    guest: Guest,
    State(api): State<ApiState>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    written(&guest, &api, (&headers, body), What::More).await
}

/// What a form with a text is for.
#[derive(Clone, Copy)]
enum What {
    Appeal,
    More,
}

async fn written(
    guest: &Guest,
    api: &ApiState,
    (headers, body): (&HeaderMap, Result<Bytes, BytesRejection>),
    what: What,
) -> Response {
    let sent = match taken(guest, api, headers, body) {
        Ok(sent) => sent,
        Err(wrong) => return wrong.draw(guest.wish.or(None)),
    };
    let form = match proved(guest, api, headers, &sent).await {
        Ok(form) => form,
        Err(wrong) => return wrong.draw(guest.wish.or(None)),
    };
    let faults = match (form, filing(&sent)) {
        (Some(form), Ok(filing)) => match done(guest, api, (filing, &form), what).await {
            // The same form with another text: what was sent first counts, and is shown.
            Ok(()) | Err(ServiceError::KeyReused) => return lead(guest),
            // Whatever the case has come to meanwhile, the page says.
            Err(ServiceError::Refused(Refusal::AppealOpen { .. } | Refusal::AlreadyVoided { .. })) => {
                return lead(guest);
            }
            Err(ServiceError::Refused(Refusal::AppealAnswers { .. })) => vec![Fault::Answer],
            Err(ServiceError::Refused(_)) => vec![Fault::Cannot],
            Err(error) => return Wrong::from(error).draw(guest.wish.or(None)),
        },
        (None, Ok(_)) => vec![Fault::Form],
        (_, Err(faults)) => faults,
    };
    show(guest, api, Kept { sent, faults }).await
}

async fn done(
    guest: &Guest,
    api: &ApiState,
    (filing, form): (Filing, &Form),
    what: What,
) -> Result<(), ServiceError> {
    match what {
        What::Appeal => api.service.visitor_appeals(&guest.visitor, filing, form).await,
        What::More => api.service.visitor_says(&guest.visitor, filing, form).await,
    }
}

/// Somebody takes their appeal back.
pub(super) async fn withdraw(
    guest: Guest,
    State(api): State<ApiState>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let proved = match taken(&guest, &api, &headers, body) {
        Ok(sent) => proved(&guest, &api, &headers, &sent).await,
        Err(wrong) => Err(wrong),
    };
    let withdrawn = match proved {
        Ok(Some(form)) => api.service.visitor_withdraws(&guest.visitor, &form).await,
        Ok(None) => {
            let faults = vec![Fault::Form];
            let sent = Sent::default();
            return show(&guest, &api, Kept { sent, faults }).await;
        }
        Err(wrong) => return wrong.draw(guest.wish.or(None)),
    };
    match withdrawn {
        // Whatever has become of it meanwhile, the page says.
        Ok(()) | Err(ServiceError::KeyReused | ServiceError::Refused(_)) => lead(&guest),
        Err(error) => Wrong::from(error).draw(guest.wish.or(None)),
    }
}

/// What was sent, if it is not too much and not too often.
fn taken(
    guest: &Guest,
    api: &ApiState,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Sent, Wrong> {
    api.visits.sends(guest.visitor.link())?;
    let body = body.map_err(|_| Wrong::TooLarge)?;
    Ok(Sent::read(headers, &body))
}

/// The form that something was sent with; none if it is not one of ours, or a page of somebody else had it sent.
async fn proved(
    guest: &Guest,
    api: &ApiState,
    headers: &HeaderMap,
    sent: &Sent,
) -> Result<Option<Form>, Wrong> {
    if is_from_elsewhere(headers) {
        return Ok(None);
    }
    let form = api.service.form(&guest.visitor, &sent.word).await?;
    Ok(form.ok())
}

/// What somebody says, if it can be taken.
fn filing(sent: &Sent) -> Result<Filing, Vec<Fault>> {
    let mut faults = Vec::new();
    let count = i64::try_from(sent.statement.chars().count()).unwrap_or(i64::MAX);
    if sent.statement.trim().is_empty() {
        faults.push(Fault::Empty);
    } else if count > LONGEST {
        faults.push(Fault::Long(count));
    } else if !is_kept(&sent.statement) {
        faults.push(Fault::Characters);
    }
    let mut fields = Fields::default();
    let evidence = fields.evidence("", &sent.links());
    if fields.finish(Some(())).is_err() {
        faults.push(Fault::Links);
    }
    // What is left empty is not answered.
    let given = sent.answers.iter().filter(|(_, text)| !text.trim().is_empty());
    let answers: BTreeMap<String, String> = given.map(|(id, text)| (id.clone(), text.clone())).collect();
    let is_long = |text: &String| i64::try_from(text.chars().count()).map_or(true, |count| count > LONGEST);
    if answers.values().any(|text| is_long(text) || !is_kept(text)) {
        faults.push(Fault::Answer);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Filing {
        saying: Saying {
            text: sent.statement.clone(),
            evidence,
        },
        answers,
        draft: false,
    })
}

/// Whether there are only characters in a text that are kept.
fn is_kept(text: &str) -> bool {
    Fields::default().text("", text, usize::MAX).is_some()
}

/// To the page that shows what has come of it.
fn lead(guest: &Guest) -> Response {
    let mut response = Redirect::to(&format!("appeal{}", guest.wish.suffix())).into_response();
    guard(response.headers_mut());
    response
}

async fn show(guest: &Guest, api: &ApiState, kept: Kept) -> Response {
    match drawn(guest, api, &kept).await {
        Ok(response) => response,
        Err(error) => Wrong::from(error).draw(guest.wish.or(None)),
    }
}

async fn drawn(guest: &Guest, api: &ApiState, kept: &Kept) -> Result<Response, ServiceError> {
    let visit = api.service.visit(&guest.visitor).await?;
    let word = api.service.draw_form(&guest.visitor).await?;
    let language = guest.wish.or(visit.language);
    let title = say(language, "page-appeal-title", &[]);
    let foot = foot(language, guest.visitor.expires_at());
    let frame = Frame {
        language,
        title: &format!("{title} · {}", visit.community),
        languages: &languages(),
        foot: Some(&foot),
        colour: visit.colour,
    };
    let main = view::main(language, guest, &visit, kept, &word);
    let wrong = (!kept.faults.is_empty()).then_some(Code::InvalidRequest);
    Ok(page(wrong, language, draw(&frame, &main)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(statement: &str, evidence: &str) -> Vec<Fault> {
        let sent = Sent {
            word: String::new(),
            statement: statement.into(),
            evidence: evidence.into(),
            answers: BTreeMap::new(),
        };
        filing(&sent).err().unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_taken_is_told_apart() {
        assert_eq!(
            faults("It was not me", "https://x.example/a\n\nhttp://y.example"),
            []
        );
        assert_eq!(faults(" \n\t", ""), [Fault::Empty]);
        assert_eq!(faults(&"ä".repeat(4_000), ""), []);
        assert_eq!(faults(&"ä".repeat(4_001), ""), [Fault::Long(4_001)]);
        assert_eq!(faults("a\0b", ""), [Fault::Characters]);
        assert_eq!(faults("a", "javascript:alert(1)"), [Fault::Links]);
        assert_eq!(
            faults("", &"https://x.example\n".repeat(11)),
            [Fault::Empty, Fault::Links]
        );
    }
}
