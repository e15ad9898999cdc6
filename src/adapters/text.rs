//! Texts and ids as the ledger takes them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::domain::identity::{NativeId, Platform};

/// The platform whose ids say when they were made.
const DISCORD: &str = "discord";
/// The first millisecond of Discord's ids, in Unix time.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;
/// Bits below the milliseconds in an id of Discord.
const BELOW_MILLIS: u32 = 22;

/// A text without control characters other than line break and tab; borrowed if there were none.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(bad) {
        Cow::Owned(text.replace("\r\n", "\n").chars().filter(|c| !bad(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether [`clean`] takes more away than carriage returns, which no reader misses.
pub(super) fn is_dirty(text: &str) -> bool {
    text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

/// Whether a terminal obeys a character rather than shows it: controls, and whatever turns the direction of what follows.
pub(crate) fn steers(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

/// A text in one line.
pub(super) fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first characters of a text, and how many it has if those are not all.
pub(super) fn cut(text: &str, longest: usize) -> (&str, Option<usize>) {
    match text.char_indices().nth(longest) {
        None => (text, None),
        Some((end, _)) => (&text[..end], Some(text.chars().count())),
    }
}

/// The id that a text holds: bare, as a mention, protected from spreadsheets, or in parentheses behind a name.
pub(super) fn native_id(platform: &Platform, text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let text = text.strip_prefix('\'').unwrap_or(text);
    if platform.as_str() != DISCORD {
        return NativeId::parse(text).ok().map(|id| id.as_str().to_owned());
    }
    let text = text
        .strip_prefix("<@")
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(text);
    let text = text.strip_prefix('!').unwrap_or(text);
    let text = match text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((_, inside)) => inside.trim(),
        None => text,
    };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let number: u64 = if digits { text.parse().ok()? } else { return None };
    // Smaller numbers are no moment: what bots write for deleted accounts.
    (number >> BELOW_MILLIS > 0).then(|| text.to_owned())
}

/// Whether a text stands for nobody: empty, zero, or a word for it.
pub(super) fn is_nobody(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "" | "0" | "null" | "none" | "-" | "unknown" | "n/a"
    )
}

/// When the account of an id was made, where the platform's ids say so.
pub(super) fn made_at(platform: &Platform, id: &str) -> Option<DateTime<Utc>> {
    if platform.as_str() != DISCORD {
        return None;
    }
    let millis = (id.parse::<u64>().ok()? >> BELOW_MILLIS).checked_add(DISCORD_EPOCH)?;
    DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)
}

/// Whether a text is an address that the ledger takes as evidence: http or https, a host, no user, nothing that hides its end.
pub(super) fn is_link(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\');
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    text.chars().count() <= wire::import::MAX_URL
        && !text.contains(bad)
        && !host.is_empty()
        && !host.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_what_people_write() {
        let discord = Platform::parse("discord").unwrap();
        for text in [
            "80351110224678912",
            " 80351110224678912 ",
            "<@80351110224678912>",
            "<@!80351110224678912>",
            "=\"80351110224678912\"",
            "'80351110224678912",
            "Nelly (80351110224678912)",
            "nelly#1337 (80351110224678912)",
        ] {
            assert_eq!(
                native_id(&discord, text).as_deref(),
                Some("80351110224678912"),
                "{text}"
            );
        }
        for text in [
            "",
            "0",
            "3553",
            "8.03511E+16",
            "Nelly",
            "80351110224678912a",
            "99999999999999999999",
            "080351110224678912",
            "( )",
            "é)",
        ] {
            assert_eq!(native_id(&discord, text), None, "{text}");
        }
        let custom = Platform::parse("custom").unwrap();
        assert_eq!(native_id(&custom, "a@b.example").as_deref(), Some("a@b.example"));
        assert_eq!(native_id(&custom, "a b"), None);
    }

    #[test]
    fn an_id_of_discord_says_when_it_was_made() {
        let discord = Platform::parse("discord").unwrap();
        let made = made_at(&discord, "80351110224678912").map(|time| time.to_rfc3339());
        assert_eq!(made.as_deref(), Some("2015-08-10T17:26:37.529+00:00"));
        assert_eq!(
            made_at(&discord, "18446744073709551615")
                .map(|time| time.format("%Y").to_string())
                .as_deref(),
            Some("2154")
        );
    }

    #[test]
    fn texts_are_cut_at_characters() {
        assert_eq!(cut("äöü", 2), ("äö", Some(3)));
        assert_eq!(cut("äö", 2), ("äö", None));
        assert_eq!(clean("a\r\nb\u{7}\tc"), "a\nb\tc");
        assert!(is_dirty("\u{7}") && !is_dirty("a\r\nb"));
        assert_eq!(line(" a\n b\u{0} "), "a b");
    }

    #[test]
    fn only_plain_links_are_links() {
        for text in ["https://discord.com/channels/1/2/3", "http://a?b#c"] {
            assert!(is_link(text), "{text}");
        }
        for text in [
            "",
            "ftp://a",
            "https://",
            "https://u@h/",
            "https://a b",
            "https://a\\b",
            "javascript:alert(1)",
        ] {
            assert!(!is_link(text), "{text}");
        }
    }
}
