//! The types that cross the wire: what requests, responses, events and problems look like as JSON.
//!
//! Types and serde alone, no IO and no rules. With the feature `openapi` every type also describes itself.
//! Response fields are always present, null when there is nothing to say; requests refuse unknown fields.

/// Derives what every wire type has: equality for tests, serde both ways, and a schema where asked for.
macro_rules! wire {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub struct $($rest)*
    };
    ($(#[$meta:meta])* pub enum $($rest:tt)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub enum $($rest)*
    };
}

pub mod act; // acts, voids, lifts: what is asked and what comes of it
pub mod appeal; // a case is looked at again
pub mod appeal_link; // what lets members in, to one case
pub mod bulk; // many acts in one request
pub mod case; // the numbered record
pub mod community; // communities and their links
pub mod conversation; // one question after the other
pub mod directive;
pub mod drift; // what relays carry out
pub mod duration; // seconds or ISO 8601
pub mod event; // one line of the log
mod field; // what a missing field and a null mean
#[cfg(feature = "openapi")]
pub mod form; // how texts and numbers are described
pub mod held; // acts that wait for others
pub mod import; // acts from another bot's records
pub mod insight; // counts and consistency
pub mod job; // requests of many items, worked off later
pub mod key; // API keys and scopes
pub mod kind; // kinds of act
pub mod limit; // rate limits and checks
pub mod merge; // two users who are one person
pub mod notice; // what members are told
pub mod number;
pub mod page; // cursor pages
pub mod policy; // weights, decay, ladder, authority
pub mod probe; // is it alive, is it ready
pub mod problem;
pub mod sanction; // intervals
pub mod schedule; // acts and reminders at a time that was set before
pub mod simulate; // who would have been treated differently
pub mod standing; // points and restrictions at a moment, and why
pub mod tenant; // owners of communities and keys
pub mod time; // moments
pub mod undo; // undoing what many acts did
pub mod user; // people and members
pub mod webhook; // where events are sent
pub mod word; // the closed lists of words: kinds, ranks, restrictions …
