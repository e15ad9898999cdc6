//! Appending: where the stream ends, or not at all.

use futures_util::future::join_all;
use tribune::ports::bus::{Appended, Bus as _, Tip};

use super::{Streams, entries, nobody};
use crate::support::redis_nodes;

#[tokio::test]
async fn entries_are_appended_behind_the_end_and_nowhere_else() {
    let (streams, tenant) = (Streams::private(), nobody());
    let bus = streams.bus();
    assert_eq!(bus.tip(tenant).await.unwrap(), Tip::default());
    assert_eq!(
        bus.append(tenant, 0, &entries(1..=3)).await.unwrap(),
        Appended::All
    );
    for wrong in [0, 1, 2, 4, i64::MAX] {
        let appended = bus.append(tenant, wrong, &entries(7..=9)).await.unwrap();
        assert_eq!(appended, Appended::Elsewhere, "{wrong}");
    }
    // A log may have gaps, a stream its own.
    assert_eq!(
        bus.append(tenant, 3, &entries(5..=6)).await.unwrap(),
        Appended::All
    );
    let key = streams.key(&tenant.to_string());
    assert_eq!(streams.ids(&key), ["1-0", "2-0", "3-0", "5-0", "6-0"]);
    let entry = &streams.entries(&key)[0];
    let fields = ["type", "community", "user", "at", "version", "event"];
    let values = [
        "case.created",
        "",
        "",
        "2026-11-27T00:00:00.000000Z",
        "1",
        r#"{"id":"1"}"#,
    ];
    assert_eq!((entry.fields.len(), entry.values(fields)), (6, values));
    let newest = Some((
        6,
        "case.created".to_owned(),
        "2026-11-27T00:00:00.000000Z".to_owned(),
    ));
    let tip = Tip {
        last: 6,
        newest,
        length: 5,
    };
    assert_eq!(bus.tip(tenant).await.unwrap(), tip);
    // The end is that of what was appended, whatever was taken out since.
    streams.call::<u64>(&["XDEL", &key, "6-0"]).unwrap();
    assert_eq!(bus.tip(tenant).await.unwrap().last, 6);
    assert_eq!(
        bus.append(tenant, 5, &entries(6..=6)).await.unwrap(),
        Appended::Elsewhere
    );
}

#[tokio::test]
async fn a_stream_that_a_consumer_made_is_filled_from_the_beginning() {
    let (streams, tenant) = (Streams::private(), nobody());
    let key = streams.key(&tenant.to_string());
    streams
        .call::<()>(&["XGROUP", "CREATE", &key, "bot", "$", "MKSTREAM"])
        .unwrap();
    let bus = streams.bus();
    assert_eq!(bus.tip(tenant).await.unwrap(), Tip::default());
    bus.append(tenant, 0, &entries(1..=2)).await.unwrap();
    assert_eq!(streams.take(&key, "bot", "a", 10).len(), 2);
}

#[tokio::test]
async fn a_key_that_is_no_stream_is_refused_and_left_alone() {
    let (streams, tenant) = (Streams::private(), nobody());
    let key = streams.key(&tenant.to_string());
    streams.call::<()>(&["SET", &key, "mine"]).unwrap();
    let bus = streams.bus();
    let refused = bus.append(tenant, 0, &entries(1..=1)).await.unwrap_err();
    assert!(refused.reason.contains("WRONGTYPE"), "{refused}");
    assert!(bus.tip(tenant).await.is_err());
    assert_eq!(streams.call::<String>(&["GET", &key]).unwrap(), "mine");
    assert_eq!(bus.connections(), 1, "the connection is as good as before");
}

/// Four publishers, each of which appends what it believes to be next, and looks again where it was wrong.
async fn race(streams: &Streams, upto: i64) {
    let tenant = nobody();
    let publisher = |number: i64| async move {
        let bus = streams.bus();
        let (mut at, mut wrong) = (0, 0);
        while at < upto {
            let next = (at + 1 + number).min(upto);
            match bus.append(tenant, at, &entries(at + 1..=next)).await {
                Ok(Appended::All) => at = next,
                Ok(Appended::Elsewhere) => {
                    wrong += 1;
                    at = bus.tip(tenant).await.unwrap().last;
                }
                Err(error) => panic!("{error}"),
            }
        }
        wrong
    };
    let wrong: u32 = join_all((0..4).map(publisher)).await.into_iter().sum();
    assert!(wrong > 0, "they never met");
    let key = streams.key(&tenant.to_string());
    let mut ids = Vec::new();
    let bus = streams.bus();
    assert_eq!(bus.tip(tenant).await.unwrap().length, upto.unsigned_abs());
    if !streams.url.contains("cluster") {
        ids.extend(streams.ids(&key));
        assert!(
            ids.iter()
                .cloned()
                .eq((1..=upto).map(|position| format!("{position}-0")))
        );
    }
}

#[tokio::test]
async fn publishers_side_by_side_lose_and_double_nothing() {
    race(&Streams::private(), 2_000).await;
}

#[tokio::test]
async fn publishers_side_by_side_lose_and_double_nothing_in_a_cluster() {
    let streams = Streams::at(&redis_nodes::moving_cluster());
    race(&streams, 300).await;
    // Both streams of a tenant are on one node, so that one script may have both.
    let (bus, tenant) = (streams.bus(), nobody());
    bus.append(tenant, 0, &entries(1..=50)).await.unwrap();
    let tidied = bus.tidy(tenant, 50, &super::bounds(10, 20)).await.unwrap();
    assert_eq!((tidied.last, tidied.buried), (50, 0));
    let user = tribune::domain::id::UserId(uuid::Uuid::nil());
    let clears = tribune::ports::bus::Clears::User(user);
    assert_eq!(bus.clear(tenant, clears).await.unwrap(), 0);
    let gone = bus
        .clear(tenant, tribune::ports::bus::Clears::Tenant(tenant))
        .await
        .unwrap();
    assert_eq!(gone, 1);
    assert_eq!(bus.tip(tenant).await.unwrap(), Tip::default());
}
