//! What a state asks for, and whether an answer is one.

use super::wording::Wording;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest text that may be answered, in characters.
pub const MAX_ANSWER: u32 = 4_000;

/// The longest link, in characters.
const MAX_URL: usize = 2_000;

/// Something that a person chooses among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The event that it is, or the answer.
    pub id: Name,
    /// What people read.
    pub label: Wording,
}

/// What kind of answer a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// A text, of so many characters.
    Text {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// A whole number.
    Integer {
        /// At least.
        min: i64,
        /// At most.
        max: i64,
    },
    /// One of a list.
    Choice {
        /// The list.
        options: Vec<Choice>,
    },
    /// Yes or no.
    Boolean,
    /// A link: http or https.
    Url,
    /// A day: `2026-11-28`.
    Date,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Under which name the answer is kept.
    pub name: Name,
    /// What people read.
    pub label: Wording,
    /// What it takes.
    pub kind: Kind,
    /// Whether there must be an answer.
    pub required: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// All else.
    Text(String),
}

/// The answers to fields, if they are. `at` is where they stand in the request.
///
/// # Errors
/// Everything that is wrong with them.
pub fn answers(
    fields: &[Field],
    given: &BTreeMap<String, Value>,
    at: &str,
) -> Result<BTreeMap<Name, Value>, Vec<Finding>> {
    let (mut kept, mut findings) = (BTreeMap::new(), Vec::new());
    let mut wrong = |name: &str, detail: String| {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        findings.push(Finding { pointer, detail });
    };
    for field in fields {
        match given.get(field.name.as_str()) {
            Some(value) => match field.kind.check(value) {
                Ok(()) => {
                    kept.insert(field.name, value.clone());
                }
                Err(why) => wrong(field.name.as_str(), why),
            },
            None if field.required => wrong(field.name.as_str(), "an answer is needed".to_owned()),
            None => {}
        }
    }
    for name in given.keys() {
        if !fields.iter().any(|field| field.name.as_str() == name) {
            let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
            wrong(
                name,
                format!("nothing of the name is asked for; there is {}", listed(&names)),
            );
        }
    }
    if findings.is_empty() {
        Ok(kept)
    } else {
        Err(findings)
    }
}

/// Names in a row.
pub(super) fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

impl Kind {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Integer { .. } => "integer",
            Self::Choice { .. } => "choice",
            Self::Boolean => "boolean",
            Self::Url => "url",
            Self::Date => "date",
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        match (self, value) {
            (Self::Boolean, Value::Boolean(_)) => Ok(()),
            (Self::Integer { min, max }, Value::Integer(number)) if (min..=max).contains(&number) => Ok(()),
            (Self::Text { min, max }, Value::Text(text)) => check_text(text, *min, *max),
            (Self::Choice { options }, Value::Text(text))
                if options.iter().any(|o| o.id.as_str() == text) =>
            {
                Ok(())
            }
            (Self::Url, Value::Text(text)) => check_url(text),
            (Self::Date, Value::Text(text)) if is_date(text) => Ok(()),
            _ => Err(self.wanted()),
        }
    }

    /// What an answer looks like.
    fn wanted(&self) -> String {
        match self {
            Self::Text { min, max } => format!("a text of {min} to {max} characters"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Choice { options } => {
                let ids: Vec<_> = options.iter().map(|option| option.id.as_str()).collect();
                format!("one of {}", listed(&ids))
            }
            Self::Boolean => "true or false".to_owned(),
            Self::Url => "a link that begins with https:// or http://".to_owned(),
            Self::Date => "a day, such as 2026-11-28".to_owned(),
        }
    }
}

fn check_text(text: &str, min: u32, max: u32) -> Result<(), String> {
    let length = text.chars().count();
    let fits = usize::try_from(min).is_ok_and(|min| length >= min)
        && usize::try_from(max).is_ok_and(|max| length <= max);
    if !fits {
        return Err(format!("a text of {min} to {max} characters"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err("no control characters except line break and tab".to_owned());
    }
    if min > 0 && text.trim().is_empty() {
        return Err("say something".to_owned());
    }
    Ok(())
}

fn check_url(text: &str) -> Result<(), String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else {
        return Err("a link begins with https:// or http://".to_owned());
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let hides = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\');
    if text.chars().count() > MAX_URL {
        Err(format!("at most {MAX_URL} characters"))
    } else if text.chars().any(hides) {
        Err(
            "a link has no white space, control characters, quotation marks, backslashes or angle brackets"
                .to_owned(),
        )
    } else if host.is_empty() || host.contains('@') {
        Err("a link names a host, without user or password".to_owned())
    } else {
        Ok(())
    }
}

/// One spelling of one day.
fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok_and(|day| day.to_string() == text)
}
