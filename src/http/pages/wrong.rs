//! Pages that say why there is no other one. They say the same whatever is the matter with a link: who tries links out learns nothing.

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use maud::html;

use super::appeal::LONGEST;
use super::layout::{Frame, draw};
use super::page;
use super::visits::TooOften;
use crate::domain::language::Language;
use crate::http::problem::Code;
use crate::service::error::{ServiceError, chain};
use crate::texts::{self, say};

/// Why there is no other page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The link is no link of ours, or not any more.
    Nothing,
    /// What was sent is more than anybody reads.
    TooLarge,
    /// They should wait for so many seconds.
    TooOften(u64),
    /// It is our fault.
    Broken,
}

impl From<TooOften> for Wrong {
    fn from(TooOften(seconds): TooOften) -> Self {
        Self::TooOften(seconds)
    }
}

impl From<ServiceError> for Wrong {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound(_) => Self::Nothing,
            error => {
                tracing::warn!(cause = chain(&error), "a page for a member was not served");
                Self::Broken
            }
        }
    }
}

impl Wrong {
    /// As a page.
    pub(super) fn draw(self, language: Language) -> Response {
        let (code, title) = match self {
            Self::Nothing => (Code::NotFound, "page-nothing"),
            Self::TooLarge => (Code::PayloadTooLarge, "page-too-large"),
            Self::TooOften(_) => (Code::RateLimited, "page-too-often"),
            Self::Broken => (Code::StoreUnavailable, "page-broken"),
        };
        let why = match self {
            Self::Nothing => say(language, "page-nothing-why", &[]),
            Self::TooLarge => say(language, "page-too-large-why", &[("most", LONGEST.into())]),
            Self::TooOften(seconds) => {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                let wait = texts::duration(language, seconds);
                say(language, "page-too-often-why", &[("wait", wait.into())])
            }
            Self::Broken => say(language, "page-broken-why", &[]),
        };
        let title = say(language, title, &[]);
        let frame = Frame {
            language,
            title: &title,
            languages: &[],
            foot: None,
            colour: None,
        };
        let main = html! {
            section.card.lonely {
                h1 { (title) }
                p { (why) }
            }
        };
        let mut response = page(Some(code), language, draw(&frame, &main));
        if let Self::TooOften(seconds) = self {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
