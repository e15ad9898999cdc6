//! `/v1/communities/{community}/conversations`

pub mod advance;
pub mod cancel;
pub mod list;
pub mod read;
pub mod start;

use std::collections::BTreeMap;

use wire::conversation::AnswerValue;

use crate::domain::conversation::Value;
use crate::http::fields::Fields;
use crate::service::show::conversation::value;

/// How many answers a request has at most.
const MOST_ANSWERS: usize = 50;

/// Answers by the names of fields, as a request has them.
fn answers(
    fields: &mut Fields,
    pointer: &str,
    given: &BTreeMap<String, AnswerValue>,
) -> BTreeMap<String, Value> {
    if given.len() > MOST_ANSWERS {
        fields.refuse(pointer, format!("at most {MOST_ANSWERS}"));
        return BTreeMap::new();
    }
    given
        .iter()
        .map(|(name, given)| (name.clone(), value(given)))
        .collect()
}
