//! Fields whose absence and whose null mean different things. Serde takes both for `None` unless told otherwise.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

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

/// Reads an optional map from words of a closed list. The words are read as text first, so that an error in a value is found at
/// its word, which a map with other keys would not tell.
///
/// For use with `#[serde(default, deserialize_with = "crate::field::by_word")]`.
pub(crate) fn by_word<'de, D, K, V>(deserializer: D) -> Result<Option<BTreeMap<K, V>>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    let Some(texts) = Option::<BTreeMap<String, V>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let word = |(text, value): (String, V)| Ok((K::deserialize(text.into_deserializer())?, value));
    texts
        .into_iter()
        .map(word)
        .collect::<Result<_, D::Error>>()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use crate::act::ReasonRequest;
    use crate::policy::Rules;
    use crate::user::{MemberPatch, UserPatch};
    use crate::word::Rank;

    #[test]
    fn a_change_that_leaves_the_field_out_takes_nothing_away() {
        assert!(serde_json::from_str::<UserPatch>("{}").is_err());
        assert!(serde_json::from_str::<ReasonRequest>("{}").is_err());
        let forget = serde_json::from_str::<UserPatch>(r#"{"name":null}"#).unwrap();
        assert_eq!(forget, UserPatch { name: None });
    }

    #[test]
    fn what_cannot_be_reset_refuses_null() {
        let patch = serde_json::from_str::<MemberPatch>(r#"{"rank":"admin"}"#).unwrap();
        assert_eq!((patch.rank, patch.level), (Some(Rank::Admin), None));
        assert!(serde_json::from_str::<MemberPatch>(r#"{"rank":null}"#).is_err());
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
