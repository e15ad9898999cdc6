//! What holds for every history, every policy and every order of voids, tried on random ones. A failure prints the smallest
//! history that shows it, which then becomes a test of its own beside the rule that it broke.

mod history; // what is imported
mod ledger; // balance, latches, steps in time, drops, explanations
mod naive; // the same rules once more, slow and written differently
mod replacements; // what a milder act in the place of one gives and never does
mod rivers; // two people who are one for a while
mod sanctions; // lifts, later sanctions
mod simulate; // what would have been under another policy
mod voids; // what a void gives and never does
mod world; // random policies and histories

use proptest::test_runner::Config;

/// So many histories for each property. Nothing is kept on disk: a seed is printed with each failure.
fn cases(count: u32) -> Config {
    Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    }
}
