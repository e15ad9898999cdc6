//! Numbers as JSON writes them: integers that may carry `.0`, and decimals that keep all their digits.

use std::fmt;

use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The largest magnitude up to which every whole number has its own double (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads an `i64` that may be written `3` or `3.0`, but not `3.5`.
///
/// For use with `#[serde(deserialize_with = "wire::number::integer")]`. A number with a fraction sign or an
/// exponent is taken up to 2^53, where doubles stop telling neighbours apart.
///
/// # Errors
/// Anything that is not a whole number within the range of `i64`.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(WholeNumber)
}

/// Reads an optional `i64` as [`integer`] does; `null` is `None`.
///
/// Add `#[serde(default)]` beside it, so that an absent field is `None` too.
///
/// # Errors
/// Anything that is neither `null` nor a whole number within the range of `i64`.
pub fn integer_opt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Whole(i64);
    impl<'de> Deserialize<'de> for Whole {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            integer(deserializer).map(Whole)
        }
    }
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|whole| whole.0))
}

/// Reads a `u16` as [`integer`] reads an `i64`, for a field that may be left out and is never null.
pub(crate) fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    integer(deserializer).and_then(|whole| within(whole).map(Some))
}

/// Reads an optional `u16` as [`integer_opt`] reads an `i64`.
pub(crate) fn level_opt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    integer_opt(deserializer)?.map(within).transpose()
}

fn within<E: serde::de::Error>(whole: i64) -> Result<u16, E> {
    u16::try_from(whole)
        .map_err(|_| E::invalid_value(Unexpected::Signed(whole), &"an integer from 0 to 65535"))
}

struct WholeNumber;

impl Visitor<'_> for WholeNumber {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &"an integer below 2^63"))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<i64, E> {
        if value.fract() != 0.0 || value.abs() > EXACT {
            return Err(E::invalid_value(Unexpected::Float(value), &self));
        }
        // Exact: the value is whole and within 2^53.
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked just above")]
        let whole = value as i64;
        Ok(whole)
    }
}

/// A number in its own words: the digits that the client wrote, none rounded away.
///
/// Whoever gives it a meaning decides how many decimals are too many, and can do so because all of them are
/// still there. It cannot be read from inside an untagged, internally tagged or flattened type, because serde
/// turns numbers into doubles there.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal(String);

/// Why a text is not a [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotADecimal {
    /// The text is not a JSON number.
    NotANumber,
    /// The text is longer than [`Decimal::MAX_LENGTH`].
    TooLong,
}

impl fmt::Display for NotADecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("expected a number"),
            Self::TooLong => write!(f, "a number may have at most {} characters", Decimal::MAX_LENGTH),
        }
    }
}

impl std::error::Error for NotADecimal {}

impl Decimal {
    /// The most characters that a number may be written with.
    pub const MAX_LENGTH: usize = 64;

    /// Takes the text of a JSON number as it stands.
    ///
    /// # Errors
    /// [`NotADecimal`] when the text is something else, or too long.
    pub fn parse(text: &str) -> Result<Self, NotADecimal> {
        if text.len() > Self::MAX_LENGTH {
            return Err(NotADecimal::TooLong);
        }
        // serde_json knows the grammar; the first character tells numbers from all other JSON values, and
        // white space around it would not be the number's own text.
        let starts_well = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let ends_well = text.ends_with(|c: char| c.is_ascii_digit());
        if !starts_well || !ends_well || serde_json::from_str::<&RawValue>(text).is_err() {
            return Err(NotADecimal::NotANumber);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.to_string())
    }
}

impl std::str::FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some("A decimal number; every digit that is written counts."))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(deserialize_with = "integer")]
        count: i64,
        #[serde(default, deserialize_with = "integer_opt")]
        limit: Option<i64>,
    }

    fn count(text: &str) -> Result<i64, String> {
        serde_json::from_str::<Sample>(&format!(r#"{{"count":{text}}}"#))
            .map(|sample| sample.count)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_integer_may_be_written_with_a_fraction_of_zero() {
        assert_eq!(count("3"), Ok(3));
        assert_eq!(count("3.0"), Ok(3));
        assert_eq!(count("-3.000"), Ok(-3));
        assert_eq!(count("3e2"), Ok(300));
        assert_eq!(count("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(count("-9223372036854775808"), Ok(i64::MIN));
    }

    #[test]
    fn everything_else_is_no_integer() {
        for text in [
            "3.5",
            "1e300",
            "9223372036854775808",
            "9007199254740994.0",
            "\"3\"",
            "true",
            "null",
            "[]",
        ] {
            let refusal = count(text).unwrap_err();
            assert!(refusal.contains("an integer"), "{text}: {refusal}");
        }
    }

    #[test]
    fn an_optional_integer_may_be_null_or_absent() {
        let limit = |text: &str| {
            serde_json::from_str::<Sample>(text)
                .map(|sample| sample.limit)
                .ok()
        };
        assert_eq!(limit(r#"{"count":1}"#), Some(None));
        assert_eq!(limit(r#"{"count":1,"limit":null}"#), Some(None));
        assert_eq!(limit(r#"{"count":1,"limit":7.0}"#), Some(Some(7)));
        assert_eq!(limit(r#"{"count":1,"limit":7.5}"#), None);
    }

    #[test]
    fn a_level_is_an_integer_like_any_other() {
        let patch = |level: &str| {
            let text = format!(r#"{{"level":{level}}}"#);
            serde_json::from_str::<crate::user::MemberPatch>(&text).map(|patch| patch.level)
        };
        let actor = |level: &str| {
            let text = format!(r#"{{"platform":"d","id":"1","rank":"owner","level":{level}}}"#);
            serde_json::from_str::<crate::act::ActorRequest>(&text).map(|actor| actor.level)
        };
        for (text, level) in [("3", 3), ("3.0", 3), ("65535", 65_535)] {
            assert_eq!(
                (patch(text).unwrap(), actor(text).unwrap()),
                (Some(level), Some(level))
            );
        }
        for wrong in ["-1", "65536", "0.5", "\"1\"", "1e40"] {
            assert!(patch(wrong).is_err() && actor(wrong).is_err(), "{wrong}");
        }
        assert_eq!(actor("null").unwrap(), None);
    }

    #[test]
    fn a_decimal_keeps_all_its_digits() {
        let text = "1.12345678901234567890";
        let decimal: Decimal = serde_json::from_str(text).unwrap();
        assert_eq!(decimal.as_str(), text);
        assert_eq!(serde_json::to_string(&decimal).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<Decimal>(" 2.50 ").unwrap().as_str(),
            "2.50"
        );
    }

    #[test]
    fn a_decimal_is_a_number_and_nothing_else() {
        for text in ["\"1\"", "true", "null", "[1]", "{}"] {
            let refusal = serde_json::from_str::<Decimal>(text).unwrap_err().to_string();
            assert!(refusal.contains("expected a number"), "{text}: {refusal}");
        }
        for text in [
            "", " 1", "1 ", "01", "1.", ".5", "+1", "--1", "1e", "0x1", "NaN", "1,2", "1 2",
        ] {
            assert_eq!(Decimal::parse(text), Err(NotADecimal::NotANumber), "{text:?}");
        }
        assert_eq!(Decimal::parse(&"1".repeat(65)), Err(NotADecimal::TooLong));
        assert_eq!(Decimal::parse("-0.5e-3").unwrap().as_str(), "-0.5e-3");
    }
}
