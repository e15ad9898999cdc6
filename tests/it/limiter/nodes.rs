//! What befalls Redis itself: restarts with and without its data, slowness, another master, slots that move.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tribune::domain::limit::Algorithm;
use tribune::domain::limit::named::OnFailure;
use tribune::limiter::memory::Memory;
use tribune::limiter::redis::{Redis, Settings};
use tribune::ports::clock::Ticks;
use tribune::ports::limiter::{Check, CountedBy};

use super::{ask, check, demand, rate, storm};
use crate::support::limits::ROOM;
use crate::support::redis_nodes::{self, Node, Watched};
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::wait;

const SOON: Duration = Duration::from_secs(30);
/// What every limit here permits, for longer than any test runs.
const CAPACITY: u32 = 97;

/// The machine's own time: what waits for something real must not stand still.
struct Machine(Instant);

impl Ticks for Machine {
    fn ticks(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// The counters of a process, which waits so long for them.
fn process(url: &str, prefix: &str, deadline: Duration) -> Arc<Redis> {
    let ticks = Arc::new(Machine(Instant::now()));
    let settings = Settings {
        url: url.to_owned(),
        prefix: prefix.to_owned(),
        deadline,
        clock: None,
    };
    let local = Arc::new(Memory::local(ROOM, ticks.clone()));
    Arc::new(Redis::new(settings, ticks, local).unwrap())
}

fn one(algorithm: Algorithm, key: &str) -> Check {
    check(demand(key, rate(algorithm, i64::from(CAPACITY), 1_000_000), 1))
}

/// Asks under one key until it is denied by who counts, and for `least` at all; how often it passed.
async fn until_denied(limiter: &Redis, algorithm: Algorithm, least: Duration) -> u32 {
    let (begun, mut passed) = (Instant::now(), 0);
    let pace = least / (2 * CAPACITY);
    loop {
        let answer = ask(limiter, one(algorithm, &format!("{algorithm:?}"))).await;
        let verdict = answer.verdicts[0];
        match answer.by {
            CountedBy::Redis if verdict.allowed => passed += 1,
            CountedBy::Redis if begun.elapsed() >= least => return passed,
            CountedBy::Redis => {}
            _ => wait::pace(Duration::from_millis(1)).await,
        }
        // At such a pace that what befalls Redis meanwhile does so in the middle.
        wait::pace(pace).await;
        assert!(begun.elapsed() < SOON, "Redis does not come back");
    }
}

/// What is on disk is counted for ever: two processes that share a limit have passed exactly what it permits, though their Redis was
/// killed in the middle. An answer that got lost with it has spent, so a few may be missing, and never one too many.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_with_everything_on_disk_grants_nothing() {
    let mut node = Node::start(&["--appendonly", "yes", "--appendfsync", "always"]);
    let prefix = super::prefix();
    let processes = [0, 1].map(|_| process(&node.url(), &prefix, Duration::from_secs(1)));
    let asked = Duration::from_millis(1_500);
    let callers: Vec<_> = Algorithm::ALL
        .into_iter()
        .flat_map(|algorithm| processes.clone().map(|process| (algorithm, process)))
        .map(|(algorithm, process)| {
            tokio::spawn(async move { (algorithm, until_denied(&process, algorithm, asked).await) })
        })
        .collect();
    let restarted = tokio::task::spawn_blocking(move || {
        for _ in 0..2 {
            wait::until("some checks", SOON, || {
                node.call::<u32>(&["DBSIZE"])
                    .is_ok_and(|keys| keys > 0)
                    .then_some(())
            });
            node.restart();
        }
        node
    });
    let node = restarted.await.unwrap();
    let mut passed = std::collections::BTreeMap::new();
    for caller in callers {
        let (algorithm, count) = caller.await.unwrap();
        *passed.entry(algorithm).or_insert(0) += count;
    }
    for (algorithm, count) in passed {
        // Each of two processes has at most one answer under way at each of two restarts.
        assert!(
            (CAPACITY - 4..=CAPACITY).contains(&count),
            "{algorithm:?}: {count}"
        );
    }
    for algorithm in Algorithm::ALL {
        // Who comes later is told the same.
        assert_eq!(until_denied(&processes[0], algorithm, Duration::ZERO).await, 0);
    }
    drop(node);
}

/// What is not on disk is granted once more, and no more than that.
#[tokio::test]
async fn a_restart_without_its_data_grants_one_capacity() {
    let mut node = Node::start(&[]);
    let limiter = process(&node.url(), &super::prefix(), Duration::from_secs(1));
    for algorithm in Algorithm::ALL {
        assert_eq!(until_denied(&limiter, algorithm, Duration::ZERO).await, CAPACITY);
    }
    node.restart();
    for algorithm in Algorithm::ALL {
        assert_eq!(
            until_denied(&limiter, algorithm, Duration::ZERO).await,
            CAPACITY,
            "{algorithm:?}"
        );
        assert_eq!(
            until_denied(&limiter, algorithm, Duration::ZERO).await,
            0,
            "{algorithm:?}"
        );
    }
}

/// Nobody waits longer than the deadline for a Redis that has stopped, hardly anybody asks it meanwhile, and once it goes on all do again.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_redis_is_waited_for_no_longer_than_the_deadline() {
    let mut node = Node::start(&[]);
    let limiter = process(&node.url(), &super::prefix(), Duration::from_millis(100));
    let local = || {
        let mut demand = demand("slow", rate(Algorithm::TokenBucket, 1_000_000, 1_000_000), 1);
        demand.on_failure = OnFailure::Local;
        check(demand)
    };
    assert_eq!(ask(&*limiter, local()).await.by, CountedBy::Redis);
    let calls = |node: &Node| {
        let told: String = node.call(&["INFO", "commandstats"]).unwrap();
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
        line.and_then(|rest| rest.split(',').next()?.parse::<u32>().ok())
            .unwrap_or(0)
    };
    let before = calls(&node);
    node.signal("STOP");
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                let (begun, mut answered) = (Instant::now(), 0_u32);
                while begun.elapsed() < Duration::from_secs(2) {
                    assert_eq!(ask(&*limiter, local()).await.by, CountedBy::Local);
                    answered += 1;
                    wait::pace(Duration::from_millis(5)).await;
                }
                answered
            })
        })
        .collect();
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.unwrap();
    }
    node.signal("CONT");
    wait::until_async("Redis to count again", SOON, async || {
        (ask(&*limiter, local()).await.by == CountedBy::Redis).then_some(())
    })
    .await;
    let asked = calls(&node) - before;
    assert!(
        answered > 1_000,
        "{answered} answers in two seconds: somebody waited"
    );
    assert!(
        asked < 20,
        "{asked} calls for {answered} checks while it stood still"
    );
}

