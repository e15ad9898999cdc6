//! What Tribune decides, and nothing else: no IO, no clock, no randomness, no async. In reading order:

pub mod act; // commands, and what is known when one is decided
pub mod actor; // who acts, and upon whom
pub mod appeal; // a case is looked at again, by somebody else
pub mod appeal_link; // what lets a member in, to one case
pub mod authority; // may this actor do this to that member?
pub mod case; // the numbered record
pub mod colour; // red, green and blue, as pages have it
pub mod cron; // times that come again
pub mod decide; // a command in a situation becomes a decision or a refusal
pub mod directive; // what platforms are to do, and what comes of it
pub mod drift; // what is desired differs from what was observed
pub mod duplicate; // two moderators at once
pub mod enter; // what an entry does to a member
pub mod held; // an act that waits for others
pub mod hold; // when an act waits: budgets and approvals
pub mod id; // identifiers with a prefix
pub mod identity; // who somebody is on a platform
pub mod job; // many items, worked off a part at a time
pub mod kind; // kinds of act, their severity, the restriction they start or end
pub mod ladder; // which rungs an entry reaches, and which one acts
pub mod language; // the languages in which members are spoken to
pub mod ledger; // a member's points, the clock that they fall by, what rungs remember
pub mod limit; // rate limits: how much a key may have within how long
pub mod member; // the aggregate: the ledger and the sanctions
pub mod name; // short names that communities choose
pub mod notice; // what members are told, and what became of telling them
pub mod past; // what decisions need of history beyond the aggregate
pub mod plan; // how many requests a tenant's keys may make
pub mod points; // fixed-point points, and how they are shown
pub mod policy; // weights, decay, ladder, authority
pub mod policy_check; // from a draft to a policy, or to precise errors
pub mod policy_warn; // what is allowed in a policy and hardly meant
pub mod rank; // who stands above whom
pub mod refusal; // why a command is refused
pub mod sanction; // intervals, and the restriction that results
pub mod schedule; // what is to be done at a time that was set before
pub mod time; // whole seconds, bounded durations
pub mod timeline; // the versions of a policy over time

pub mod explain; // every term of a balance
pub mod import; // a line of another bot's records becomes a case
pub mod merge; // two users who are one person
pub mod outlook; // what becomes of points if nothing else happens
pub mod rebuild; // a member's ledger once more, with what was imported
pub mod replay; // a void: history from there on, replayed without the case
pub mod sentences;
pub mod simulate; // what the ladder would have done under another policy
pub mod standing; // points and restrictions at a moment, and when they change // a standing in words, for the member

pub mod address; // which IP addresses are public
pub mod target; // where a call of ours goes
pub mod webhook; // where events are sent, and how that goes

pub mod conversation; // one question after the other, to an end

pub mod brief; // a case in short, for searches and reports
pub mod consistency; // whether like is treated alike
pub mod counts; // how much was done, by whom, when and why
pub mod words; // words of a search, and how texts compare

#[cfg(test)]
mod properties; // what holds for every history, policy and order of voids
#[cfg(test)]
pub(crate) mod scene; // a small world for tests of the rules
