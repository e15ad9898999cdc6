//! The storm: an API, workers, Postgres and Redis that are killed, stopped and restarted at random moments under a load, and a checker that
//! holds every record of what happened against the log.
//!
//! The dice are seeded: a failure prints its seed, and `TRIBUNE_SEED=… cargo test --test it faults::storm` plays the same faults again, as far
//! as the machine lets it. `TRIBUNE_STORM_SECONDS=600` has the storm go on for so long; from two minutes on leases run out by themselves,
//! where else the storm sets them back.

mod load;
mod reader;
mod records;
mod relay;
mod world;

use std::time::Duration;

use serde_json::Value;

use crate::store::draw::{self, Dice};
use crate::streams::{entries, log};
use crate::support::client::Client;
use crate::support::wait;
use load::Load;
use reader::Reader;
use records::{Acknowledged, Log, Published, Received, findings};
use relay::Relay;
use world::World;

/// What is still to be done when the storm is over is done by then, leases that were lost included.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many findings are shown: more say no more.
const SHOWN: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_is_done_twice() {
    let seed = draw::seeds((&[], 1))[0];
    // Shown if it fails, wherever it does.
    println!("TRIBUNE_SEED={seed}");
    let mut world = World::start().await;
    let load = Load::start(&world);
    let reader = Reader::start(world.doors.clone());
    let relay = Relay::start(world.doors.clone());
    world.rage(&mut Dice(seed), &load).await;
    let known = load.end().await;
    calm(&world, &known).await;

    let admin = world.doors.first();
    let events = Log(log(&admin).await);
    reader.until(events.positions().last().unwrap_or_default()).await;
    world.until_published(events.0.len()).await;
    world.until_received(events.0.len()).await;
    let acknowledged = Acknowledged {
        cases: cases(&admin, &world.home).await,
        keys: known,
    };
    let published = Published(entries(&world.redis, &world.stream));
    let received = Received(world.receiver.messages());
    let (read, carried) = (reader.end(), relay.end());
    let found = findings(&events, &[&acknowledged, &published, &read, &carried, &received]);
    println!(
        "{} acts, {} events, {} connections of the reader, {} lines of the relay, {} messages to the webhook; {}",
        acknowledged.keys.len(),
        events.0.len(),
        read.0.len(),
        carried.0.len(),
        received.0.len(),
        world.told.join(", "),
    );
    let some = found[..found.len().min(SHOWN)].join("\n");
    assert!(found.is_empty(), "{} findings:\n{some}", found.len());
    // Else nothing was put to the test.
    assert!(read.0.len() > 1 && acknowledged.keys.values().any(|answered| answered.over));
}

/// Waits until the mutes of these keys are over, and nothing is left for relays to do.
async fn calm(world: &World, known: &std::collections::BTreeMap<String, records::Answered>) {
    world.forget_leases().await;
    let admin = world.doors.first();
    let mutes = known.values().filter(|answered| answered.over).count();
    wait::until_async(
        "the ends of all mutes to be recorded, once at least",
        PATIENCE,
        async || {
            let ends = &admin
                .all("/v1/events?limit=500&type=sanction.ended", "after")
                .await;
            let open = admin.get("/v1/directives?state=open&limit=1").await.expect(200);
            (ends.len() >= mutes && open["items"].as_array().unwrap().is_empty()).then_some(())
        },
    )
    .await;
}

async fn cases(client: &Client, home: &str) -> Vec<Value> {
    client.all(&format!("{home}/cases?limit=500"), "cursor").await
}
