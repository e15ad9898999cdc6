//! Which events are asked for, and from where on.

use wire::event::types;

use crate::http::position;
use crate::http::problem::{Code, Problem};
use crate::http::query;
use crate::service::events::EventQuery;

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

/// A position in the log.
pub(super) fn position(text: &str) -> Result<i64, Problem> {
    position::parse(text).ok_or_else(|| {
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
