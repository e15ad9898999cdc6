//! Fields whose absence and whose null mean different things. Serde takes both for `None` unless told otherwise.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// Reads a field that must be there and may be null: in a change, leaving it out must not mean taking it away.
///
/// For use with `#[serde(deserialize_with = "crate::field::nullable")]`, without `default`.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// Reads a field that may be left out, which says nothing, or be null, which takes away.
///
/// For use with `#[serde(default, deserialize_with = "crate::field::patch")]`.
pub(crate) fn patch<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Reads a field that may be left out and is never null: there is nothing that null could reset it to.
///
/// For use with `#[serde(default, deserialize_with = "crate::field::never_null")]`.
pub(crate) fn never_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A map, or null, in which no key is twice: of two values of one key no reader could know which is meant.
pub(crate) fn once_each<'de, D>(deserializer: D) -> Result<Option<BTreeMap<String, String>>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Once(BTreeMap<String, String>);
    impl<'de> Deserialize<'de> for Once {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(OnceEach).map(Self)
        }
    }
    Ok(Option::<Once>::deserialize(deserializer)?.map(|once| once.0))
}

struct OnceEach;

impl<'de> Visitor<'de> for OnceEach {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = access.next_entry()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use crate::act::ReasonRequest;
    use crate::user::{MemberPatch, UserPatch};
    use crate::word::Rank;

    #[test]
    fn a_change_that_leaves_the_field_out_takes_nothing_away() {
        assert!(serde_json::from_str::<ReasonRequest>("{}").is_err());
        for (text, name) in [
            ("{}", None),
            (r#"{"name":null}"#, Some(None)),
            (r#"{"name":"Ann"}"#, Some(Some("Ann".to_owned()))),
        ] {
            let patch = serde_json::from_str::<UserPatch>(text).unwrap();
            assert_eq!(patch, UserPatch { name, language: None });
            assert_eq!(serde_json::to_string(&patch).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_reset_refuses_null() {
        let patch = serde_json::from_str::<MemberPatch>(r#"{"rank":"admin"}"#).unwrap();
        assert_eq!((patch.rank, patch.level), (Some(Rank::Admin), None));
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"rank":"admin"}"#);
        assert!(serde_json::from_str::<MemberPatch>(r#"{"rank":null}"#).is_err());
        assert!(serde_json::from_str::<MemberPatch>(r#"{"level":null}"#).is_err());
        assert!(serde_json::from_str::<MemberPatch>(r#"{"protected":null}"#).is_err());
    }
}
