//! Groups of consumers: what is stuck is claimed, what nobody can work off becomes a dead letter, and what is trimmed was acknowledged, or is
//! told.

use ::redis::Value as Reply;
use tribune::domain::id::TenantId;
use tribune::ports::bus::{Bus as _, Lost, Tidied};

use super::{Streams, bounds, entries, nobody};

/// A stream with these positions, and groups that begin before them.
async fn filled(upto: i64, groups: &[&str]) -> (Streams, TenantId, String) {
    let (streams, tenant) = (Streams::private(), nobody());
    let key = streams.key(&tenant.to_string());
    for group in groups {
        let words = ["XGROUP", "CREATE", &key, group, "0", "MKSTREAM"];
        streams.call::<()>(&words).unwrap();
    }
    streams.bus().append(tenant, 0, &entries(1..=upto)).await.unwrap();
    (streams, tenant, key)
}

fn ack(streams: &Streams, key: &str, group: &str, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        let acknowledged: u64 = streams.call(&["XACK", key, group, &format!("{id}-0")]).unwrap();
        assert_eq!(acknowledged, 1, "{id}");
    }
}

/// How many entries a group has taken and not acknowledged.
fn pending(streams: &Streams, key: &str, group: &str) -> i64 {
    match streams.call::<Vec<Reply>>(&["XPENDING", key, group]).unwrap()[0] {
        Reply::Int(count) => count,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_consumer_leaves_lying_another_claims() {
    let (streams, tenant, key) = filled(3, &["bot"]).await;
    assert_eq!(streams.take(&key, "bot", "dies", 3).len(), 3);
    ack(&streams, &key, "bot", [1]);
    // One delivery is not yet too many, however long ago it was.
    let tidied = streams.bus().tidy(tenant, 3, &bounds(100, 100)).await.unwrap();
    assert_eq!(tidied.buried, 0);
    type Claimed = (String, Vec<(String, Vec<String>)>, Vec<String>);
    let words = ["XAUTOCLAIM", &key, "bot", "lives", "0", "0"];
    let (_, claimed, deleted): Claimed = streams.call(&words).unwrap();
    let ids: Vec<&str> = claimed.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((ids, deleted.len()), (vec!["2-0", "3-0"], 0));
    ack(&streams, &key, "bot", [2, 3]);
    assert_eq!(
        streams
            .bus()
            .tidy(tenant, 3, &bounds(100, 100))
            .await
            .unwrap()
            .buried,
        0
    );
}

#[tokio::test]
async fn what_nobody_can_work_off_becomes_a_dead_letter() {
    let (streams, tenant, key) = filled(4, &["bot", "other"]).await;
    streams.take(&key, "bot", "a", 3);
    ack(&streams, &key, "bot", [1]);
    let claim = ["XCLAIM", &key, "bot", "b", "0", "2-0"];
    streams.call::<Reply>(&claim).unwrap();
    let bus = streams.bus();
    let tidied = bus.tidy(tenant, 4, &bounds(100, 100)).await.unwrap();
    assert_eq!((tidied.buried, &tidied.lost), (1, &Vec::new()));
    assert_eq!(
        bus.tidy(tenant, 4, &bounds(100, 100)).await.unwrap().buried,
        0,
        "once"
    );
    let dead = streams.entries(&streams.dead_key(&tenant.to_string()));
    assert_eq!(dead.len(), 1);
    let fields = ["reason", "group", "consumer", "deliveries", "id", "type", "event"];
    let values = [
        "deliveries",
        "bot",
        "b",
        "2",
        "2-0",
        "case.created",
        r#"{"id":"2"}"#,
    ];
    assert_eq!(dead[0].values(fields), values);
    assert_eq!(pending(&streams, &key, "bot"), 1, "3 is still being worked off");
    assert_eq!(
        streams.take(&key, "other", "a", 10).len(),
        4,
        "nobody else loses it"
    );
    // As the documentation has it: it is handed out once more.
    let again = ["XCLAIM", &key, "bot", "b", "0", "2-0", "RETRYCOUNT", "0", "FORCE"];
    let claimed: Vec<(String, Vec<String>)> = streams.call(&again).unwrap();
    assert_eq!(claimed[0].0, "2-0");
    assert_eq!(bus.tidy(tenant, 4, &bounds(100, 100)).await.unwrap().buried, 0);
    ack(&streams, &key, "bot", [2]);
}

#[tokio::test]
async fn what_is_touched_is_not_stuck() {
    let (streams, tenant, key) = filled(1, &["bot"]).await;
    streams.take(&key, "bot", "a", 1);
    streams
        .call::<Reply>(&["XCLAIM", &key, "bot", "b", "0", "1-0"])
        .unwrap();
    let patient = tribune::ports::bus::Bounds {
        stuck_after: std::time::Duration::from_secs(3_600),
        ..bounds(100, 100)
    };
    assert_eq!(streams.bus().tidy(tenant, 1, &patient).await.unwrap().buried, 0);
}

#[tokio::test]
async fn many_stuck_entries_are_looked_at_page_by_page() {
    let (streams, tenant, key) = filled(1_300, &["bot"]).await;
    assert_eq!(streams.take(&key, "bot", "a", 1_300).len(), 1_300);
    streams
        .call::<Reply>(&["XCLAIM", &key, "bot", "b", "0", "1299-0"])
        .unwrap();
    let tidied = streams
        .bus()
        .tidy(tenant, 1_300, &bounds(2_000, 2_000))
        .await
        .unwrap();
    assert_eq!(tidied.buried, 1);
    assert_eq!(pending(&streams, &key, "bot"), 1_299);
}

#[tokio::test]
async fn what_a_group_has_not_acknowledged_is_not_trimmed() {
    const ALL: i64 = 3_000;
    let (streams, tenant, key) = filled(ALL, &["quick", "slow"]).await;
    let bus = streams.bus();
    let most = bounds(500, 10_000);
    let first = |streams: &Streams| {
        streams.ids(&key)[0]
            .trim_end_matches("-0")
            .parse::<i64>()
            .unwrap()
    };
    bus.tidy(tenant, ALL, &most).await.unwrap();
    assert_eq!(first(&streams), 1, "nobody has taken anything");
    for group in ["quick", "slow"] {
        streams.take(&key, group, "a", 3_000);
        ack(&streams, &key, group, 1..=1_000);
    }
    ack(&streams, &key, "quick", 1_001..=ALL);
    assert_eq!(bus.tidy(tenant, ALL, &most).await.unwrap().lost, []);
    // Whole pieces go, so that a few may stay which could go.
    let kept = first(&streams);
    assert!((800..=1_001).contains(&kept), "{kept}");
    ack(&streams, &key, "slow", 1_002..=ALL);
    bus.tidy(tenant, ALL, &most).await.unwrap();
    assert!(
        (800..=1_001).contains(&first(&streams)),
        "one entry is still being worked off"
    );
    ack(&streams, &key, "slow", [1_001]);
    bus.tidy(tenant, ALL, &most).await.unwrap();
    let kept = first(&streams);
    assert!((2_300..=2_501).contains(&kept), "{kept}");
}

#[tokio::test]
async fn without_a_group_the_length_alone_decides() {
    let (streams, tenant, key) = filled(3_000, &[]).await;
    streams
        .bus()
        .tidy(tenant, 3_000, &bounds(500, 10_000))
        .await
        .unwrap();
    let left = streams.ids(&key).len();
    assert!((500..=700).contains(&left), "{left}");
}

#[tokio::test]
async fn what_goes_unacknowledged_is_told_once() {
    let (streams, tenant, key) = filled(100, &["quick", "slow", "asleep"]).await;
    let bus = streams.bus();
    streams.take(&key, "quick", "a", 100);
    ack(&streams, &key, "quick", 1..=100);
    streams.take(&key, "slow", "a", 60);
    ack(&streams, &key, "slow", 1..=20);
    let hard = bounds(10, 50);
    let lost = |group: &str, first, last| Lost {
        group: group.to_owned(),
        positions: (first, last),
    };
    let mut tidied = bus.tidy(tenant, 100, &hard).await.unwrap();
    tidied.lost.sort_by(|a, b| a.group.cmp(&b.group));
    assert_eq!(tidied.lost, [lost("asleep", 1, 50), lost("slow", 21, 50)]);
    assert_eq!(streams.ids(&key).len(), 50);
    assert_eq!(
        pending(&streams, &key, "slow"),
        10,
        "what is left can be worked off"
    );
    assert_eq!(bus.tidy(tenant, 100, &hard).await.unwrap().lost, [], "once");
    bus.append(tenant, 100, &entries(101..=105)).await.unwrap();
    let tidied = bus.tidy(tenant, 105, &hard).await.unwrap();
    assert_eq!(tidied.lost.len(), 2, "what came to it since");
    let dead = streams.entries(&streams.dead_key(&tenant.to_string()));
    let mut told: Vec<_> = dead
        .iter()
        .map(|entry| entry.values(["reason", "group", "first", "last"]))
        .collect();
    told.sort_unstable();
    let expected = [
        ["trimmed", "asleep", "1-0", "50-0"],
        ["trimmed", "asleep", "51-0", "55-0"],
        ["trimmed", "slow", "21-0", "50-0"],
        ["trimmed", "slow", "51-0", "55-0"],
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_others_put_behind_the_end_says_nothing_about_age() {
    let (streams, tenant, key) = filled(20, &["bot"]).await;
    streams.call::<String>(&["XADD", &key, "*", "a", "b"]).unwrap();
    let tidied = streams.bus().tidy(tenant, 20, &bounds(30, 40)).await.unwrap();
    assert!(
        tidied.last > 1_000_000_000_000,
        "an id is the time unless one is given"
    );
    assert_eq!(tidied.lost, []);
    assert_eq!(streams.ids(&key).len(), 21);
    assert_eq!(
        streams.bus().tidy(nobody(), 5, &bounds(1, 1)).await.unwrap(),
        Tidied::default(),
        "a stream that is not there"
    );
}