/// Sentinel names another master, and checks go there, also though it has never run the script.
#[tokio::test]
async fn checks_follow_the_master_that_sentinel_names() {
    let mut watched = Watched::start();
    let limiter = process(&watched.url(), &super::prefix(), Duration::from_secs(2));
    for algorithm in Algorithm::ALL {
        assert_eq!(until_denied(&limiter, algorithm, Duration::ZERO).await, CAPACITY);
    }
    let before = watched.master();
    // What has reached the replica is known there.
    let reached = |node: &Node| {
        let told: String = node.call(&["INFO", "replication"]).unwrap();
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("master_repl_offset:"));
        line.unwrap().to_owned()
    };
    let [master, replica] = &watched.nodes;
    wait::until("the replica to have caught up", SOON, || {
        (reached(master) == reached(replica)).then_some(())
    });
    watched.nodes[0].kill();
    wait::until("another master", SOON, || {
        (watched.master() != before).then_some(())
    });
    for algorithm in Algorithm::ALL {
        assert_eq!(
            until_denied(&limiter, algorithm, Duration::ZERO).await,
            0,
            "{algorithm:?}"
        );
    }
}

/// Two processes and a cluster whose slot keeps moving, with scripts forgotten on the way: exactly what is permitted passes.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_gets_what_is_permitted_while_its_slot_moves() {
    let (url, prefix) = (redis_nodes::moving_cluster(), super::prefix());
    let processes = [0, 1].map(|_| Arc::new(super::connect(&url, &prefix, None)));
    let before = redis_nodes::moves();
    for algorithm in Algorithm::ALL {
        let processes = processes.clone();
        let passed = storm(16, 40, move |caller, time| {
            let process = processes[caller % 2].clone();
            async move {
                if caller == 0 && time % 10 == 0 {
                    tokio::task::spawn_blocking(redis_nodes::forget_scripts)
                        .await
                        .unwrap();
                }
                let answer = ask(&*process, one(algorithm, &format!("{algorithm:?}"))).await;
                assert_eq!(answer.by, CountedBy::Redis);
                answer.verdicts[0].allowed
            }
        })
        .await;
        assert_eq!(passed, CAPACITY, "{algorithm:?}");
    }
    assert!(redis_nodes::moves() > before, "the slot never moved");
}

/// A server whose Redis goes away says so in its answers and its counters, goes on, and comes back by itself.
#[tokio::test]
async fn a_server_says_that_its_redis_is_away() {
    let store = TestStore::sqlite().await;
    let mut node = Node::start(&[]);
    let url = node.url();
    let server = Server::start_with_environment(&store.database_url(), &[("REDIS_URL", url.as_str())]);
    let client = server.admin();
    let counted_by = async || {
        let check = json!({"rate": {"algorithm": "gcra", "capacity": 1_000, "period": 3_600}, "key": "k"});
        client.post("/v1/checks", &check).await.expect(200)["counted_by"].clone()
    };
    wait::until_async("Redis to count", SOON, async || {
        (counted_by().await == "redis").then_some(())
    })
    .await;
    node.kill();
    for _ in 0..3 {
        assert_eq!(counted_by().await, "local");
    }
    let metrics = String::from_utf8(server.anonymous().get("/metrics").await.bytes.to_vec()).unwrap();
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("tribune_limits_unreached_total{outcome=\"local\"} "));
    assert!(line.unwrap().parse::<u32>().unwrap() >= 3, "{metrics}");
    assert!(metrics.contains("\ntribune_limits_keys "), "{metrics}");
    assert!(
        server.log().contains("the counters of limits cannot be reached"),
        "{}",
        server.log()
    );
    node.restart();
    wait::until_async("Redis to count again", SOON, async || {
        (counted_by().await == "redis").then_some(())
    })
    .await;
}
