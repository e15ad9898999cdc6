//! What must hold whatever dies: on durable databases, with real processes, read back by a checker that trusts nobody.

mod checker;
mod conversations; // killed while people are asked
mod hang_ups;
mod history; // killed while another bot's records are taken in
mod jobs;
mod kills;
mod schedules; // killed and stopped while schedules run
mod storm; // everything at once, at random
mod streams; // killed while the log is published
mod webhooks; // killed while events are sent
