//! From the fields of a request to values that cannot be wrong, collecting everything that is refused on the way.
//!
//! A client that sent three bad values reads about all three. `Fields` remembers what was refused, each with its JSON pointer;
//! readers give `None` for it, and `finish` turns the whole into a problem.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde_json::{Map, Value};
use wire::act::{ActorRequest, Automod};
use wire::duration::Duration;
use wire::problem::ProblemError;
use wire::time::Time;

use super::path::parse_person;
use super::problem::Problem;
use crate::domain::actor::Rule;
use crate::domain::case::Messages;
use crate::domain::id::SanctionId;
use crate::domain::identity::{Identity, NativeId, Platform};
use crate::domain::name::Name;
use crate::domain::points::Points;
use crate::domain::rank::Authority;
use crate::domain::time::{Instant, Span};
use crate::service::PersonRef;
use crate::service::caller::NamedActor;

/// The longest reason, in characters.
pub const MAX_REASON: usize = 2_000;
/// The longest name of a community, a tenant, a key or a person, in characters.
pub const MAX_NAME: usize = 200;
/// The longest comment on a version, in characters.
const MAX_COMMENT: usize = 500;
const MAX_MESSAGES: usize = 100;
const MAX_EVIDENCE: usize = 10;
const MAX_URL: usize = 2_000;
const MAX_CONTEXT: usize = 20;
const MAX_CONTEXT_NAME: usize = 64;
const MAX_CONTEXT_VALUE: usize = 500;

/// What was refused so far.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<ProblemError>,
}

impl Fields {
    /// Remembers a refused value.
    pub fn refuse(&mut self, pointer: impl Into<String>, detail: impl Display) {
        self.errors.push(ProblemError {
            pointer: pointer.into(),
            line: None,
            detail: detail.to_string(),
        });
    }

    /// Whether the value at this place was refused.
    #[must_use]
    pub fn has(&self, pointer: &str) -> bool {
        self.errors.iter().any(|error| error.pointer == pointer)
    }

