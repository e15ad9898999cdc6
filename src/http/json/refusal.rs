//! Says in a client's words where and why a body does not fit its type.

use serde_path_to_error::{Error, Segment};

use crate::http::problem::Problem;

/// The longest explanation; messages quote the client's own text, which may be long.
const MAX_DETAIL: usize = 300;

/// What the typed reader calls things, and what a client calls them.
const WORDS: &[(&str, &str)] = &[
    ("a sequence", "an array"),
    ("sequence", "array"),
    ("a map", "an object"),
    ("map", "object"),
    ("unit value", "null"),
    ("unit", "null"),
    ("floating point `", "number `"),
    ("integer `", "number `"),
    ("a boolean", "true or false"),
    ("an Option", "a value or null"),
    ("a tuple", "an array"),
    ("RFC3339 formatted", "an RFC 3339"),
];

/// The problem for a body that is JSON but not the JSON that was asked for.
pub(super) fn of_shape(error: &Error<serde_json::Error>) -> Problem {
    let message = error.inner().to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(message, _)| message);
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => push(&mut pointer, key),
            Segment::Unknown => {}
        }
    }
    // The reader blames the object; a client is helped more by the field.
    for (prefix, detail) in [
        ("missing field `", "the field is required"),
        ("duplicate field `", "the field is there twice"),
    ] {
        if let Some((field, _)) = message.strip_prefix(prefix).and_then(|rest| rest.split_once('`')) {
            push(&mut pointer, field);
            return Problem::invalid_at(pointer, detail);
        }
    }
    if let Some((field, known)) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'))
    {
        // Depending on where the reader noticed, the path has the field already or ends at its object.
        if !pointer.ends_with(&format!("/{}", escape(field))) {
            push(&mut pointer, field);
        }
        let known = match quoted(known).as_slice() {
            [] => "there are none".to_owned(),
            [one] => format!("there is {one}"),
            all => format!("there are {}", all.join(", ")),
        };
        return Problem::invalid_at(pointer, shorten(&format!("there is no such field; {known}")));
    }
    Problem::invalid_at(pointer, shorten(&in_plain_words(message)))
}

/// Turns ``unknown variant `spank`, expected one of `note`, `warn` `` into words that a client knows.
fn unknown_word(message: &str) -> Option<String> {
    let (word, known) = message
        .strip_prefix("unknown variant `")?
        .split_once("`, expected ")?;
    let word = if word.is_empty() { "an empty text" } else { word };
    Some(match quoted(known).as_slice() {
        [one] => format!("{word} is not {one}"),
        all => format!("{word} is none of {}", all.join(", ")),
    })
}

/// The names within backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Appends one reference token.
fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&escape(token));
}

/// A key as a reference token of a JSON pointer (RFC 6901).
pub(super) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The key that a reference token of a JSON pointer stands for.
pub(super) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Turns what the typed reader says, such as `invalid type: map, expected a string`, into words that a client knows.
pub(in crate::http) fn in_plain_words(message: &str) -> String {
    if let Some(said) = unknown_word(message) {
        return said;
    }
    let rest = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "));
    let Some((found, expected)) = rest.and_then(|rest| rest.rsplit_once(", expected ")) else {
        return message.to_owned();
    };
    format!("expected {}, found {}", expectation(expected), word(found))
}

/// What was expected, without the names of our own types.
fn expectation(text: &str) -> String {
    match text {
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "an integer of 0 or more".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        _ if text.starts_with("struct ") || text.starts_with("internally tagged enum ") => {
            "an object".to_owned()
        }
        _ if text.starts_with("enum ") => "one of the allowed values".to_owned(),
        _ if text.starts_with("tuple ") => "an array".to_owned(),
        _ => word(text),
    }
}

fn word(text: &str) -> String {
    for (theirs, ours) in WORDS {
        if let Some(rest) = text.strip_prefix(theirs) {
            return format!("{ours}{rest}");
        }
    }
    text.to_owned()
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
