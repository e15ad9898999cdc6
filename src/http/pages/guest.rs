//! Who comes: somebody with a link that is good, in their language, and not too often.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::response::Response;

use super::wrong::Wrong;
use crate::domain::language::Language;
use crate::http::api::ApiState;
use crate::http::client::{self, Peer};
use crate::service::visits::Visitor;

/// Somebody with a link that is good. To be the first argument of every handler here.
#[derive(Debug)]
pub(super) struct Guest {
    /// What they may reach.
    pub(super) visitor: Visitor,
    /// Which language their browser asks for.
    pub(super) wish: Wish,
    /// What they have shown.
    pub(super) token: String,
}

/// A language that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// By the address: the guest has chosen it on a page.
    pub(super) chosen: Option<Language>,
    /// By the browser.
    pub(super) browser: Option<Language>,
}

impl Wish {
    fn of(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let chosen = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, code)| Language::named(&code));
        Self {
            chosen,
            browser: header(&parts.headers).and_then(Language::of_header),
        }
    }

    /// The language to speak, where the guest's own one is known or not.
    pub(super) fn or(self, known: Option<Language>) -> Language {
        self.chosen.or(self.browser).or(known).unwrap_or_default()
    }

    /// What an address has at its end, so that the next page is in the language that was chosen.
    pub(super) fn suffix(self) -> String {
        self.chosen
            .map(|language| format!("?lang={}", language.code()))
            .unwrap_or_default()
    }
}

impl FromRequestParts<ApiState> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, Response> {
        let wish = Wish::of(parts);
        let refused = |wrong: Wrong| wrong.draw(wish.or(None));
        api.visits
            .by(address(parts, api))
            .map_err(|e| refused(e.into()))?;
        let token = Path::<String>::from_request_parts(parts, api).await;
        let Ok(Path(token)) = token else {
            return Err(refused(Wrong::Nothing));
        };
        let visitor = api.service.visitor(&token).await;
        let visitor = visitor.map_err(|error| refused(error.into()))?;
        api.visits.with(visitor.link()).map_err(|e| refused(e.into()))?;
        Ok(Self { visitor, wish, token })
    }
}

fn header(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE)?.to_str().ok()
}

/// Whose request it is.
fn address(parts: &Parts, api: &ApiState) -> IpAddr {
    // Without an address everybody is the same one.
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let peer = parts
        .extensions
        .get::<Peer>()
        .map_or(nowhere, |Peer(peer)| peer.ip());
    client::counted(client::of(peer, &parts.headers, &api.proxies))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_before_what_the_browser_likes() {
        let wish = |uri: &str, header: &str| {
            let request = axum::http::Request::get(uri)
                .header(ACCEPT_LANGUAGE, header)
                .body(())
                .unwrap();
            Wish::of(&request.into_parts().0)
        };
        assert_eq!(wish("/a/x?lang=de", "fr").or(None), Language::De);
        assert_eq!(wish("/a/x?lang=de", "fr").suffix(), "?lang=de");
        let by_browser = wish("/a/x?lang=xx", "fr, en;q=0.5");
        assert_eq!(
            (by_browser.or(None), by_browser.suffix()),
            (Language::Fr, String::new())
        );
        assert_eq!(wish("/a/x", "ja").or(Some(Language::Es)), Language::Es);
        assert_eq!(wish("/a/x", "").or(None), Language::En);
    }
}