    /// The value, or its refusal.
    pub fn take<T, E: Display>(&mut self, pointer: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|why| self.refuse(pointer, why)).ok()
    }

    /// The whole, if nothing was refused.
    ///
    /// # Errors
    /// `invalid_request` with everything that was refused.
    pub fn finish<T>(self, whole: Option<T>) -> Result<T, Problem> {
        match whole {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            _ => Err(Problem::invalid(self.errors)),
        }
    }

    /// A text for people to read: bounded, without control characters other than line break and tab.
    pub fn text(&mut self, pointer: &str, text: &str, longest: usize) -> Option<String> {
        if text.chars().count() > longest {
            self.refuse(pointer, format!("at most {longest} characters"));
            return None;
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.refuse(pointer, "no control characters except line break and tab");
            return None;
        }
        Some(text.to_owned())
    }

    /// A text that says something.
    pub fn words(&mut self, pointer: &str, text: &str, longest: usize) -> Option<String> {
        if text.trim().is_empty() {
            self.refuse(pointer, "say something");
            return None;
        }
        self.text(pointer, text, longest)
    }

    /// Why somebody writes a version of a document.
    pub fn comment(&mut self, pointer: &str, text: Option<&str>) -> Option<String> {
        text.and_then(|text| self.text(pointer, text, MAX_COMMENT))
    }

    /// A moment of the ledger, to the second.
    pub fn instant(&mut self, pointer: &str, given: Option<Time>) -> Option<Instant> {
        given.and_then(|time| self.take(pointer, Instant::from_utc(time.0)))
    }

    /// A name: a text in one line that says something.
    pub fn name(&mut self, pointer: &str, text: &str) -> Option<String> {
        if text.trim().is_empty() {
            self.refuse(
                pointer,
                "a name has at least one character that is not white space",
            );
            return None;
        }
        if text.contains(['\n', '\t']) {
            self.refuse(pointer, "a name has no line breaks and no tabs");
            return None;
        }
        self.text(pointer, text, MAX_NAME)
    }

    /// A reason, if one is given. An empty one says nothing and is none.
    pub fn reason(&mut self, pointer: &str, text: Option<&str>) -> Option<String> {
        let text = self.text(pointer, text?, MAX_REASON)?;
        if text.trim().is_empty() { None } else { Some(text) }
    }

    /// A duration, if one is given.
    pub fn duration(&mut self, pointer: &str, given: Option<&Duration>) -> Option<Span> {
        let span = match given? {
            Duration::Seconds(seconds) => Span::new(*seconds),
            Duration::Iso(text) => Span::parse_iso(text),
        };
        self.take(pointer, span)
    }

    /// An amount of points.
    pub fn points(&mut self, pointer: &str, given: &wire::number::Decimal) -> Option<Points> {
        self.take(pointer, Points::parse(given.as_str()))
    }

    /// Somebody, by our id or by a platform's.
    pub fn person(&mut self, pointer: &str, text: &str) -> Option<PersonRef> {
        let person = parse_person(text);
        if person.is_none() {
            self.refuse(
                pointer,
                "write a user id (usr_…) or platform:native_id, such as discord:80351110224678912",
            );
        }
        person
    }

    /// Who somebody is on a platform.
    pub fn identity(&mut self, pointer: &str, platform: &str, id: &str) -> Option<Identity> {
        let platform = self.take(&format!("{pointer}/platform"), Platform::parse(platform));
        let id = self.take(&format!("{pointer}/id"), NativeId::parse(id));
        Some(Identity {
            platform: platform?,
            id: id?,
        })
    }

    /// Who acts, if the request names somebody: a person or a rule of automod.
    pub fn actor(&mut self, pointer: &str, actor: Option<&ActorRequest>) -> Option<NamedActor> {
        let actor = actor?;
        if let Some(automod) = &actor.automod {
            return self.automod(pointer, actor, automod);
        }
        let (platform, id) = match (&actor.platform, &actor.id) {
            (Some(platform), Some(id)) => (platform, id),
            (Some(_), None) => {
                self.refuse(
                    format!("{pointer}/id"),
                    "a person is named by `platform` and `id`",
                );
                return None;
            }
            (None, Some(_)) => {
                self.refuse(
                    format!("{pointer}/platform"),
                    "a person is named by `platform` and `id`",
                );
                return None;
            }
            (None, None) => {
                self.refuse(
                    pointer,
                    "name a person by `platform` and `id`, or a rule by `automod`",
                );
                return None;
            }
        };
        let identity = self.identity(pointer, platform, id);
        let asserted = match (actor.rank, actor.level) {
            (None, Some(_)) => {
                self.refuse(format!("{pointer}/level"), "a level is given with a rank only");
                return None;
            }
            (None, None) => None,
            (Some(rank), level) => Some(Authority {
                rank: rank.into(),
                level: level.unwrap_or_default(),
            }),
        };
        Some(NamedActor::Person {
            identity: identity?,
            asserted,
        })
    }

    /// A rule of automod, which has no rank of its own and is nobody on a platform.
    fn automod(&mut self, pointer: &str, actor: &ActorRequest, automod: &Automod) -> Option<NamedActor> {
        let of_people = [
            ("platform", actor.platform.is_some()),
            ("id", actor.id.is_some()),
            ("rank", actor.rank.is_some()),
            ("level", actor.level.is_some()),
        ];
        for (field, _) in of_people.iter().filter(|(_, given)| *given) {
            self.refuse(
                format!("{pointer}/{field}"),
                "this names a person; with `automod` a rule acts, with the key's rank",
            );
        }
        let rule = self.take(&format!("{pointer}/automod/rule"), Rule::new(&automod.rule));
        let version = i32::try_from(automod.version).ok().filter(|version| *version > 0);
        let version = version.ok_or("a version is a whole number from 1 to 2147483647");
        let version = self.take(&format!("{pointer}/automod/version"), version);
        Some(NamedActor::Automod {
            rule: rule?,
            version: version?,
        })
    }

    /// Capabilities, each a name.
    pub fn capabilities(&mut self, pointer: &str, given: &[String]) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        for (index, text) in given.iter().enumerate() {
            let name = self.take(&format!("{pointer}/{index}"), Name::new(text));
            if name.is_some_and(|name| !names.insert(name)) {
                self.refuse(format!("{pointer}/{index}"), "it is named already");
            }
        }
        names
    }

    /// A sanction, if one is named.
    pub fn sanction(&mut self, pointer: &str, given: Option<&str>) -> Option<SanctionId> {
        let id = SanctionId::parse(given?);
        if id.is_none() {
            self.refuse(pointer, "write a sanction's id (san_…)");
        }
        id
    }

    /// Messages to delete.
    pub fn messages(&mut self, pointer: &str, given: Option<&wire::act::Messages>) -> Option<Messages> {
        let given = given?;
        let channel = self.take(&format!("{pointer}/channel"), NativeId::parse(&given.channel));
        if !(1..=MAX_MESSAGES).contains(&given.ids.len()) {
            self.refuse(format!("{pointer}/ids"), format!("1 to {MAX_MESSAGES} messages"));
            return None;
        }
        for (index, id) in given.ids.iter().enumerate() {
            self.take(&format!("{pointer}/ids/{index}"), NativeId::parse(id));
        }
        Some(Messages {
            channel: channel?.as_str().to_owned(),
            ids: given.ids.clone(),
        })
    }

    /// Links to what shows it.
    pub fn evidence(&mut self, pointer: &str, links: &[String]) -> Vec<String> {
        if links.len() > MAX_EVIDENCE {
            self.refuse(pointer, format!("at most {MAX_EVIDENCE} links"));
            return Vec::new();
        }
        for (index, link) in links.iter().enumerate() {
            if let Err(why) = check_url(link) {
                self.refuse(format!("{pointer}/{index}"), why);
            }
        }
        links.to_vec()
    }

    /// What the bot wants to keep: text by name.
    pub fn context(
        &mut self,
        pointer: &str,
        given: Option<&BTreeMap<String, String>>,
    ) -> Option<Map<String, Value>> {
        let given = given?;
        if given.len() > MAX_CONTEXT {
            self.refuse(pointer, format!("at most {MAX_CONTEXT} entries"));
            return None;
        }
        let mut kept = Map::new();
        for (name, value) in given {
            let at = format!("{pointer}/{}", super::json::escape_pointer(name));
            if name.is_empty() {
                self.refuse(&at, "a name has at least one character");
            }
            if let (Some(name), Some(value)) = (
                self.text(&at, name, MAX_CONTEXT_NAME),
                self.text(&at, value, MAX_CONTEXT_VALUE),
            ) {
                kept.insert(name, Value::String(value));
            }
        }
        Some(kept)
    }
}

/// That a text is an address that a browser opens without asking: http or https, and nothing in it that hides where it leads.
fn check_url(text: &str) -> Result<(), &'static str> {
    if text.chars().count() > MAX_URL {
        return Err("at most 2000 characters");
    }
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or("a link begins with https:// or http://")?;
    if text
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\'))
    {
        return Err(
            "a link has no white space, control characters, quotation marks, backslashes or angle brackets",
        );
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains('@') {
        return Err("a link names a host, without user or password");
    }
    Ok(())
}

#[cfg(test)]
#[path = "fields/tests.rs"]
mod tests;
