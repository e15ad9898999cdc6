//! What must hold whatever dies: on durable databases, with real processes, read back by a checker that trusts nobody.

mod checker;
mod hang_ups;
mod jobs;
mod kills;
