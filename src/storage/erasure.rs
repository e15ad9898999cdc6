//! What the erasure of a person takes out of stored documents: the domain's and the published ones alike.
//!
//! A document is read as plain JSON, because documents of every age have to be understood. What is taken out is found by its
//! place beside the person's id, never by looking for their words in other people's.

use crate::domain::id::UserId;
use crate::domain::identity::{Identity, NativeId, Platform};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What stands where a text stood.
pub(crate) const TOMBSTONE: &str = "[erased]";

/// What an erased identity is recognised by.
pub(crate) fn identity_hash(secret: &[u8], identity: &Identity) -> [u8; 32] {
    // Keys of any length are taken, so there is nothing to fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return [0; 32];
    };
    mac.update(identity.to_string().as_bytes());
    mac.finalize().into_bytes().into()
}

/// Which rows are being looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Cases with their earlier reasons, and the member's state, of one community after the other.
    Cases,
    /// Who made which version of a policy.
    Policies,
    /// Items of jobs.
    Parts,
    /// Acts that wait for others, or have waited.
    Held,
    /// The log.
    Events,
    /// Answers under idempotency keys.
    Answers,
}

/// How far an erasure is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Which rows.
    pub(crate) stage: Stage,
    /// In which community; nil before the first one.
    pub(crate) community: Uuid,
    /// The last number seen: of a case, a version, a part or an event.
    pub(crate) number: i64,
    /// The last text seen: an idempotency key; of parts, the job; the held act.
    pub(crate) text: String,
}

impl Progress {
    /// Before anything.
    pub(crate) const fn start() -> Self {
        Self::at(Stage::Cases)
    }

    const fn at(stage: Stage) -> Self {
        Self {
            stage,
            community: Uuid::nil(),
            number: 0,
            text: String::new(),
        }
    }

    /// Whether the rows are those of one community after the other.
    pub(crate) const fn by_community(&self) -> bool {
        matches!(
            self.stage,
            Stage::Cases | Stage::Policies | Stage::Parts | Stage::Held
        )
    }

    /// On to the next community; without one, to what comes next. `None` at the end.
    pub(crate) fn onward(&self, next_community: Option<Uuid>) -> Option<Self> {
        if let Some(community) = next_community {
            return Some(Self {
                community,
                ..Self::at(self.stage)
            });
        }
        let next = match self.stage {
            Stage::Cases => Stage::Policies,
            Stage::Policies => Stage::Parts,
            Stage::Parts => Stage::Held,
            Stage::Held => Stage::Events,
            Stage::Events => Stage::Answers,
            Stage::Answers => return None,
        };
        Some(Self::at(next))
    }
}

/// How much of a document is to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The whole document is about the person.
    pub(crate) about: bool,
    /// It was written before the erasure: then its texts go, not only the identities.
    pub(crate) texts: bool,
}

/// Who is being erased.
pub(crate) struct Subject {
    user: UserId,
    /// The id as the domain's documents have it, and as the published ones do.
    words: [String; 2],
    secret: Vec<u8>,
    hashes: BTreeSet<Vec<u8>>,
}

impl Subject {
    /// A person with what their identities are recognised by.
    pub(crate) fn new(user: UserId, secret: Vec<u8>, hashes: BTreeSet<Vec<u8>>) -> Self {
        Self {
            user,
            words: [user.0.to_string(), user.to_string()],
            secret,
            hashes,
        }
    }

    /// The id in documents of the domain.
    pub(crate) fn plain(&self) -> &str {
        &self.words[0]
    }

    /// The id in published documents, and as an actor's word.
    pub(crate) fn word(&self) -> &str {
        &self.words[1]
    }

    /// The document without what is to go; `None` when nothing is.
    pub(crate) fn erase(&self, document: &str, reach: Reach) -> Option<String> {
        self.erase_item(document, reach, &BTreeSet::new())
    }

    /// Likewise, of a job's items; these cases of the community are about the person.
    pub(crate) fn erase_item(&self, document: &str, reach: Reach, cases: &BTreeSet<i64>) -> Option<String> {
        let mut value: Value = serde_json::from_str(document).ok()?;
        self.walk(&mut value, reach, cases).then(|| value.to_string())
    }

