//! Durations as people write them: seconds, or ISO 8601.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A duration in a request: whole seconds (`3600`) or ISO 8601 in weeks, days, hours, minutes and seconds (`PT1H`, `P7D`).
/// Answers always give seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duration {
    /// Seconds.
    Seconds(i64),
    /// ISO 8601, not yet parsed.
    Iso(String),
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_i64(*seconds),
            Self::Iso(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Duration;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration: whole seconds (3600) or ISO 8601 (\"PT1H\")")
            }
            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Duration, E> {
                Ok(Duration::Seconds(seconds))
            }
            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Duration, E> {
                // Beyond i64 it is too long whatever it is; the largest i64 says so just as well.
                Ok(Duration::Seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
            }
            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Duration, E> {
                crate::number::integer(serde::de::value::F64Deserializer::new(seconds)).map(Duration::Seconds)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
                Ok(Duration::Iso(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Duration {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
        let seconds = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .maximum(Some(315_360_000))
            .description(Some(
                "Seconds. What may last no time at all says so; elsewhere at least 1.",
            ));
        let iso = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(3))
            .max_length(Some(64))
            .pattern(Some(r"^P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"))
            .description(Some("ISO 8601 in weeks, days, hours, minutes and seconds."));
        OneOfBuilder::new()
            .item(seconds)
            .item(iso)
            .description(Some("A duration: seconds, or ISO 8601. At most 3650 days."))
            .examples([serde_json::json!(3600), serde_json::json!("P7D")])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Duration {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        assert_eq!(
            serde_json::from_str::<Duration>("3600").unwrap(),
            Duration::Seconds(3_600)
        );
        assert_eq!(
            serde_json::from_str::<Duration>("3600.0").unwrap(),
            Duration::Seconds(3_600)
        );
        assert_eq!(
            serde_json::from_str::<Duration>("\"PT1H\"").unwrap(),
            Duration::Iso("PT1H".into())
        );
        assert_eq!(
            serde_json::from_str::<Duration>("18446744073709551615").unwrap(),
            Duration::Seconds(i64::MAX)
        );
        assert!(serde_json::from_str::<Duration>("1.5").is_err());
        assert!(serde_json::from_str::<Duration>("true").is_err());
    }
}
