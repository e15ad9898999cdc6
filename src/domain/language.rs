//! The languages in which members are spoken to, and which of them fits what a member or a browser asks for.

use serde::{Deserialize, Serialize};

/// A language that there are texts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English, which is spoken where nothing else is asked for.
    #[default]
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// French.
    Fr,
}

/// The longest header that is looked at, in bytes; browsers send some dozens.
const MOST_HEADER: usize = 1_000;

impl Language {
    /// Every language, in the order in which a page offers them.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Es, Self::Fr];

    /// Its code, by ISO 639-1.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
        }
    }

    /// What those who speak it call it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::Fr => "Français",
        }
    }

    /// The language with this very code.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language of a tag by BCP 47, as platforms give them: `de`, `de-AT`, `pt_BR`. Regions and scripts do not count.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let is = |language: &Self| language.code().eq_ignore_ascii_case(primary);
        Self::ALL.into_iter().find(is)
    }

    /// The language that an `Accept-Language` header likes best among those that there are; of two that are liked the same, the first.
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        if header.len() > MOST_HEADER {
            return None;
        }
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let (Some(language), Some(weight)) = (Self::of_tag(tag.trim()), weighed(weight)) else {
                continue;
            };
            if weight > best.map_or(0, |(_, most)| most) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// A weight in thousandths, by RFC 9110: `q=0.8` is 800.
fn weighed(text: &str) -> Option<u16> {
    let value = text
        .trim()
        .strip_prefix(['q', 'Q'])?
        .trim_start()
        .strip_prefix('=')?;
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), "0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !is_number(fraction) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some((u16::from(whole == "1") * 1_000 + thousandths).min(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_leads_to_its_language_whatever_the_region() {
        for (tag, language) in [
            ("de", Some(Language::De)),
            ("de-AT", Some(Language::De)),
            ("DE_ch", Some(Language::De)),
            ("es-419", Some(Language::Es)),
            ("en-GB", Some(Language::En)),
            ("fr-Latn-CA", Some(Language::Fr)),
            ("pt-BR", None),
            ("deu", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::named(language.code()), Some(language));
        }
        assert_eq!(Language::named("DE"), None);
    }

    #[test]
    fn a_header_is_weighed() {
        for (header, language) in [
            ("de-DE,de;q=0.9,en;q=0.8", Some(Language::De)),
            ("en;q=0.5, fr", Some(Language::Fr)),
            ("pt-BR, es;q=0.7, en;q=0.7", Some(Language::Es)),
            ("de;q=0, en;q=0.001", Some(Language::En)),
            ("de;q=0", None),
            ("ja, *;q=0.5", None),
            ("fr ; q = 0.3 , de;q=0.25", Some(Language::Fr)),
            ("de;q=1.000", Some(Language::De)),
            ("de;q=2, de;q=0.12345, de;level=1, es;q=0.1", Some(Language::Es)),
            (";;;,,,=", None),
            ("", None),
        ] {
            assert_eq!(Language::of_header(header), language, "{header}");
        }
    }

    #[test]
    fn a_header_beyond_all_measure_is_not_looked_at() {
        assert_eq!(Language::of_header(&"de,".repeat(400)), None);
    }
}
