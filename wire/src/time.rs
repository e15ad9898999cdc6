//! Moments: RFC 3339, read with any offset, written in UTC with `Z` and six decimals.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest time that is read, in characters.
const MAX_LENGTH: usize = 40;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Time {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || D::Error::invalid_value(Unexpected::Str(&text), &"a time such as 2026-11-22T12:00:00Z");
        if text.len() > MAX_LENGTH {
            return Err(wrong());
        }
        DateTime::parse_from_rfc3339(&text)
            .map(|time| Self(time.to_utc()))
            .map_err(|_| wrong())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .max_length(Some(MAX_LENGTH))
            .pattern(Some("^(19[7-9][0-9]|2[01][0-9][0-9]|2200)-"))
            .description(Some(
                "A moment, RFC 3339, within the years 1970 to 2200. Answers are in UTC with six decimals.",
            ))
            .examples([serde_json::json!("2026-11-22T12:00:00.000000Z")])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Time {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_fixed_and_offsets_are_turned_to_utc() {
        let time: Time = serde_json::from_str("\"2026-11-22T14:00:00+02:00\"").unwrap();
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            "\"2026-11-22T12:00:00.000000Z\""
        );
        assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
        let digits = |count| format!("\"2026-11-22T12:00:00.{}Z\"", "0".repeat(count));
        assert!(serde_json::from_str::<Time>(&digits(19)).is_ok());
        assert!(serde_json::from_str::<Time>(&digits(20)).is_err());
    }
}
