//! SQLite, every commit synced to disk: the same binary with batches and without.

use crate::support::scratch::{self, Folder};
use crate::support::server::Server;
use crate::world::{self, Spread};
use crate::{CALLERS, LENGTH, figures, load, report};

/// All of it.
pub(crate) async fn measure() {
    println!("SQLite");
    let batched = rate("synchronous=FULL, batches (the default)", "full", None).await;
    let single = rate("synchronous=FULL, one act a transaction", "full", Some(1)).await;
    let normal = rate("synchronous=NORMAL, one act a transaction", "normal", Some(1)).await;
    report(
        "FULL with batches against FULL with batches of one",
        batched / single,
        5.0,
        true,
    );
    report(
        "FULL with batches against NORMAL with batches of one",
        batched / normal,
        1.0,
        true,
    );
}

/// The rate of uniform acts under one setting.
async fn rate(what: &str, synchronous: &str, batch: Option<u32>) -> f64 {
    let (folder, url) = database();
    let settings = folder.path().join("bench.toml");
    let pipeline = batch.map_or_else(String::new, |n| format!("[pipeline]\nlanes = 1\nbatch = {n}\n"));
    std::fs::write(
        &settings,
        format!("[database]\nsynchronous = \"{synchronous}\"\n{pipeline}"),
    )
    .unwrap();
    let server = Server::start_with(&url, &["--config", settings.to_str().unwrap()]);
    let places = world::furnish(&server).await;
    world::people(&server, &places).await;
    let seen = load::run(
        &[world::address(&server)],
        CALLERS,
        LENGTH,
        world::acts(&places, Spread::Uniform, "s"),
    )
    .await;
    figures(what, &seen);
    seen.rate
}

/// A folder for a database file, and its URL.
pub(crate) fn database() -> (Folder, String) {
    let folder = scratch::folder("sqlite");
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    (folder, url)
}
