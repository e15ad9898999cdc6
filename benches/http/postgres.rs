//! Postgres with fsync on: acts over HTTP against pgbench, and what a hot member or community costs.

use crate::support::postgres::TestPostgres;
use crate::support::scratch;
use crate::support::server::Server;
use crate::world::{self, Place, Spread};
use crate::{CALLERS, LENGTH, baseline, figures, load, report};
use sqlx::{Connection, PgConnection};
use std::path::PathBuf;

/// All of it.
pub(crate) async fn measure() {
    println!("Postgres, fsync on");
    let database = TestPostgres::durable().await;
    let url = database.url();
    let server = Server::start(&url);
    let places = world::furnish(&server).await;
    world::people(&server, &places).await;
    baseline::prepare(&url).await;
    let mut db = PgConnection::connect(&url).await.unwrap();

    let folder = scratch::folder("pgbench");
    let (tps, theirs) = baseline::pgbench(&url, &bin(), folder.path(), 64, LENGTH).await;
    println!(
        "  {:<74} {tps:>9.0} acts/s",
        "pgbench, 64 clients, a transaction of separate statements"
    );

    let before = baseline::rows(&mut db).await;
    let uniform = load::run(
        &[world::address(&server)],
        CALLERS,
        LENGTH,
        world::acts(&places, Spread::Uniform, "u1"),
    )
    .await;
    let after = baseline::rows(&mut db).await;
    figures("uniform, 256 callers", &uniform);
    // The warm-up's acts wrote rows too; case rows tell how many acts there were.
    let acts = (after["cases"].0 - before["cases"].0) as f64;
    let ours = baseline::per_act(&before, &after, acts);
    // Every row that an act adds is there on both sides. Counter rows are where a batch saves: one update for many acts.
    let added = |rows: &baseline::Rows| {
        rows.iter()
            .map(|(t, (ins, _))| (t.clone(), *ins))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        added(&ours),
        added(&theirs),
        "rows (hundredths) added per table and act differ: an unfair comparison"
    );
    println!("  rows per act, in hundredths (added, updated): {ours:?}");
    println!("  the same of pgbench: {theirs:?}");
    report("acts per second against pgbench", uniform.rate / tps, 4.0, true);
    report(
        "p99 / p50",
        uniform.p99.as_secs_f64() / uniform.p50.as_secs_f64(),
        5.0,
        false,
    );

    hot(&[&server], &places, uniform.rate, "one replica").await;
    let second = Server::start(&url);
    let both = [world::address(&server), world::address(&second)];
    let two = load::run(
        &both,
        CALLERS,
        LENGTH,
        world::acts(&places, Spread::Uniform, "u2"),
    )
    .await;
    figures("uniform, two replicas", &two);
    hot(&[&server, &second], &places, two.rate, "two replicas").await;
}

/// One hot member and one hot community against the uniform rate.
async fn hot(servers: &[&Server], places: &[Place], uniform: f64, replicas: &str) {
    let addresses: Vec<String> = servers.iter().map(|server| world::address(server)).collect();
    for (name, spread) in [("member", Spread::HotMember), ("community", Spread::HotCommunity)] {
        let run = format!("{name}-{}", servers.len());
        let seen = load::run(&addresses, CALLERS, LENGTH, world::acts(places, spread, &run)).await;
        figures(&format!("one hot {name}, {replicas}"), &seen);
        report(
            &format!("one hot {name} against uniform, {replicas}"),
            seen.rate / uniform,
            0.5,
            true,
        );
    }
}

/// Where Postgres' programs are: the newest installed.
fn bin() -> PathBuf {
    if let Some(folder) = std::env::var_os("PG_BINDIR") {
        return folder.into();
    }
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .unwrap()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    found.sort();
    found.pop().expect("Postgres is installed").1
}
