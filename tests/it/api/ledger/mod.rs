//! The ledger over HTTP: acts, cases, voids, sanctions, standing, events, as moderators and bots meet them.
//!
//! Each test has a server of its own in this process, over a database of its own, with a clock that the test moves.

mod access; // keys, scopes, ranks, actors
mod acts; // every kind of act, lifts, duplicates
mod appeals;
mod automod; // rules that act
mod bulk; // many acts in one request
mod conversations; // flows of a tenant's own
mod drift; // what platforms differ in
mod events; // the log
mod exports; // whole communities
mod holds; // acts that wait for others
mod imports; // another bot's records
mod input; // what is no request
mod insight; // searches and reports
mod intake; // what a shipped flow asks, and in which language
mod isolation; // what belongs to another tenant, or another community
mod lists; // filters and pages
mod lowerings; // remedies in histories whose points never drain
mod merges; // two users who are one person
mod notices; // what members are told
mod reasons; // edits under an entity tag
mod repeats; // idempotency keys
mod replacements; // a milder act in the place of another
mod restores; // who is known where a community is restored
mod reviews; // appeals: who reviews, what time does, what decisions come to
mod rules; // what a policy may say beside the default rules
mod runs;
mod schedules; // acts and reminders at a time
mod shipped; // flows that are always there
mod simulate; // another policy
mod standing; // past and future
mod story; // the whole of it, as a newcomer meets it
mod voids; // what no longer counts
mod webhooks; // events, sent where tenants want them
mod world; // a server, its callers, and short words for what they do

pub(crate) use world::{Api, Community, pointers, problem};
