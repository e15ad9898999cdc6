//! What a form brings, and whether a browser sent it from a page of ours.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};

/// What the names of fields begin with that answer a question.
pub(super) const ANSWER: &str = "answer-";
/// How many fields are looked at: those of a page, and some.
const MOST_FIELDS: usize = 24;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a form brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// The word that was drawn for it.
    pub(super) word: String,
    /// What the guest says.
    pub(super) statement: String,
    /// Links, one on each line.
    pub(super) evidence: String,
    /// What they say to the policy's questions, by the question's id.
    pub(super) answers: BTreeMap<String, String>,
}

impl Sent {
    /// Reads a body. Of fields that come twice the first counts; what is no form has no fields.
    pub(super) fn read(headers: &HeaderMap, body: &Bytes) -> Self {
        let mut sent = Self::default();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return sent;
        }
        let mut fields: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            url::form_urlencoded::parse(body).take(MOST_FIELDS).collect();
        fields.reverse();
        for (name, value) in fields {
            let field = match &*name {
                "form" => &mut sent.word,
                "statement" => &mut sent.statement,
                "evidence" => &mut sent.evidence,
                other => match other.strip_prefix(ANSWER) {
                    Some(id) if id.len() <= 64 => sent.answers.entry(id.to_owned()).or_default(),
                    _ => continue,
                },
            };
            // Browsers end lines as mail does.
            *field = value.replace("\r\n", "\n");
        }
        sent
    }

    /// The links.
    pub(super) fn links(&self) -> Vec<String> {
        let lines = self.evidence.lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

/// Whether a browser says that a page of somebody else had it send this. The word in the form is what proves that none did; this is said by the browser
/// itself, so it holds where a word has leaked too.
pub(super) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&SITE) {
        return matches!(site, "cross-site" | "same-site");
    }
    // Our pages ask browsers to say nothing of where somebody comes from: then it is `null`.
    let (Some(origin), Some(host)) = (text(&ORIGIN).filter(|origin| *origin != "null"), text(&HOST)) else {
        return false;
    };
    origin.split_once("://").is_none_or(|(_, from)| from != host)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(all: &[(HeaderName, &'static str)]) -> HeaderMap {
        let all = all.iter().cloned();
        all.map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn fields_are_read_once_and_lines_end_alike() {
        let kind = headers(&[(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")]);
        let body = Bytes::from_static(b"form=w&statement=a%0D%0Ab+%3Cb%3E&evidence=+https://x.example%0D%0A%0D%0Ahttps://y.example&statement=other&x=y&answer-why=A+joke");
        let sent = Sent::read(&kind, &body);
        assert_eq!((sent.word.as_str(), sent.statement.as_str()), ("w", "a\nb <b>"));
        assert_eq!(sent.links(), ["https://x.example", "https://y.example"]);
        assert_eq!(
            sent.answers,
            BTreeMap::from([("why".to_owned(), "A joke".to_owned())])
        );
        let json = headers(&[(CONTENT_TYPE, "application/json")]);
        assert_eq!(Sent::read(&json, &body), Sent::default());
        assert_eq!(Sent::read(&HeaderMap::new(), &body), Sent::default());
        let broken = Bytes::from_static(b"statement=%ff%00%zz&&=&%");
        assert_eq!(Sent::read(&kind, &broken).statement, "\u{fffd}\0%zz");
    }

    #[test]
    fn a_browser_that_says_it_comes_from_elsewhere_is_believed() {
        for (given, elsewhere) in [
            (&[][..], false),
            (&[(SITE, "same-origin"), (ORIGIN, "null")], false),
            (&[(SITE, "none")], false),
            (&[(SITE, "cross-site")], true),
            (&[(SITE, "same-site")], true),
            (&[(ORIGIN, "null"), (HOST, "t.example")], false),
            (&[(ORIGIN, "https://t.example"), (HOST, "t.example")], false),
            (&[(ORIGIN, "https://evil.example"), (HOST, "t.example")], true),
            (&[(ORIGIN, "nonsense"), (HOST, "t.example")], true),
        ] {
            assert_eq!(is_from_elsewhere(&headers(given)), elsewhere, "{given:?}");
        }
    }
}
