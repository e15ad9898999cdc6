//! Fields whose absence and whose null mean different things. Serde takes both for `None` unless told otherwise.

use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

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

/// Reads an optional map from words of a closed list. The words are read as text first, so that an error in a value, and a word
/// that is not in the list, are found at the word, which a map with other keys would not tell.
///
/// For use with `#[serde(default, deserialize_with = "crate::field::by_word")]`.
pub(crate) fn by_word<'de, D, K, V>(deserializer: D) -> Result<Option<BTreeMap<K, V>>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    let words = Option::<ByWord<K, V>>::deserialize(deserializer)?;
    Ok(words.map(|ByWord(map)| map))
}

/// The map of [`by_word`].
struct ByWord<K, V>(BTreeMap<K, V>);

impl<'de, K, V> Deserialize<'de> for ByWord<K, V>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Words(PhantomData))
    }
}

/// Reads the map entry by entry.
struct Words<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for Words<K, V>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    type Value = ByWord<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(text) = entries.next_key::<String>()? {
            let word: Result<K, A::Error> = K::deserialize(text.into_deserializer());
            match word {
                Ok(word) => map.insert(word, entries.next_value()?),
                // Refused in place of its value, where whoever follows the reading knows the word.
                Err(unknown) => return Err(entries.next_value_seed(Refuse(unknown)).unwrap_or_else(|e| e)),
            };
        }
        Ok(ByWord(map))
    }
}

/// In place of a value, an error.
struct Refuse<E>(E);

impl<'de, E: fmt::Display> DeserializeSeed<'de> for Refuse<E> {
    type Value = E;

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<E, D::Error> {
        Err(D::Error::custom(self.0))
    }
}

#[cfg(test)]
mod tests {
    use crate::act::ReasonRequest;
    use crate::policy::Rules;
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
            assert_eq!(patch, UserPatch { name });
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

    #[test]
    fn words_of_a_map_are_those_of_the_list() {
        let rules = serde_json::from_str::<Rules>(r#"{"weights":{"warn":1.5},"least_rank":null}"#).unwrap();
        assert_eq!(rules.weights.unwrap().len(), 1);
        assert_eq!(rules.least_rank, None);
        let unknown = serde_json::from_str::<Rules>(r#"{"weights":{"hug":1}}"#).unwrap_err();
        assert!(unknown.to_string().contains("unknown variant `hug`"), "{unknown}");
    }
}
