//! What it takes to be there: memory when idle, and the time until it answers.

use crate::support::server::Server;
use crate::{report, sqlite};
use std::time::{Duration, Instant};

/// On SQLite, on a database that exists.
pub(crate) fn measure() {
    println!("Idle, SQLite");
    let (_folder, url) = sqlite::database();
    let mut server = Server::start(&url);
    assert!(server.terminate().success());
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let begin = Instant::now();
        server.restart();
        fastest = fastest.min(begin.elapsed());
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kib: f64 = resident.split_whitespace().next().unwrap().parse().unwrap();
    report("resident memory when idle, MiB", kib / 1024.0, 32.0, false);
    report(
        "start to listening on an existing database, ms (best of 5)",
        fastest.as_secs_f64() * 1e3,
        100.0,
        false,
    );
}
