//! A line of an import: one act from another bot's records.

use crate::duration::Duration;
use crate::number::Decimal;
use crate::time::Time;
use std::collections::BTreeMap;

/// The longest external id, in characters.
pub const MAX_EXTERNAL_ID: usize = 200;
/// The longest name of a source, in characters.
pub const MAX_SOURCE: usize = 32;
/// The longest name of a kind of act, in characters.
pub const MAX_KIND: usize = 32;
/// The longest name of a person, in characters.
pub const MAX_NAME: usize = 200;
/// The longest reason, in characters.
pub const MAX_REASON: usize = 2_000;
/// The most links to what shows an act.
pub const MAX_EVIDENCE: usize = 10;
/// The longest link, in characters.
pub const MAX_URL: usize = 2_000;
/// The most entries of a context.
pub const MAX_CONTEXT: usize = 20;
/// The longest name of a context's entry, in characters.
pub const MAX_CONTEXT_NAME: usize = 64;
/// The longest text of a context's entry, in characters.
pub const MAX_CONTEXT_VALUE: usize = 500;

wire! {
    /// One act as another bot recorded it: a line of an import, which is NDJSON. What is left out is not known.
    #[serde(deny_unknown_fields)]
    pub struct ImportedAct {
        /// What the source calls the record. A second line with the same `source` and `external_id` is the same act.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "case-412"))]
        pub external_id: String,
        /// Where it comes from: lower-case letters, digits, `_` and `-`, beginning with a letter.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 32, pattern = "^[a-z][a-z0-9_-]*$", example = "zeppelin"))]
        pub source: String,
        /// When it happened.
        pub occurred_at: Time,
        /// Upon whom.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::IdentityText))]
        pub member: String,
        /// What the member was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub member_name: Option<String>,
        /// Who acted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>))]
        pub moderator: Option<String>,
        /// What whoever acted was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub moderator_name: Option<String>,
        /// The kind of act: `note`, `warn`, `mute`, `unmute`, `kick`, `tempban`, `ban`, `unban`, `restrict`, `unrestrict`,
        /// `delete_messages`, or a kind that the community's policy registers.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 32, pattern = "^[a-z][a-z0-9_]*$", example = "warn"))]
        pub kind: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Links to what shows it: http or https.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What a restriction takes away: for `restrict` at least one; for `unrestrict` what it gives back, all if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// For how long, from `occurred_at` on. A tempban has one, a mute or a restriction may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub duration: Option<Duration>,
        /// Whether the restriction still holds according to the source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub active: Option<bool>,
        /// The source's own points, kept with the case. What it counts here is the policy's business.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Points>))]
        pub points: Option<Decimal>,
        /// What else the source says: text by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Context))]
        pub context: BTreeMap<String, String>,
    }
}

wire! {
    /// What an import came to.
    pub struct ImportReport {
        /// Whether nothing was written, because it was a trial.
        pub dry_run: bool,
        /// Lines read.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub lines: u64,
        /// Cases made of them.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub imported: u64,
        /// Lines whose `source` and `external_id` were imported before; nothing became of them.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub already_there: u64,
        /// Members who got a case.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub members: u64,
        /// Imported sanctions that hold from now on.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub sanctions_holding: u64,
        /// The number of the first case made; null when none was.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CaseNumber>, required))]
        pub first_case: Option<i64>,
        /// The number of the last case made.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CaseNumber>, required))]
        pub last_case: Option<i64>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"external_id":"case-1","source":"zeppelin","occurred_at":"2024-01-02T03:04:05.000000Z","member":"discord:80351110224678912","kind":"warn"}"#;

    #[test]
    fn what_is_not_known_is_left_out() {
        let act: ImportedAct = serde_json::from_str(LEAST).unwrap();
        assert_eq!(
            (act.duration.as_ref(), act.active, act.points.as_ref()),
            (None, None, None)
        );
        assert_eq!(serde_json::to_string(&act).unwrap(), LEAST);
    }

    #[test]
    fn everything_is_read_and_nothing_else() {
        let more = |end: &str| serde_json::from_str::<ImportedAct>(&LEAST.replace('}', end));
        let act = more(
            r#","member_name":"a","moderator":"discord:1","moderator_name":"b","reason":"c","evidence":["https://d.example"],"duration":"P7D","active":true,"points":1.50,"context":{"e":"f"}}"#,
        )
        .unwrap();
        assert_eq!(act.points.as_ref().map(Decimal::as_str), Some("1.50"));
        assert_eq!(
            serde_json::from_str::<ImportedAct>(&serde_json::to_string(&act).unwrap()).unwrap(),
            act
        );
        assert!(more(r#","weight":1}"#).is_err());
        assert!(serde_json::from_str::<ImportedAct>(&LEAST.replace("kind", "type")).is_err());
    }
}
