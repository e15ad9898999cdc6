//! `kill -9` of what publishes and of Redis in the middle of a load, with and without what Redis has kept: the stream is the log afterwards.

use super::checker::{Durable, Ledger};
use crate::streams::{is_the_log, serve};
use crate::support::redis_nodes::Node;

const ROUNDS: usize = 3;
const WORKERS: usize = 8;

async fn kill_whoever_publishes(database: &Durable, mut redis: Node) {
    let mut server = serve(&database.url(), &redis, &[]);
    let ledger = Ledger::make(&server).await;
    for round in 0..ROUNDS {
        let workers = ledger.load(&server, round, WORKERS);
        ledger.until_acknowledged(60 + 7 * round).await;
        redis.restart();
        ledger.until_acknowledged(40 + 5 * round).await;
        server.kill();
        for worker in workers {
            worker.await.unwrap();
        }
        server.restart();
        ledger.repeat_all(&server.admin()).await;
        is_the_log(&redis, &server.admin()).await;
    }
    ledger.check(&server.admin()).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_where_redis_forgets_on_sqlite() {
    let redis = Node::start(&["--save", "", "--appendonly", "no"]);
    kill_whoever_publishes(&Durable::sqlite(), redis).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_where_redis_forgets_on_postgres() {
    let redis = Node::start(&["--save", "", "--appendonly", "no"]);
    kill_whoever_publishes(&Durable::postgres().await, redis).await;
}

/// What Redis has kept may end a second before what it had taken.
#[tokio::test]
async fn nothing_is_lost_or_doubled_where_redis_remembers() {
    let redis = Node::start(&["--save", "", "--appendonly", "yes"]);
    kill_whoever_publishes(&Durable::sqlite(), redis).await;
}

/// A process that stands still in the middle of publishing, and goes on long after another has taken its place, appends nothing twice.
#[tokio::test]
async fn a_publisher_that_stands_still_for_a_while_does_no_harm() {
    let redis = Node::start(&["--save", "", "--appendonly", "no"]);
    let database = Durable::postgres().await;
    let mut still = serve(&database.url(), &redis, &[]);
    let ledger = Ledger::make(&still).await;
    // The first start made the key.
    let mut server = serve(&database.url(), &redis, &[]);
    server.admin_key.clone_from(&still.admin_key);
    let workers = ledger.load(&server, 0, WORKERS);
    for round in 0..ROUNDS {
        ledger.until_acknowledged(30 + 11 * round).await;
        still.signal("STOP");
        ledger.until_acknowledged(150).await;
        still.signal("CONT");
    }
    ledger.until_acknowledged(60).await;
    server.kill();
    for worker in workers {
        worker.await.unwrap();
    }
    ledger.repeat_all(&still.admin()).await;
    is_the_log(&redis, &still.admin()).await;
}
