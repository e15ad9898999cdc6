//! What members read, in their languages: a catalogue of messages for each, compiled in.
//!
//! A message is named by its key. Its arguments are put in as they are: whoever makes HTML or the like of it has to escape the whole.

mod catalogue; // the files, read once
mod phrases; // dates, durations, points, kinds of act

pub use phrases::{day, duration, kind, moment, number, points, restriction};

use crate::domain::language::Language;
use fluent_bundle::{FluentArgs, FluentValue};
use std::borrow::Cow;

/// An argument of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// As it is.
    Text(Cow<'a, str>),
    /// A number, by which a message may choose its form.
    Number(i64),
    /// A decimal number such as `2.5`, by which a message may choose its form.
    Decimal(Cow<'a, str>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The message of that key, with its arguments. A key that there is not is given back as it is: a test sees to it that there is none.
#[must_use]
pub fn say(language: Language, key: &str, arguments: &[(&str, Value<'_>)]) -> String {
    let bundle = catalogue::of(language);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut given = FluentArgs::with_capacity(arguments.len());
    for (name, value) in arguments {
        given.set(
            *name,
            match value {
                Value::Text(text) => FluentValue::from(text.as_ref()),
                Value::Number(number) => FluentValue::from(*number),
                Value::Decimal(text) => FluentValue::try_number(text),
            },
        );
    }
    // What is wrong with a message shows in its text; tests look for it.
    let mut wrong = Vec::new();
    bundle
        .format_pattern(pattern, Some(&given), &mut wrong)
        .into_owned()
}

/// Whether there is a message of that key.
#[must_use]
pub fn has(key: &str) -> bool {
    catalogue::of(Language::En).has_message(key)
}

#[cfg(test)]
mod tests;
