//! Keys: what is counted together, written as a template over what a check knows.

use crate::domain::name::Name;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The longest template in bytes.
pub const LONGEST_TEMPLATE: usize = 256;
/// The longest value in bytes.
pub const LONGEST_VALUE: usize = 256;
/// The longest key in bytes, once its values stand in it.
pub const LONGEST_KEY: usize = 512;
/// The variable that a check fills which names its key in one text.
pub const WHOLE: &str = "key";

/// Stands around each value, and in none: so that no two lists of values make the same key.
const MARK: char = '\u{1f}';

/// What is counted together: `{community}:{user}` counts each user of each community apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Name),
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// Too long.
    #[error("at most {LONGEST_TEMPLATE} bytes")]
    Long,
    /// Something in it that nobody can see.
    #[error("no control characters")]
    Control,
    /// A brace too many or too few.
    #[error("a brace is not closed or not opened; variables stand in braces, such as {{user}}")]
    Brace,
    /// Something else in braces.
    #[error("{{{0}}} is no variable: 1 to 32 lower-case letters, digits or '_', a letter first")]
    Variable(String),
}

/// Why values do not make a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// A value that the template needs is not there.
    #[error("the limit's key needs a value for {{{0}}}")]
    Missing(Name),
    /// With its values it is too long.
    #[error("the key has more than {LONGEST_KEY} bytes with its values")]
    Long,
}

/// Why a text is not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAValue {
    /// Nothing or too much.
    #[error("from 1 to {LONGEST_VALUE} bytes")]
    Length,
    /// Something in it that nobody can see.
    #[error("no control characters")]
    Control,
}

/// Checks a value of a key.
///
/// # Errors
/// [`NotAValue`] says what a value looks like.
pub fn value(text: &str) -> Result<(), NotAValue> {
    if text.is_empty() || text.len() > LONGEST_VALUE {
        return Err(NotAValue::Length);
    }
    if text.chars().any(char::is_control) {
        return Err(NotAValue::Control);
    }
    Ok(())
}

impl Template {
    /// From a text.
    ///
    /// # Errors
    /// [`NotATemplate`] says what a template looks like.
    pub fn parse(text: &str) -> Result<Self, NotATemplate> {
        if text.len() > LONGEST_TEMPLATE {
            return Err(NotATemplate::Long);
        }
        if text.chars().any(char::is_control) {
            return Err(NotATemplate::Control);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(NotATemplate::Brace)?;
            plain(&mut parts, before)?;
            let name = Name::new(name).map_err(|_| NotATemplate::Variable(name.to_owned()))?;
            parts.push(Part::Variable(name));
            rest = after;
        }
        plain(&mut parts, rest)?;
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// The one of checks that name their key in one text.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            text: format!("{{{WHOLE}}}"),
            parts: Name::new(WHOLE).map(Part::Variable).into_iter().collect(),
        }
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its variables, as often as they stand in it.
    pub fn variables(&self) -> impl Iterator<Item = &Name> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name),
            Part::Text(_) => None,
        })
    }

    /// Appends the key that values make to a text. No other values make the same.
    ///
    /// # Errors
    /// [`NotAKey`] when a value is missing, or all of it is too long.
    pub fn fill<'v>(&self, key: &mut String, value: impl Fn(&str) -> Option<&'v str>) -> Result<(), NotAKey> {
        let begin = key.len();
        for part in &self.parts {
            match part {
                Part::Text(text) => key.push_str(text),
                Part::Variable(name) => {
                    key.push(MARK);
                    key.push_str(value(name.as_str()).ok_or(NotAKey::Missing(*name))?);
                    key.push(MARK);
                }
            }
        }
        if key.len() - begin > LONGEST_KEY {
            return Err(NotAKey::Long);
        }
        Ok(())
    }
}

fn plain(parts: &mut Vec<Part>, text: &str) -> Result<(), NotATemplate> {
    if text.contains('}') {
        return Err(NotATemplate::Brace);
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, NotAKey> {
        let mut key = String::new();
        let value = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        Template::parse(template).unwrap().fill(&mut key, value)?;
        Ok(key)
    }

    #[test]
    fn values_cannot_run_into_each_other() {
        let one = fill("{a}:{b}", &[("a", "x:y"), ("b", "z")]).unwrap();
        let other = fill("{a}:{b}", &[("a", "x"), ("b", "y:z")]).unwrap();
        assert_ne!(one, other);
        assert_eq!(
            one,
            fill("{a}:{b}", &[("b", "z"), ("a", "x:y"), ("c", "1")]).unwrap()
        );
        assert_eq!(fill("global", &[]).unwrap(), "global");
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for (text, wrong) in [
            ("{user", NotATemplate::Brace),
            ("user}", NotATemplate::Brace),
            ("{a}}", NotATemplate::Brace),
            ("{}", NotATemplate::Variable(String::new())),
            ("{{a}}", NotATemplate::Variable("{a".into())),
            ("{User}", NotATemplate::Variable("User".into())),
            ("a\nb", NotATemplate::Control),
        ] {
            assert_eq!(Template::parse(text), Err(wrong), "{text}");
        }
        assert_eq!(Template::parse(&"x".repeat(257)), Err(NotATemplate::Long));
        assert_eq!(Template::parse("{key}"), Ok(Template::whole()));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let user = Name::new("user").unwrap();
        assert_eq!(fill("{user}", &[("usr", "1")]), Err(NotAKey::Missing(user)));
        let long = "x".repeat(256);
        assert_eq!(fill("{a}{a}", &[("a", &long)]), Err(NotAKey::Long));
        assert_eq!(value(""), Err(NotAValue::Length));
        assert_eq!(value(&"x".repeat(257)), Err(NotAValue::Length));
        assert_eq!(value("a\u{1f}"), Err(NotAValue::Control));
        assert_eq!(value("discord:42"), Ok(()));
    }
}
