//! Structs are read from objects only. Serde's derived code also takes an array of the fields in their order, which no caller
//! means and no document describes; this layer between the JSON and the types refuses it, at every level.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// A deserializer, visitor, access or seed whose structs come from objects only.
pub(super) struct ObjectsOnly<T>(pub(super) T);

/// The visitor of a struct: everything but an object is a wrong type.
struct Struct<V>(V);

/// The visitor of a word out of a closed list: everything but a text is a wrong type, and the list is named.
struct Word<V> {
    visitor: V,
    variants: &'static [&'static str],
}

macro_rules! pass {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(ObjectsOnly(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectsOnly<D> {
    type Error = D::Error;

    pass! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq
        deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Struct(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, ObjectsOnly(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, ObjectsOnly(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, ObjectsOnly(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, ObjectsOnly(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // Asked for a word, the reader of JSON says of anything else only that it expected a value.
        self.0.deserialize_any(Word { visitor, variants })
    }
}

macro_rules! visit {
    ($($method:ident($type:ty))*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectsOnly<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) visit_borrowed_str(&'de str)
        visit_string(String) visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(ObjectsOnly(inner))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(ObjectsOnly(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(ObjectsOnly(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(ObjectsOnly(access))
    }

    // The words of the API are enums without contents, so there is nothing inside to look at.
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(access)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Struct<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(ObjectsOnly(access))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Word<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.variants.join(", "))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<V::Value, E> {
        self.visitor.visit_enum(word.into_deserializer())
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for ObjectsOnly<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(ObjectsOnly(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ObjectsOnly<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(ObjectsOnly(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(ObjectsOnly(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ObjectsOnly<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(ObjectsOnly(deserializer))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use wire::act::ActRequest;
    use wire::policy::PolicyRequest;
    use wire::user::MemberPatch;

    use crate::http::json::StrictJson;

    fn act(body: &str) -> Result<ActRequest, (String, String)> {
        let read = StrictJson::<ActRequest>::parse(Bytes::copy_from_slice(body.as_bytes()));
        read.map(|json| json.value).map_err(|problem| {
            let document = problem.document("req");
            let first = document.errors.into_iter().next().unwrap();
            (first.pointer, first.detail)
        })
    }

    #[test]
    fn an_array_is_no_object_at_any_level() {
        let fields = r#"["warn","d:1",null,null,"r",[],null,null,false,false,false]"#;
        let (pointer, detail) = act(fields).unwrap_err();
        assert_eq!(pointer, "");
        assert!(
            detail.contains("an object") && !detail.contains("struct"),
            "{detail}"
        );
        let nested = r#"{"kind":"warn","member":"d:1","actor":["d","9","admin",null]}"#;
        assert_eq!(act(nested).unwrap_err().0, "/actor");
    }

    #[test]
    fn what_is_no_word_of_a_list_is_answered_with_the_list() {
        for (word, found) in [("5", "number `5`"), ("{}", "object"), ("[]", "array")] {
            let (pointer, detail) = act(&format!(
                r#"{{"kind":"note","member":"d:1","visibility":{word}}}"#
            ))
            .unwrap_err();
            assert_eq!(pointer, "/visibility");
            assert!(
                detail.starts_with("expected one of moderators, member")
                    && detail.ends_with(&format!(", found {found}")),
                "{detail}"
            );
        }
        let patch = StrictJson::<MemberPatch>::parse(Bytes::from_static(br#"{"rank":null}"#));
        let document = patch.map(|_| ()).unwrap_err().document("req");
        let detail = &document.errors[0].detail;
        assert!(
            detail.starts_with("expected one of member, ") && detail.ends_with(", found null"),
            "{detail}"
        );
        let (pointer, detail) = act(r#"{"kind":"note","member":"d:1","visibility":"spank"}"#).unwrap_err();
        assert_eq!(pointer, "/visibility");
        assert!(
            detail.starts_with("spank is none of moderators, member"),
            "{detail}"
        );
    }

    #[test]
    fn objects_arrays_words_and_numbers_are_read_as_before() {
        let whole = r#"{"kind":"mute","member":"d:1","actor":{"platform":"d","id":"9","rank":"admin"},"duration":3600,
            "evidence":["https://example.org"],"context":{"channel":"5"},"dry_run":true}"#;
        let act = act(whole).unwrap();
        assert_eq!((act.evidence.len(), act.dry_run), (1, true));
        assert!(
            act.actor
                .is_some_and(|actor| actor.rank == Some(wire::word::Rank::Admin))
        );
        let policy = r#"{"rules":{"granularity":0.5,"weights":{"warn":1.50},"ladder":[{"id":"a","at":3,"action":"ban"}]}}"#;
        let read = StrictJson::<PolicyRequest>::parse(Bytes::from_static(policy.as_bytes()))
            .ok()
            .unwrap();
        assert_eq!(read.value.rules.granularity.unwrap().as_str(), "0.5");
    }
}
