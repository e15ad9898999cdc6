//! Words of a search, and how texts compare regardless of case and white space. One set of rules for both stores, whose own
//! comparisons differ.

use std::cmp::Ordering;

/// The longest query, in characters.
pub const MAX_QUERY: usize = 200;
/// The most words of a query.
pub const MAX_WORDS: usize = 8;
/// So many characters of a reason tell it from others, and are shown in its place.
pub const MAX_SHOWN: usize = 200;

/// The words of a query, all of which have to occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// Why a text is no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Nothing but white space.
    #[error("at least one word")]
    Empty,
    /// Longer than [`MAX_QUERY`].
    #[error("at most 200 characters")]
    TooLong,
    /// More than [`MAX_WORDS`].
    #[error("at most 8 words")]
    TooMany,
}

impl Words {
    /// The words of a query, which white space parts.
    ///
    /// # Errors
    /// [`WordsError`] when there are none, or too many to look for in a whole history.
    pub fn parse(query: &str) -> Result<Self, WordsError> {
        if query.chars().count() > MAX_QUERY {
            return Err(WordsError::TooLong);
        }
        let words: Vec<String> = query.split_whitespace().map(folded).collect();
        match words.len().cmp(&MAX_WORDS) {
            _ if words.is_empty() => Err(WordsError::Empty),
            Ordering::Greater => Err(WordsError::TooMany),
            Ordering::Less | Ordering::Equal => Ok(Self(words)),
        }
    }

    /// Whether each word occurs in the text, be it within a longer one.
    #[must_use]
    pub fn occur_in(&self, text: &str) -> bool {
        let text = folded(text);
        self.0.iter().all(|word| text.contains(word))
    }
}

/// A text without the difference of case: equal for all spellings that differ by case alone.
///
/// Down, up and down again, because some letters find their kin on one of these ways only: `ẞ` and `ß` through `SS`, `ς` and `σ`
/// through `Σ`, the sign for kelvin and `k` on the first way down.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let down = text.chars().flat_map(char::to_lowercase);
    down.flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// What two spellings of one reason have in common: neither case nor white space counts, and of a long text the beginning does.
#[must_use]
pub fn likeness(reason: &str) -> String {
    let words: Vec<&str> = reason.split_whitespace().collect();
    let whole = folded(&words.join(" "));
    whole.chars().take(MAX_SHOWN).collect()
}

/// A reason as a line of a report shows it: as it was written, of a long one the beginning.
#[must_use]
pub fn shown(reason: &str) -> String {
    let reason = reason.trim();
    match reason.char_indices().nth(MAX_SHOWN) {
        None => reason.to_owned(),
        Some((end, _)) => format!("{}…", &reason[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str, text: &str) -> bool {
        Words::parse(query).unwrap().occur_in(text)
    }

    #[test]
    fn every_word_has_to_occur_wherever_it_stands() {
        assert!(found("link spam", "Spammed the same LINK in five channels"));
        assert!(found("  five\tLINK\n", "Spammed the same LINK in five channels"));
        assert!(!found("link scam", "Spammed the same LINK in five channels"));
        assert!(found("100%_", "100%_ sure"), "no character stands for others");
        assert!(!found("a%c", "abc"));
    }

    #[test]
    fn case_does_not_count_in_any_script() {
        for (query, text) in [
            ("ärger", "ÄRGER im Kanal"),
            ("СПАМ", "спам"),
            ("straße", "STRASSE"),
            ("STRASSE", "Straße"),
            ("strasse", "STRAẞE"),
            ("ΟΔΟΣ", "οδος"),
            ("οδος", "ΟΔΟΣ"),
            ("οδοσ", "οδος"),
            ("ﬁx", "FIX"),
            ("300\u{212a}", "300k"),
            ("ᏣᎳᎩ", "ꮳꮃꭹ"),
            ("𐐔", "𐐼"),
            ("スパム", "スパム!"),
        ] {
            assert!(found(query, text), "{query} in {text}");
        }
    }

    #[test]
    fn folding_is_blind_to_case_for_every_character() {
        for c in char::MIN..=char::MAX {
            let whole = folded(&c.to_string());
            let (up, down): (String, String) = (c.to_uppercase().collect(), c.to_lowercase().collect());
            assert_eq!(folded(&up), whole, "{c:?}");
            assert_eq!(folded(&down), whole, "{c:?}");
            assert_eq!(folded(&whole), whole, "{c:?}");
        }
    }

    #[test]
    fn queries_are_bounded() {
        assert_eq!(Words::parse(" \u{3000}\t"), Err(WordsError::Empty));
        assert!(Words::parse(&"ä".repeat(MAX_QUERY)).is_ok());
        assert_eq!(Words::parse(&"ä".repeat(MAX_QUERY + 1)), Err(WordsError::TooLong));
        assert!(Words::parse("1 2 3 4 5 6 7 8").is_ok());
        assert_eq!(Words::parse("1 2 3 4 5 6 7 8 9"), Err(WordsError::TooMany));
        let said = [WordsError::TooLong.to_string(), WordsError::TooMany.to_string()];
        assert_eq!(
            said,
            [
                format!("at most {MAX_QUERY} characters"),
                format!("at most {MAX_WORDS} words")
            ]
        );
    }

    #[test]
    fn reasons_are_alike_but_for_case_and_white_space() {
        assert_eq!(
            likeness(" Posted\n the SAME\u{a0}link "),
            likeness("posted the same link")
        );
        assert_ne!(
            likeness("posted the same link."),
            likeness("posted the same link")
        );
        let long = "é".repeat(MAX_SHOWN);
        assert_eq!(likeness(&format!("{long}a")), likeness(&format!("{long}b")));
        assert_eq!(shown(&format!(" {long} ")), long);
        assert_eq!(shown(&format!("{long}a")), format!("{long}…"));
    }
}
