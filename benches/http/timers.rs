//! The ends of 100 000 mutes that fall due at once: how long it takes to record them, and whether reads notice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::load::{self, Requests, Seen};
use crate::support::client::Client;
use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world::{self, Place};
use crate::{report, share_of, sqlite};

/// How many mutes there are, and in how many requests at a time they are made: as many as may be in one.
const MUTES: usize = 100_000;
const IN_A_REQUEST: usize = 1_000;
const AT_A_TIME: usize = 4;
/// Reads of standings a second, by how many callers, and how long each look at them takes.
const RATE: f64 = 200.0;
const READERS: usize = 8;
const LOOK: Duration = Duration::from_secs(6);
/// Seconds between the last mute and the end of them all, during which reads have the server to themselves.
const IDLE: f64 = 10.0;
/// Seconds within which all ends are wanted to be recorded.
const TARGET: f64 = 60.0;
/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// On both stores.
pub(crate) async fn measure() {
    println!(
        "Timers: {} mutes due at once, {RATE:.0} reads of standings a second",
        share_of(MUTES)
    );
    let postgres = TestPostgres::durable().await;
    drain("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    drain("SQLite", &url).await;
}

async fn drain(store: &str, url: &str) {
    let server = Server::start(url);
    let places = world::furnish(&server).await;
    let count = share_of(MUTES);
    let due = mute(&server, &places, count).await;
    let reads = standings(&places, count);
    let address = [world::address(&server)];
    let idle = load::paced(&address, (READERS, RATE), LOOK, reads.clone()).await;
    assert_eq!(
        recorded(&server).await,
        0.0,
        "a mute ended before all were made: they took longer than was foreseen"
    );
    tokio::time::sleep_until(due.into()).await;

    let drained = async {
        let deadline = Instant::now() + PATIENCE;
        while recorded(&server).await < count as f64 {
            assert!(Instant::now() < deadline, "not drained after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        due.elapsed()
    };
    let beside = async {
        let mut slowest: Option<Seen> = None;
        loop {
            let seen = load::paced(&address, (READERS, RATE), LOOK, reads.clone()).await;
            if slowest.as_ref().is_none_or(|known| known.p99 < seen.p99) {
                slowest = Some(seen);
            }
            if recorded(&server).await >= count as f64 {
                return slowest.unwrap();
            }
        }
    };
    let (taken, seen) = tokio::join!(drained, beside);
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "  {store}: reads of standings, idle p50 {:.2} ms, p99 {:.2} ms; in the worst {LOOK:?} of the drain p50 {:.2} ms, p99 {:.2} ms",
        millis(idle.p50),
        millis(idle.p99),
        millis(seen.p50),
        millis(seen.p99),
    );
    report(
        &format!("{store}: until all ends are recorded, seconds"),
        taken.as_secs_f64(),
        TARGET,
        false,
    );
    report(
        &format!("{store}: p99 of reads meanwhile, against idle"),
        seen.p99.as_secs_f64() / idle.p99.as_secs_f64(),
        3.0,
        false,
    );
}

/// Mutes so many members until the same moment, and gives that moment. It lies so far ahead that all are made by then, judged by a
/// first request.
async fn mute(server: &Server, places: &[Place], count: usize) -> Instant {
    let requests = count.div_ceil(IN_A_REQUEST);
    let members = |request: usize| {
        let from = request * IN_A_REQUEST;
        from..count.min(from + IN_A_REQUEST)
    };
    // A trial on people of its own says how long one takes.
    let trial = Instant::now();
    let strangers = MUTES * 10..MUTES * 10 + IN_A_REQUEST;
    bulk(server, &places[0], (strangers, 86_400)).await;
    let foreseen = trial.elapsed().as_secs_f64() * requests as f64 * 1.5;
    let due = Instant::now() + Duration::from_secs_f64(foreseen + IDLE + LOOK.as_secs_f64());
    let all: Vec<usize> = (0..requests).collect();
    for some in all.chunks(AT_A_TIME) {
        join_all(some.iter().map(|&request| {
            let left = due - Instant::now();
            let order = (members(request), left.as_secs() + 1);
            bulk(server, &places[request % places.len()], order)
        }))
        .await;
    }
    // The ledger counts whole seconds: the first end is up to one before, the last one up to one behind.
    due - Duration::from_secs(1)
}

/// Mutes members of a place for so many seconds.
async fn bulk(server: &Server, place: &Place, (members, seconds): (std::ops::Range<usize>, u64)) {
    let item = |member| json!({"kind": "mute", "member": format!("discord:{member}"), "duration": seconds});
    let count = members.len();
    let items: Vec<_> = members.map(item).collect();
    let client = Client::new(&server.url, &place.key);
    let path = format!("/v1/communities/{}/acts/bulk", place.community);
    let done = client.post(&path, &json!({"items": items})).await.expect(200);
    assert_eq!(done["succeeded"], count);
}

/// Reads of the standings of those who are muted.
fn standings(places: &[Place], count: usize) -> Requests {
    let places: Arc<[Place]> = places.into();
    Arc::new(move |caller, n| {
        let member = usize::try_from(world::mix(caller as u64, n)).unwrap() % count;
        let place = &places[member / IN_A_REQUEST % places.len()];
        let path = format!(
            "/v1/communities/{}/members/discord:{member}/standing",
            place.community
        );
        load::get(&path, &place.key)
    })
}

/// How many ends the server has recorded.
async fn recorded(server: &Server) -> f64 {
    let text = server.anonymous().get("/metrics").await.bytes;
    let text = String::from_utf8_lossy(&text).into_owned();
    let name = "tribune_expiries_total{outcome=\"recorded\"} ";
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.map_or(0.0, |value| value.parse().unwrap())
}
