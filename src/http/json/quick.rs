//! Bodies that many send often and nobody repeats under a key: read once where they can be.
//!
//! A body with nothing unusual in it is given its type at once. Whatever that reading stops at, and whatever has an escape in it, is read as
//! [`StrictJson`] reads it, which finds what is wrong and says so. Both take the same bodies for the same values.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use wire::limit::{CheckRequest, ChecksRequest};

use super::objects::ObjectsOnly;
use super::{StrictJson, read};
use crate::http::problem::Problem;

/// A type that alone sees what two readers could understand differently: its objects are structs that refuse unknown fields, or maps that
/// refuse a key which is there twice, and nothing in it takes any value.
pub trait Quick: DeserializeOwned + Send + 'static {}

impl Quick for CheckRequest {}
impl Quick for ChecksRequest {}

/// A JSON body as a `T`.
#[derive(Debug, Clone)]
pub struct QuickJson<T>(pub T);

impl<T: Quick> QuickJson<T> {
    /// Reads a body that is already in memory.
    ///
    /// # Errors
    /// As [`StrictJson::parse`].
    pub fn parse(raw: Bytes) -> Result<Self, Problem> {
        match quick(&raw) {
            Some(value) => Ok(Self(value)),
            None => StrictJson::parse(raw).map(|strict| Self(strict.value)),
        }
    }
}

fn quick<T: Quick>(raw: &[u8]) -> Option<T> {
    // An escape may stand for a character that no text may have.
    if raw.contains(&b'\\') {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_slice(raw);
    let value = T::deserialize(ObjectsOnly(&mut reader)).ok()?;
    reader.end().ok()?;
    Some(value)
}

impl<S: Send + Sync, T: Quick> FromRequest<S> for QuickJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read(request, state, Self::parse).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the quick reading takes, the strict one takes for the same.
    fn agree<T: Quick + PartialEq + std::fmt::Debug>(text: &[u8]) {
        if let Some(value) = quick::<T>(text) {
            let strict = StrictJson::<T>::parse(Bytes::copy_from_slice(text));
            assert_eq!(
                strict.map(|json| json.value).ok(),
                Some(value),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
    }

    const BODIES: [&str; 4] = [
        r#"{"limit":"commands","community":"com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f","values":{"user":"discord:1","command":"ban"}}"#,
        r#"{"limits":[{"limit":"a"},{"rate":{"algorithm":"gcra","capacity":50,"period":"PT1S","burst":9},"cost":1}],"key":"k","peek":true}"#,
        r#"{"checks":[{"limit":"a","key":"k","cost":2},{"limit":"b","values":{"u":"1"}}]}"#,
        r#" { "rate" : { "algorithm" : "token_bucket" , "capacity" : 5 , "period" : 60 } , "key" : "é" } "#,
    ];

    #[test]
    fn usual_bodies_are_read_once() {
        for text in BODIES {
            let once = quick::<CheckRequest>(text.as_bytes()).is_some()
                || quick::<ChecksRequest>(text.as_bytes()).is_some();
            assert!(once, "{text}");
            agree::<CheckRequest>(text.as_bytes());
            agree::<ChecksRequest>(text.as_bytes());
        }
    }

    #[test]
    fn unusual_ones_are_left_to_the_strict_reading() {
        for text in [
            r#"{"limit":"a","limit":"a","key":"k"}"#,
            r#"{"limit":"a","values":{"u":"1","u":"1"}}"#,
            r#"{"limit":"a","key":"\u0000"}"#,
            r#"{"limit":"a","key":"k"} x"#,
            r#"["a"]"#,
            r#"{"limit":"a","key":"k","more":1}"#,
            r#"{"limits":[["a"]],"key":"k"}"#,
        ] {
            assert!(quick::<CheckRequest>(text.as_bytes()).is_none(), "{text}");
            let read = QuickJson::<CheckRequest>::parse(Bytes::from_static(text.as_bytes()));
            assert!(read.is_err(), "{text}");
        }
    }

    proptest! {
        /// A piece of one body in the place of a piece of another, or a byte in the place of a byte.
        #[test]
        fn no_body_is_read_in_two_ways(
            (one, other) in (0..BODIES.len(), 0..BODIES.len()),
            cuts in prop::array::uniform4(0_usize..140),
            byte in proptest::option::of((0_usize..140, prop::sample::select(b"{}[],:\"\\ 0159eE.-tfnu\x00\xc3a".to_vec()))),
        ) {
            let (one, other) = (BODIES[one].as_bytes(), BODIES[other].as_bytes());
            let cut = |text: &[u8], at: usize| at % (text.len() + 1);
            let (from, to) = (cut(one, cuts[0]), cut(one, cuts[1]));
            let (begin, end) = (cut(other, cuts[2]), cut(other, cuts[3]));
            let mut text = one[..from.min(to)].to_vec();
            text.extend_from_slice(&other[begin.min(end)..begin.max(end)]);
            text.extend_from_slice(&one[from.max(to)..]);
            if let Some((at, byte)) = byte && !text.is_empty() {
                let at = at % text.len();
                text[at] = byte;
            }
            agree::<CheckRequest>(&text);
            agree::<ChecksRequest>(&text);
        }
    }
}