    fn walk(&self, value: &mut Value, reach: Reach, cases: &BTreeSet<i64>) -> bool {
        match value {
            Value::Array(items) => {
                let mut changed = false;
                for item in items {
                    changed |= self.walk(item, reach, cases);
                }
                changed
            }
            Value::Object(map) => self.object(map, reach, cases),
            _ => false,
        }
    }

    fn object(&self, map: &mut Map<String, Value>, mut reach: Reach, cases: &BTreeSet<i64>) -> bool {
        let mut changed = false;
        for child in map.values_mut() {
            changed |= self.lead(child);
        }
        reach.about |= self.is_about(map, cases);
        if self.is(map.get("user")) {
            changed |= put(map, "identity", Value::Null);
        }
        if self.is(map.get("id")) && map.contains_key("identities") {
            changed |= put(map, "name", Value::Null);
            changed |= put(map, "language", Value::Null);
            changed |= put(map, "identities", Value::Array(Vec::new()));
        }
        if reach.about {
            changed |= put(map, "named", Value::Null);
        }
        // A directive, or how a notice goes.
        if reach.about && (map.contains_key("wanted") || map.contains_key("directive")) {
            changed |= put(map, "member", Value::String(TOMBSTONE.to_owned()));
        }
        changed |= self.unobserve(map);
        if reach.about && reach.texts {
            changed |= without_texts(map);
        }
        for child in map.values_mut() {
            changed |= self.walk(child, reach, cases);
        }
        changed
    }

    /// A person who is named by an erased identity is named by their id from now on.
    fn lead(&self, person: &mut Value) -> bool {
        let Value::Object(map) = person else { return false };
        let named = match map.get("identity") {
            Some(named) if map.len() == 1 => identity(named),
            _ => None,
        };
        let erased = named.is_some_and(|named| self.has(&named));
        if erased {
            map.clear();
            map.insert("user".to_owned(), Value::String(self.user.0.to_string()));
        }
        erased
    }

    /// What was observed names people as the platform does, known here or not.
    fn unobserve(&self, map: &mut Map<String, Value>) -> bool {
        if !map.contains_key("desired") && !map.contains_key("outcome") {
            return false;
        }
        let mut changed = false;
        for (field, instead) in [
            ("member", Value::String(TOMBSTONE.to_owned())),
            ("by", Value::Null),
        ] {
            let part = |name: &str| map.get(name).and_then(Value::as_str);
            let named = part("platform").zip(part(field));
            let named = named.and_then(|(platform, id)| Identity::parse(&format!("{platform}:{id}")).ok());
            if named.is_some_and(|named| self.has(&named)) {
                changed |= put(map, field, instead);
            }
        }
        changed
    }

    fn has(&self, identity: &Identity) -> bool {
        self.hashes
            .contains(identity_hash(&self.secret, identity).as_slice())
    }

    fn is(&self, value: Option<&Value>) -> bool {
        value
            .and_then(Value::as_str)
            .is_some_and(|word| self.words.iter().any(|own| own == word))
    }

    /// Whether a thing is about the person: a published case, sanction, merge or directive, a case or a held act of the domain, an act
    /// or a void that waits.
    fn is_about(&self, map: &Map<String, Value>, cases: &BTreeSet<i64>) -> bool {
        let member = map.get("member").and_then(Value::as_object);
        let number = map.get("number").and_then(Value::as_i64);
        member.is_some_and(|member| self.is(member.get("user")))
            || ["particulars", "hold", "wanted"]
                .iter()
                .any(|field| map.contains_key(*field))
                && self.is(map.get("user"))
            || self.is(map.get("into")) && map.contains_key("from")
            || self.is(map.get("from")) && map.contains_key("into")
            || number.is_some_and(|number| cases.contains(&number))
    }
}

/// The cases that the items of a job are to void.
pub(crate) fn voids_in(items: &str) -> Vec<i64> {
    let items: Vec<Value> = serde_json::from_str(items).unwrap_or_default();
    let number = |item: &Value| item.get("void")?.get("number")?.as_i64();
    items.iter().filter_map(number).collect()
}

