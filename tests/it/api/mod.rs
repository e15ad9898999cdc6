//! The API as its callers see it, over either store.

mod actors;
mod archive; // a server of one's own, and who calls it

mod communities;
mod directives;
mod erasure;
mod events;
mod jobs;
mod keys;
mod ledger; // acts, cases, voids, standing, events: with a clock that tests move
mod limits;
mod matrix; // every operation: no key, a key without its scope, another tenant's
mod members;
mod pages; // what members see who come by a link
mod policies;
mod schedule;
mod tenants;
mod undo;
mod users;
