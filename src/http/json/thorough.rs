//! Everything in a body that does not fit its type. The typed reader stops at the first such value: what it stopped at is taken
//! out, and the rest read again.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::problem::ProblemError;

use super::StrictJson;
use super::refusal::unescape;
use crate::http::problem::Problem;

/// Of a body larger than this only the first such value is named: reading it again and again would take too long.
const LARGEST: usize = 64 << 10;

/// How often a body is read again at most.
const MOST: usize = 32;

/// What was taken out so far, by the pointers of the body as it came.
#[derive(Default)]
struct Taken {
    gone: BTreeSet<String>,
    /// The places that arrays have lost, behind which all others have moved up.
    places: BTreeSet<(String, usize)>,
}

/// The refusal that names all of them, of a body that was refused for the first.
pub(super) fn refusal<T: DeserializeOwned>(raw: &[u8], first: Problem) -> Problem {
    if raw.len() > LARGEST {
        return first;
    }
    let (Ok(mut rest), [error]) = (serde_json::from_slice::<Value>(raw), first.errors()) else {
        return first;
    };
    let mut taken = Taken::default();
    let (mut found, mut pointer) = (vec![error.clone()], error.pointer.clone());
    for _ in 0..MOST {
        if !taken.take(&mut rest, &pointer) {
            break;
        }
        let Ok(text) = serde_json::to_vec(&rest) else {
            break;
        };
        let next = StrictJson::<T>::typed(&text).err();
        let Some([error]) = next.as_ref().map(Problem::errors) else {
            break;
        };
        let original = taken.original(&error.pointer);
        // That a field is missing now which was taken out is no news.
        if !taken.gone.contains(&original) {
            found.push(ProblemError {
                pointer: original,
                ..error.clone()
            });
        }
        pointer.clone_from(&error.pointer);
    }
    Problem::invalid(found)
}

impl Taken {
    /// Takes a value out, or what misses it if it is not there; false when nothing is left to be taken out.
    fn take(&mut self, rest: &mut Value, pointer: &str) -> bool {
        let there = rest.pointer(pointer).is_some();
        let pointer = if there { Some(pointer) } else { inside(pointer) };
        let Some((parent, step)) = pointer.and_then(|pointer| pointer.rsplit_once('/')) else {
            return false;
        };
        let list = self.original(parent);
        let original = match (rest.pointer_mut(parent), step.parse::<usize>()) {
            (Some(Value::Object(fields)), _) => {
                fields.remove(&unescape(step));
                format!("{list}/{step}")
            }
            (Some(Value::Array(items)), Ok(place)) if place < items.len() => {
                items.remove(place);
                let place = self.before(&list, place);
                self.places.insert((list.clone(), place));
                format!("{list}/{place}")
            }
            _ => return false,
        };
        self.gone.insert(original)
    }

    /// Where something stood in the body as it came.
    fn original(&self, pointer: &str) -> String {
        let mut original = String::new();
        for step in pointer.split('/').skip(1) {
            let moved = self.places.iter().any(|(list, _)| *list == original);
            let place = step.parse::<usize>().ok().filter(|_| moved);
            let place = place.map(|place| self.before(&original, place).to_string());
            original.push('/');
            original.push_str(place.as_deref().unwrap_or(step));
        }
        original
    }

    /// Which place of an array it was that is this one now.
    fn before(&self, list: &str, place: usize) -> usize {
        let lost = self.places.iter().filter(|(of, _)| of == list);
        lost.fold(place, |place, (_, lost)| place + usize::from(*lost <= place))
    }
}

/// What a value stands in; nothing for the whole body.
fn inside(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use wire::policy::PolicyRequest;

    use super::*;

    fn refused(rules: &str) -> Vec<(String, String)> {
        let body = format!(r#"{{"rules":{rules}}}"#);
        let problem = StrictJson::<PolicyRequest>::parse(Bytes::from(body)).unwrap_err();
        let errors = problem.errors().iter();
        errors
            .map(|error| (error.pointer.clone(), error.detail.clone()))
            .collect()
    }

    fn pointers(rules: &str) -> Vec<String> {
        refused(rules).into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn every_value_of_a_wrong_type_is_named_where_it_stands() {
        let rules = r#"{"granularity":"x","decay":{"model":"slow","per_day":[]},"weights":{"warn":true,"a/b":null},"ladder":[
            {"id":1,"at":"3","action":"ban"},{"id":"b","at":4,"action":"ban","mode":"ever"},7,{"id":"c","at":5,"action":"ban","x":0}]}"#;
        let mut found = pointers(rules);
        found.sort();
        assert_eq!(
            found,
            [
                "/rules/decay/model",
                "/rules/decay/per_day",
                "/rules/granularity",
                "/rules/ladder/0/at",
                "/rules/ladder/0/id",
                "/rules/ladder/1/mode",
                "/rules/ladder/2",
                "/rules/ladder/3/x",
                "/rules/weights/a~1b",
                "/rules/weights/warn",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named_once_and_what_was_taken_out_is_not_missing() {
        let required = |pointer: &str| (pointer.to_owned(), "the field is required".to_owned());
        let found = refused(
            r#"{"ladder":[{"at":3,"action":"ban"},{"id":"b","at":4,"action":"ban"},{"id":"c","at":5}]}"#,
        );
        assert_eq!(
            found,
            [required("/rules/ladder/0/id"), required("/rules/ladder/2/action")]
        );
        assert_eq!(pointers("7"), ["/rules"]);
        assert_eq!(pointers(r#"{"decay":{"model":5}}"#), ["/rules/decay/model"]);
    }

    #[test]
    fn a_large_body_is_refused_for_the_first_and_a_long_list_for_many() {
        let list = |length: usize| format!(r#"{{"ladder":[{}5]}}"#, "5,".repeat(length));
        assert_eq!(pointers(&list(LARGEST)).len(), 1);
        assert_eq!(pointers(&list(1_000)).len(), 1 + MOST);
    }
}
