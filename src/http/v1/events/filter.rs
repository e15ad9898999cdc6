//! Which events are asked for, and from where on.

use wire::event::types;

use crate::http::problem::{Code, Problem};
use crate::http::query;
use crate::service::events::EventQuery;

/// How many digits a position has at most.
const MAX_POSITION: usize = 20;

/// The events that the parameters name.
pub(super) fn events(
    community: Option<&str>,
    types: Option<&str>,
    platform: Option<&str>,
) -> Result<EventQuery, Problem> {
    Ok(EventQuery {
        community: community.map(query::community).transpose()?,
        types: types.map(known_types).transpose()?.unwrap_or_default(),
        platform: platform.map(query::platform).transpose()?,
    })
}

/// A position in the log; there is no use in a sign or in more digits than a position has.
pub(super) fn position(text: &str) -> Result<i64, Problem> {
    let plain = text.len() <= MAX_POSITION && text.bytes().all(|b| b.is_ascii_digit());
    let position = if plain { text.parse().ok() } else { None };
    position.ok_or_else(|| {
        Problem::new(Code::BadCursor)
            .detail("A position is a number such as 42: digits alone, up to 9223372036854775807.")
    })
}

fn known_types(text: &str) -> Result<Vec<String>, Problem> {
    let names = text.split(',').map(|name| {
        if types::ALL.contains(&name) {
            Ok(name.to_owned())
        } else {
            Err(query::refused(
                "type",
                &format!("one or more of {}", types::ALL.join(", ")),
            ))
        }
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_plain_digits_and_no_more_than_there_can_be() {
        assert_eq!(position("42").unwrap(), 42);
        assert_eq!(position("00000000000000000042").unwrap(), 42);
        for wrong in ["", "+42", "4.2", "9223372036854775808", "000000000000000000042"] {
            assert_eq!(position(wrong).unwrap_err().code(), Code::BadCursor, "{wrong}");
        }
    }
}
