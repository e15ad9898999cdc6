//! The stream of events: how long after its commit an event is with a reader, and what ten thousand readers cost, against a bare broadcast in
//! the same run.

pub(crate) mod bare;
pub(crate) mod readers;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::client::Client;
use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world::{self, Place, Spread};
use crate::{LENGTH, load, report, share_of, sqlite};
use readers::Readers;

/// Acts a second while the way to one reader is timed, and by how many callers.
const RATE: f64 = 1_000.0;
const CALLERS: usize = 64;
/// How many readers there are, how many events each is given, and how long after one the next is.
const READERS: usize = 10_000;
const EVENTS: usize = 60;
const BETWEEN: Duration = Duration::from_millis(250);
/// How often both are measured, one after the other.
const ROUNDS: usize = 3;

/// All of it.
pub(crate) async fn measure() {
    way().await;
    crowd().await;
}

/// How long an event takes to a reader of the process that commits, and of another one.
async fn way() {
    println!(
        "Streams: {RATE:.0} acts a second, {CALLERS} callers; from an act's instant, which is before its commit"
    );
    let (_folder, url) = sqlite::database();
    let server = Server::start(&url);
    let places = world::furnish(&server).await;
    time(&server, &places, &[("SQLite, to a reader", &server)]).await;
    drop(server);

    let postgres = TestPostgres::durable().await;
    let server = Server::start(&postgres.url());
    let other = Server::start(&postgres.url());
    let places = world::furnish(&server).await;
    let readers = [
        ("Postgres, to a reader of the process that commits", &server),
        ("Postgres, to a reader of another process", &other),
    ];
    time(&server, &places, &readers).await;
}

async fn time(server: &Server, places: &[Place], readers: &[(&str, &Server)]) {
    // One tenant: its log is what everybody follows.
    let places = &places[..world::COMMUNITIES];
    let following: Vec<_> = readers
        .iter()
        .map(|(_, at)| tokio::spawn(follow(world::address(at), places[0].key.clone())))
        .collect();
    let acts = world::acts(places, Spread::Uniform, "way");
    let address = [world::address(server)];
    let seen = load::paced(&address, (CALLERS, RATE), LENGTH, acts).await;
    println!("  acts a second: {:.0}", seen.rate);
    for ((what, _), following) in readers.iter().zip(following) {
        let mut taken = following.await.unwrap();
        taken.sort_unstable();
        let millis = |share| load::at(&taken, share).as_secs_f64() * 1e3;
        println!("  {what}: {} events, p50 {:.1} ms", taken.len(), millis(0.5));
        report(&format!("{what}, p99 in ms"), millis(0.99), 50.0, false);
    }
}

/// Follows the log while it is acted; how many microseconds each case took here, of those after the warm-up.
async fn follow(address: String, key: String) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(&load::get("/v1/events/stream?type=case.created", &key))
        .await
        .unwrap();
    let (mut taken, mut text) = (Vec::new(), Vec::new());
    let begun = tokio::time::Instant::now();
    while let Ok(read) = tokio::time::timeout_at(begun + LENGTH, stream.read_buf(&mut text)).await {
        assert!(read.unwrap() > 0, "the stream ended");
        #[expect(
            clippy::disallowed_methods,
            reason = "events carry the time of this machine's clock"
        )]
        let now = Utc::now();
        while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
            let message: Vec<u8> = text.drain(..end + 2).collect();
            let Some(at) = instant(&message) else {
                continue;
            };
            if begun.elapsed() >= LENGTH / 5 {
                let micros = (now - at).num_microseconds().unwrap_or(i64::MAX);
                taken.push(u32::try_from(micros.max(0)).unwrap_or(u32::MAX));
            }
        }
    }
    taken
}

/// When the event of a message happened, if it has one.
fn instant(message: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(message).ok()?;
    let document = text.lines().find_map(|line| line.strip_prefix("data: "))?;
    let event: Value = serde_json::from_str(document).ok()?;
    event["at"].as_str()?.parse().ok()
}

/// What so many readers cost in memory and, for each delivery, in time of the processor.
async fn crowd() {
    let count = share_of(READERS);
    println!("Streams: {count} readers, {EVENTS} events for each, one every {BETWEEN:?}");
    readers::raise_limit(count);
    let (mut memory, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (event, ours) = served(count).await;
        let bare = bare::measure(count, &event).await;
        for (what, cost) in [("served", &ours), ("bare broadcast", &bare)] {
            println!(
                "  {what:<20} {:>7.1} KiB a reader   {:>7.2} µs CPU a delivery",
                cost.kib, cost.micros
            );
        }
        memory.push(ours.kib);
        ratios.push(ours.micros / bare.micros);
    }
    let middle = |all: &mut Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    report("resident memory a reader, KiB", middle(&mut memory), 36.0, false);
    report(
        "CPU a delivery against a bare broadcast",
        middle(&mut ratios),
        1.5,
        false,
    );
}

/// What readers cost a process.
pub(crate) struct Cost {
    /// Resident memory for each.
    kib: f64,
    /// Time of the processor for each delivery.
    micros: f64,
}

/// Readers of the server's own stream; with the document of one of the events.
async fn served(count: usize) -> (String, Cost) {
    let (folder, url) = sqlite::database();
    let settings = folder.path().join("bench.toml");
    std::fs::write(&settings, "[server]\nmax_connections = 20000\n").unwrap();
    let server = Server::start_with(&url, &["--config", settings.to_str().unwrap()]);
    let admin = server.admin();
    let made = admin.post("/v1/communities", &json!({"name": "bench"})).await;
    let community = made.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/communities/{community}/acts");
    // The first note makes the person; from the second on there is one event for each.
    note(&admin, &path).await;
    let begin = readers::Begin {
        process: server.id(),
        address: world::address(&server),
        path: "/v1/events/stream?type=case.created",
        key: admin.key(),
    };
    let readers = Readers::start(&begin, count).await;
    let cost = readers
        .cost(EVENTS, BETWEEN, async || note(&admin, &path).await)
        .await;
    let page = admin
        .get("/v1/events?type=case.created&limit=1")
        .await
        .expect(200);
    (page["items"][0].to_string(), cost)
}

async fn note(admin: &Client, path: &str) {
    let note =
        json!({"kind": "note", "member": "discord:1", "reason": "Posted the same link in five channels"});
    admin.post(path, &note).await.expect(201);
}
