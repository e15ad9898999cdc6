//! What the service asks of the world: traits and their value types, nothing that runs.

pub mod answer; // answers kept under an idempotency key, and events
pub mod appeal_links; // what lets members in, to one case each
pub mod appeals; // members ask that cases be looked at again
pub mod bus; // the log as streams for groups of consumers
pub mod clock; // what time it is
pub mod conversations; // what people are asked, one thing after the other
pub mod courier; // calls to addresses that others have given
pub mod directives; // what relays carry out
pub mod directory; // tenants, keys, communities, policies, users: changes and reads
pub mod drift;
pub mod error; // why a store could not answer
pub mod history; // acts of another bot's records
pub mod holds; // acts that wait for others
pub mod housekeeping; // what nobody needs any more
pub mod ids; // identifiers that nobody has seen
pub mod insight; // what searches and reports are made of
pub mod jobs; // requests of many items
pub mod ledger; // acts decided in batches; voids; what a member's state is
pub mod limiter; // may this happen now? Counters
pub mod limits; // rate limits by name
pub mod merges; // users who turned out to be one person
pub mod notices; // what members are told of cases
pub mod record; // cases, sanctions and events, read back
pub mod removal; // people, communities and tenants that go
pub mod schedules; // what is to be done at a time that was set before
pub mod store; // all of it together
pub mod timers; // what is due
pub mod undo; // plans to void what many acts did
pub mod waiting; // what waits for somebody outside
pub mod webhooks; // where events are sent, and what is on its way
