//! The load bench: everything that is compared is measured in one run on one machine, against real processes.
//!
//! `just bench-http` runs all of it and prints ratios; `just bench-http postgres` (or `sqlite`, `notices`, `history`, `idle`, `import`, `voids`, `limits`, `streams`,
//! `timers`, `webhooks`) a part.
//! Absolute figures drift with the machine; only the ratios are worth quoting.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench fails by panicking"
)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates and percentiles are approximate anyway"
)]

mod baseline;
mod history;
mod idle;
mod import;
mod limits;
mod load;
mod notices;
mod peers;
mod postgres;
mod sqlite;
mod streams;
mod timers;
mod voids;
mod webhooks;
mod world;

#[path = "../../tests/it/support/mod.rs"]
#[macro_use]
#[allow(
    unused_imports,
    unused_macros,
    reason = "the tests' toolbox; its own tests are not run from here"
)]
mod support;

use std::time::Duration;

/// What the executable has. The bare baselines run in this process too, and have it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each measurement takes, warm-up included.
pub(crate) const LENGTH: Duration = Duration::from_secs(12);
/// The same for checks of rate limits, which come to rest sooner.
pub(crate) const LENGTH_OF_CHECKS: Duration = Duration::from_secs(6);
/// How many callers check.
pub(crate) const CALLERS_OF_CHECKS: usize = 64;
/// How many callers there are where the targets say so.
pub(crate) const CALLERS: usize = 256;

/// So many of something, or the part of it that `BENCH_SHARE` names (`BENCH_SHARE=100`: a hundredth), to see that a bench runs.
pub(crate) fn share_of(count: usize) -> usize {
    let share = std::env::var("BENCH_SHARE").map_or(1, |share| share.parse().unwrap());
    (count / share).max(1)
}

/// What was asked of a target, and whether it was met.
pub(crate) fn report(what: &str, measured: f64, target: f64, at_least: bool) {
    let met = if at_least {
        measured >= target
    } else {
        measured <= target
    };
    let (sign, verdict) = (
        if at_least { "≥" } else { "≤" },
        if met { "met" } else { "MISSED" },
    );
    println!("  {what:<74} {measured:>9.2}   target {sign} {target:<6} {verdict}");
}

/// A line of plain figures.
pub(crate) fn figures(what: &str, seen: &load::Seen) {
    println!(
        "  {what:<74} {:>9.0} acts/s   p50 {:>7.2} ms   p99 {:>7.2} ms",
        seen.rate,
        seen.p50.as_secs_f64() * 1e3,
        seen.p99.as_secs_f64() * 1e3
    );
}

#[tokio::main]
async fn main() {
    // The process that checks are measured in is this one once more; so are readers of streams, and what these are compared with.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["serve-limits", ..] => return limits::serve(words.get(1).copied()).await,
        ["read-streams", ..] => return streams::readers::read(&words[1..]).await,
        ["serve-broadcast"] => return streams::bare::serve().await,
        _ => {}
    }
    // Cargo adds `--bench`; what is left names the parts.
    let parts: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    if wanted("postgres") {
        postgres::measure().await;
    }
    if wanted("sqlite") {
        sqlite::measure().await;
    }
    if wanted("notices") {
        notices::measure().await;
    }
    if wanted("history") {
        history::measure().await;
    }
    if wanted("import") {
        import::measure().await;
    }
    if wanted("voids") {
        voids::measure().await;
    }
    if wanted("limits") {
        limits::measure().await;
    }
    if wanted("streams") {
        streams::measure().await;
    }
    if wanted("timers") {
        timers::measure().await;
    }
    if wanted("webhooks") {
        webhooks::measure().await;
    }
    if wanted("idle") {
        idle::measure();
    }
}