/// An identity as a document of the domain has it.
fn identity(value: &Value) -> Option<Identity> {
    let part = |name: &str| value.get(name).and_then(Value::as_str);
    Some(Identity {
        platform: Platform::parse(part("platform")?).ok()?,
        id: NativeId::parse(part("id")?).ok()?,
    })
}

/// Takes out what people wrote.
fn without_texts(map: &mut Map<String, Value>) -> bool {
    let mut changed = false;
    if map.get("reason").is_some_and(Value::is_string) {
        changed |= put(map, "reason", Value::String(TOMBSTONE.to_owned()));
    }
    changed |= put(map, "evidence", Value::Array(Vec::new()));
    changed |= put(map, "context", Value::Null);
    // What is wanted of a platform, and what it said, have fields that others have with another meaning.
    if map.contains_key("holds") {
        changed |= put(map, "channel", Value::Null);
        changed |= put(map, "messages", Value::Array(Vec::new()));
    } else {
        changed |= put(map, "messages", Value::Null);
    }
    if map.contains_key("outcome") {
        changed |= put(map, "detail", Value::Null);
    }
    // A reminder, scheduled or due.
    if map.contains_key("text") && map.contains_key("data") {
        changed |= put(map, "text", Value::String(TOMBSTONE.to_owned()));
        changed |= put(map, "data", Value::Null);
    }
    // What a member is told.
    if map.contains_key("text") && map.contains_key("language") {
        changed |= put(map, "text", Value::String(TOMBSTONE.to_owned()));
    }
    // What somebody says in an appeal.
    if map.contains_key("text") && map.contains_key("evidence") {
        changed |= put(map, "text", Value::String(TOMBSTONE.to_owned()));
    }
    // What was answered in a conversation, and what is shown of it.
    if map.contains_key("flow") && map.contains_key("data") {
        changed |= put(map, "data", Value::Object(Map::new()));
    }
    if map.contains_key("facts") {
        changed |= put(map, "facts", Value::Array(Vec::new()));
    }
    // It is a hash of a reason or of evidence, by which short ones could be guessed.
    changed | put(map, "likeness", Value::from(0))
}

