//! What groups of consumers rely on: what one of them leaves is claimed by another, what nobody can work off is a dead letter, and what is
//! not acknowledged does not go in silence.

use redis::Value;

use super::{SOON, community, entries, is_the_log, key, notes, serve};
use crate::support::redis_nodes::Node;
use crate::support::store::TestStore;
use crate::support::wait;

/// Begins a group at the beginning of a stream.
fn group(redis: &Node, key: &str) {
    redis
        .call::<String>(&["XGROUP", "CREATE", key, "bots", "0", "MKSTREAM"])
        .unwrap();
}

/// Has a consumer take entries in hand.
fn take(redis: &Node, key: &str, consumer: &str, count: &str) {
    let words = [
        "XREADGROUP",
        "GROUP",
        "bots",
        consumer,
        "COUNT",
        count,
        "STREAMS",
        key,
        ">",
    ];
    redis.call::<Value>(&words).unwrap();
}

/// How many entries the group has in hand.
fn pending(redis: &Node, key: &str) -> i64 {
    let (count, ..): (i64, Value, Value, Value) = redis.call(&["XPENDING", key, "bots"]).unwrap();
    count
}

fn length(redis: &Node, key: &str) -> usize {
    redis.call(&["XLEN", key]).unwrap()
}

#[tokio::test]
async fn what_a_consumer_leaves_is_claimed_and_what_nobody_can_work_off_is_a_dead_letter() {
    let store = TestStore::sqlite().await;
    let redis = Node::start(&["--save", "", "--appendonly", "no"]);
    let settings = [("MAX_DELIVERIES", "3"), ("STUCK_AFTER", "300ms")];
    let server = serve(&store.database_url(), &redis, &settings);
    let admin = server.admin();
    let home = community(&admin).await;
    notes(&admin, &home, 3).await;
    let all = is_the_log(&redis, &admin).await;
    let (key, first) = (key(&admin).await, all[0].0.clone());
    group(&redis, &key);
    take(&redis, &key, "first", "1");
    // A second consumer claims what the first one left, as often as it likes.
    for _ in 0..2 {
        let claim = ["XAUTOCLAIM", &key, "bots", "second", "0", "0", "COUNT", "1"];
        let (_, claimed, _): (String, Vec<super::Entry>, Value) = redis.call(&claim).unwrap();
        assert_eq!(claimed, all[..1]);
    }
    let dead = format!("{key}:dead");
    let letters = wait::until("a dead letter", SOON, || {
        Some(entries(&redis, &dead)).filter(|letters| !letters.is_empty())
    });
    let letter = &letters[0].1;
    let said = ["reason", "group", "consumer", "deliveries", "id"].map(|field| letter[field].as_str());
    assert_eq!(said, ["deliveries", "bots", "second", "3", &first]);
    assert_eq!(letter["event"], all[0].1["event"], "with all that it was");
    wait::until("the entry to be acknowledged", SOON, || {
        (pending(&redis, &key) == 0).then_some(())
    });
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn what_a_group_has_not_acknowledged_stays() {
    let store = TestStore::sqlite().await;
    let redis = Node::start(&[
        "--save",
        "",
        "--appendonly",
        "no",
        "--stream-node-max-entries",
        "4",
    ]);
    let settings = [
        ("MAX_LENGTH", "10"),
        ("HARD_LENGTH", "1000"),
        ("STUCK_AFTER", "400ms"),
    ];
    let server = serve(&store.database_url(), &redis, &settings);
    let admin = server.admin();
    let (home, key) = (community(&admin).await, key(&admin).await);
    wait::until("the stream to be there", SOON, || {
        (length(&redis, &key) > 0).then_some(())
    });
    group(&redis, &key);
    take(&redis, &key, "first", "1");
    notes(&admin, &home, 40).await;
    let all = is_the_log(&redis, &admin).await;
    assert!(all.len() >= 40, "nothing goes while the first entry is in hand");
    take(&redis, &key, "first", "1000");
    let mut acknowledge = vec!["XACK", &key, "bots"];
    acknowledge.extend(all.iter().map(|(id, _)| id.as_str()));
    redis.call::<i64>(&acknowledge).unwrap();
    wait::until("what is acknowledged to go", SOON, || {
        (length(&redis, &key) <= 14).then_some(())
    });
    assert!(length(&redis, &key) >= 10);
    assert_eq!(length(&redis, &format!("{key}:dead")), 0);
}

#[tokio::test]
async fn what_goes_unacknowledged_is_said() {
    let store = TestStore::sqlite().await;
    let redis = Node::start(&[
        "--save",
        "",
        "--appendonly",
        "no",
        "--stream-node-max-entries",
        "4",
    ]);
    let settings = [
        ("MAX_LENGTH", "5"),
        ("HARD_LENGTH", "10"),
        ("STUCK_AFTER", "400ms"),
    ];
    let server = serve(&store.database_url(), &redis, &settings);
    let admin = server.admin();
    let (home, key) = (community(&admin).await, key(&admin).await);
    wait::until("the stream to be there", SOON, || {
        (length(&redis, &key) > 0).then_some(())
    });
    group(&redis, &key);
    notes(&admin, &home, 40).await;
    let last = super::log(&admin).await.len();
    let letters = wait::until("the last of what went to be told", SOON, || {
        let letters = entries(&redis, &format!("{key}:dead"));
        let end = format!("{}-0", last - 10);
        letters
            .last()
            .is_some_and(|(_, letter)| letter["last"] == end)
            .then_some(letters)
    });
    let ranges: Vec<[&str; 4]> = letters
        .iter()
        .map(|(_, l)| ["reason", "group", "first", "last"].map(|field| l[field].as_str()))
        .collect();
    assert!(
        ranges
            .iter()
            .all(|[reason, group, ..]| (*reason, *group) == ("trimmed", "bots")),
        "{ranges:?}"
    );
    assert_eq!(ranges[0][2], "1-0", "from the beginning: {ranges:?}");
    assert_eq!(length(&redis, &key), 10);
    assert!(
        server
            .log()
            .contains("entries went that the group had not acknowledged")
    );
}
