//! A position in the log, as a parameter or a field says it.

/// How many digits a position has at most.
const MOST_DIGITS: usize = 20;

/// What a text says, unless it is no position: there is no use in a sign or in more digits than a position has.
pub(super) fn parse(text: &str) -> Option<i64> {
    let plain = text.len() <= MOST_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_plain_digits_and_no_more_than_there_can_be() {
        assert_eq!(parse("42"), Some(42));
        assert_eq!(parse("00000000000000000042"), Some(42));
        for wrong in ["", "+42", "4.2", "9223372036854775808", "000000000000000000042"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