/// Replaces what a field has, if there is such a field. Says whether that is a change.
fn put(map: &mut Map<String, Value>, field: &str, value: Value) -> bool {
    match map.get_mut(field) {
        Some(there) if *there != value => {
            *there = value;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ALL: Reach = Reach {
        about: false,
        texts: true,
    };

    fn ferris() -> Identity {
        Identity::parse("discord:42").unwrap()
    }

    fn subject() -> Subject {
        let hash = identity_hash(b"secret", &ferris()).to_vec();
        Subject::new(
            UserId(Uuid::from_u128(7)),
            b"secret".to_vec(),
            BTreeSet::from([hash]),
        )
    }

    fn erased(document: &Value, reach: Reach) -> Value {
        let text = subject().erase(&document.to_string(), reach);
        text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn a_case_about_them_keeps_its_numbers_and_its_moderator() {
        let word = subject().word().to_owned();
        let moderator = json!({"type": "human", "user": "usr_1", "identity": "discord:9"});
        let case = |reason, evidence, identity: Value, voided| {
            json!({"case": {
                "number": 3, "points": 1.5, "member": {"user": word, "identity": identity}, "actor": moderator,
                "reason": reason, "evidence": evidence, "context": null, "voided": {"by": moderator, "reason": voided},
            }})
        };
        let before = case(
            "he is rude",
            json!(["https://x.example"]),
            json!("discord:42"),
            json!("a mistake"),
        );
        let after = case(TOMBSTONE, json!([]), Value::Null, json!(TOMBSTONE));
        assert_eq!(erased(&before, ALL), after);
        assert_eq!(erased(&after, ALL), Value::Null, "nothing is left to take out");
        let later = case(
            "he is rude",
            json!(["https://x.example"]),
            Value::Null,
            json!("a mistake"),
        );
        assert_eq!(
            erased(&before, Reach::default()),
            later,
            "of later cases the identities alone"
        );
    }

    #[test]
    fn a_directive_about_them_has_neither_their_name_nor_texts() {
        let directive = |member: &str, reason: &str, detail: Value, messages: Value| {
            json!({
                "user": subject().word(), "platform": "discord", "member": member, "reason": reason,
                "wanted": {"holds": false, "channel": if messages == json!([]) { Value::Null } else { json!("c") }, "messages": messages},
                "receipt": {"outcome": "applied", "code": "200", "detail": detail},
            })
        };
        let before = directive("80351110224678912", "rude", json!("Ferris is gone"), json!(["1"]));
        assert_eq!(
            erased(&before, ALL),
            directive(TOMBSTONE, TOMBSTONE, Value::Null, json!([]))
        );
        let mut other = before;
        other["user"] = json!("usr_00000000000070008000000000000009");
        assert_eq!(erased(&other, ALL), Value::Null);
    }

    #[test]
    fn a_notice_to_them_has_neither_their_name_nor_its_text() {
        let notice = |text: &str, member: &str| {
            json!({
                "member": {"user": subject().word(), "identity": null}, "language": "en", "text": text,
                "deliveries": [{"directive": "dir_1", "platform": "discord", "member": member, "state": "applied"}],
            })
        };
        let before = notice("You have been banned", "80351110224678912");
        assert_eq!(erased(&before, ALL), notice(TOMBSTONE, TOMBSTONE));
    }

    #[test]
    fn what_they_did_to_others_keeps_its_texts() {
        let plain = subject().plain().to_owned();
        let case = |identity: Value| {
            json!({
                "user": Uuid::from_u128(8), "particulars": {"reason": "spam", "named": {"platform": "discord", "id": "5"}},
                "actor": {"type": "human", "user": plain, "identity": identity},
            })
        };
        let before = case(json!({"platform": "discord", "id": "42"}));
        assert_eq!(erased(&before, ALL), case(Value::Null));
    }

    #[test]
    fn who_waits_in_a_job_is_led_to_their_id() {
        let person = json!({"identity": {"platform": "discord", "id": "42"}});
        let other = json!({"identity": {"platform": "discord", "id": "43"}});
        let item = |member: &Value, reason: &str, named: Value| json!([{"act": {"member": member, "actor": {"human": {"person": other}}, "act": {"particulars": {"reason": reason, "named": named}}}}]);
        let id = json!({"user": Uuid::from_u128(7)});
        let before = item(&person, "rude", person["identity"].clone());
        assert_eq!(erased(&before, ALL), item(&id, TOMBSTONE, Value::Null));
        assert_eq!(erased(&item(&other, "rude", Value::Null), ALL), Value::Null);
        let void =
            json!([{"void": {"number": 3, "reason": "he begged"}}, {"void": {"number": 4, "reason": "x"}}])
                .to_string();
        let text = subject().erase_item(&void, ALL, &BTreeSet::from([3])).unwrap();
        assert_eq!(text, void.replace("he begged", TOMBSTONE));
    }

    #[test]
    fn a_user_has_neither_name_nor_identities() {
        let word = subject().word().to_owned();
        let user = |name: Value, identities: Value| json!({"member": {"user": {"id": word, "name": name, "identities": identities}}});
        let before = user(json!("Ferris"), json!([{"platform": "discord", "id": "42"}]));
        assert_eq!(erased(&before, ALL), user(Value::Null, json!([])));
    }

    #[test]
    fn every_community_comes_before_the_log() {
        let (mut stages, mut progress) = (vec![Stage::Cases], Progress::start());
        let first = progress.onward(Some(Uuid::from_u128(1))).unwrap();
        assert_eq!((first.stage, first.community), (Stage::Cases, Uuid::from_u128(1)));
        while let Some(next) = progress.onward(None) {
            stages.push(next.stage);
            progress = next;
        }
        assert_eq!(
            stages,
            [
                Stage::Cases,
                Stage::Policies,
                Stage::Parts,
                Stage::Held,
                Stage::Events,
                Stage::Answers
            ]
        );
    }
}
