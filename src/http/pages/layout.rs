//! What all pages have around them: the head, the languages, the foot, and the one style sheet, which stands in the page and is named by its hash.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::domain::colour::Colour;
use crate::domain::language::Language;
use crate::texts::say;

/// The style sheet.
const STYLE: &str = include_str!("page.css");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));

fn hash(style: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(style)))
}

/// What a community's colour makes of the style: as near to it as can be read.
fn theme(colour: Colour) -> Option<String> {
    let [light, dark] = BEHIND.map(|behind| Some(colour.readable_on(Colour::parse(behind)?)));
    let (light, dark) = (light?, dark?);
    Some(format!(
        ":root{{--accent:{light}}}@media (prefers-color-scheme: dark){{:root{{--accent:{dark}}}}}"
    ))
}

/// What is behind text at the most, of all that the style has: in the light, and in the dark.
const BEHIND: [&str; 2] = ["#e8eefb", "#232c40"];

/// A page, ready to send, and by what its style is known.
pub(super) struct Drawing {
    pub(super) html: String,
    pub(super) style_hash: String,
}

/// What stands around a page.
pub(super) struct Frame<'a> {
    pub(super) language: Language,
    pub(super) title: &'a str,
    /// Where the same page is in each language; empty where there is nothing to choose.
    pub(super) languages: &'a [(Language, String)],
    /// What stands below.
    pub(super) foot: Option<&'a str>,
    /// The community's colour; none for ours.
    pub(super) colour: Option<Colour>,
}

/// Puts a page together.
pub(super) fn draw(frame: &Frame<'_>, main: &Markup) -> Drawing {
    let language = frame.language;
    let theme = frame.colour.and_then(theme);
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                meta name="color-scheme" content="light dark";
                title { (frame.title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) @if let Some(theme) = &theme { (PreEscaped(theme)) } }
            }
            body {
                a.skip href="#main" { (say(language, "page-skip", &[])) }
                @if !frame.languages.is_empty() { (languages(frame)) }
                main #main { (main) }
                @if let Some(foot) = frame.foot {
                    footer { p { (foot) } }
                }
            }
        }
    };
    Drawing {
        html: page.into_string(),
        style_hash: match theme {
            Some(theme) => hash(&[STYLE, &theme].concat()),
            None => STYLE_HASH.clone(),
        },
    }
}

fn languages(frame: &Frame<'_>) -> Markup {
    html! {
        nav.languages aria-label=(say(frame.language, "page-languages", &[])) {
            ul {
                @for (language, there) in frame.languages {
                    li {
                        @if *language == frame.language {
                            span aria-current="true" lang=(language.code()) { (language.own_name()) }
                        } @else {
                            a href=(there) hreflang=(language.code()) lang=(language.code()) { (language.own_name()) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let title = "</title><script>alert(1)</script>";
        let frame = Frame {
            language: Language::En,
            title,
            languages: &[(Language::De, "\"><b>".to_owned())],
            foot: Some("<i>"),
            colour: None,
        };
        let page = draw(&frame, &html! { p { (title) } }).html;
        assert!(
            !page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"),
            "{page}"
        );
    }

    #[test]
    fn nothing_in_the_style_ends_it_or_loads_anything() {
        assert!(!STYLE.contains("</") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn a_page_has_no_style_but_its_own() {
        let frame = Frame {
            language: Language::Fr,
            title: "x",
            languages: &[],
            foot: None,
            colour: Colour::parse("#ffcc00"),
        };
        let drawn = draw(&frame, &html! { p { "y" } });
        assert_eq!(drawn.html.matches("<style>").count(), 1);
        let style = drawn
            .html
            .split("<style>")
            .nth(1)
            .unwrap()
            .split("</style>")
            .next()
            .unwrap();
        let hash = format!("sha256-{}", STANDARD.encode(Sha256::digest(style)));
        assert_eq!(drawn.style_hash, hash);
        assert!(drawn.html.contains("<html lang=\"fr\">"));
        let theme = theme(Colour::parse("#ffcc00").unwrap()).unwrap();
        assert!(
            style.ends_with(&theme) && theme.contains("{--accent:#ffcc00}}"),
            "light enough in the dark: {theme}"
        );
    }
}
