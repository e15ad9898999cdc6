//! The log, followed.

use hyper::Method;
use serde_json::json;

use sqlx::Connection as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::actors::World;
use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::stream::Stream;
use crate::support::wait;

const SOON: Duration = Duration::from_secs(60);

/// Follows the log with these parameters.
async fn follow(client: &Client, parameters: &str) -> Stream {
    let path = format!("/v1/events/stream{parameters}");
    client.call(Method::GET, &path).stream().await
}

/// Makes so many users, each an event.
async fn make_users(world: &World, count: usize) {
    for _ in 0..count {
        world
            .admin
            .post("/v1/users", &json!({"name": "n"}))
            .await
            .expect(201);
    }
}

async fn end(world: &World) -> u64 {
    let log = world.admin.get("/v1/events?limit=500").await.expect(200);
    log["next_cursor"].as_str().unwrap().parse().unwrap()
}

on_every_store! {
    /// The position at once, then each event when it happens, as the log has it.
    async fn a_stream_begins_now_unless_told_otherwise(store) {
        let world = World::start(store);
        let end = end(&world).await;
        let mut stream = follow(&world.admin, "").await;
        assert_eq!(stream.headers["cache-control"], "no-store");
        assert_eq!(stream.headers["x-accel-buffering"], "no");
        let greeting = stream.next().await.unwrap();
        assert_eq!((greeting.id, greeting.retry, greeting.event), (Some(end.to_string()), Some(1_000), None));
        make_users(&world, 2).await;
        let (one, other) = (stream.event().await, stream.event().await);
        let log = world.admin.get(&format!("/v1/events?after={end}")).await.expect(200);
        assert_eq!(json!([one.data, other.data]), log["items"]);
        assert_eq!((one.id, one.event.as_deref()), (Some((end + 1).to_string()), Some("user.created")));
    }

    /// From any position on, whoever comes back misses nothing and gets nothing twice.
    async fn a_stream_resumes_from_any_position(store) {
        let world = World::start(store);
        make_users(&world, 20).await;
        let end = end(&world).await;
        for after in 0..=end {
            let mut stream = follow(&world.admin, &format!("?after={after}")).await;
            assert_eq!(stream.next().await.unwrap().id, Some(after.to_string()));
            let missed = usize::try_from(end - after).unwrap();
            assert_eq!(stream.ids(missed).await, (after + 1..=end).collect::<Vec<_>>());
        }
        let back = world.admin.call(Method::GET, "/v1/events/stream?after=3").header("last-event-id", "7");
        assert_eq!(back.stream().await.ids(2).await, [8, 9], "a reader that comes back knows better than its address");
        make_users(&world, 1).await;
        assert_eq!(follow(&world.admin, &format!("?after={end}")).await.ids(1).await, [end + 1]);
    }

    /// Filters are the log's.
    async fn a_stream_is_filtered(store) {
        let world = World::start(store);
        let (ours, theirs) = (world.community("ours").await, world.community("theirs").await);
        let link = json!({"platform": "telegram", "space": "chat"});
        world.admin.post(&format!("/v1/communities/{ours}/links"), &link).await.expect(201);
        let mut streams = Vec::new();
        for parameters in [
            format!("?community={ours}"),
            "?type=user.created,community.changed".to_owned(),
            "?platform=telegram".to_owned(),
            "?platform=telegram&type=user.created".to_owned(),
        ] {
            streams.push(follow(&world.admin, &parameters).await);
        }
        let bound = world.bound(&[&theirs], &["events:read"]).await;
        streams.push(follow(&bound, "").await);
        let end = end(&world).await;
        let rename = async |community: &str| {
            let path = format!("/v1/communities/{community}");
            world.admin.patch(&path, &json!({"name": "renamed"})).await.expect(200);
        };
        rename(&theirs).await;
        make_users(&world, 1).await;
        rename(&ours).await;
        let (of_theirs, of_nobody, of_ours) = (end + 1, end + 2, end + 3);
        assert_eq!(streams[0].ids(1).await, [of_ours]);
        assert_eq!(streams[1].ids(3).await, [of_theirs, of_nobody, of_ours]);
        assert_eq!(streams[2].ids(1).await, [of_ours]);
        assert_eq!(streams[4].ids(1).await, [of_theirs]);
        let unlinked = follow(&world.admin, &format!("?platform=telegram&after={end}")).await.ids(1).await;
        assert_eq!(unlinked, [of_ours], "read from the store, it is the same");
    }

    /// Whoever may not read, or asks for a position that is not there, gets no stream.
    async fn what_is_no_stream(store) {
        let world = World::start(store);
        let refused = async |client: &Client, parameters: &str, status| {
            let reply = client.get(&format!("/v1/events/stream{parameters}")).await;
            reply.expect(status)["code"].as_str().unwrap().to_owned()
        };
        let blind = world.key("admin", &["cases:read"]).await;
        assert_eq!(refused(&blind, "", 403).await, "forbidden_scope");
        assert_eq!(refused(&world.admin.without_key(), "", 401).await, "unauthenticated");
        for wrong in ["?after=-1", "?after=99999999", "?after=x"] {
            assert_eq!(refused(&world.admin, wrong, 400).await, "bad_cursor", "{wrong}");
        }
        for wrong in ["?type=none.such", "?platform=Discord", "?more=1", "?limit=5"] {
            assert_eq!(refused(&world.admin, wrong, 400).await, "bad_query", "{wrong}");
        }
        let foreign = world.other_tenant().await.post("/v1/communities", &json!({"name": "n"})).await.expect(201);
        let theirs = format!("?community={}", foreign["id"].as_str().unwrap());
        assert_eq!(refused(&world.admin, &theirs, 404).await, "not_found");
        let header = world.admin.call(Method::GET, "/v1/events/stream").header("last-event-id", "seven");
        assert_eq!(header.send().await.expect(400)["code"], "bad_cursor");
    }

    /// A stream ends with its key.
    async fn a_stream_ends_with_its_key(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/keys", &json!({"name": "n", "scopes": ["events:read"]})).await.expect(201);
        let mut stream = follow(&world.admin.with_key(made["secret"].as_str().unwrap()), "").await;
        let mut other = follow(&world.admin, "?type=key.revoked").await;
        stream.next().await.unwrap();
        let id = made["key"]["id"].as_str().unwrap();
        world.admin.delete(&format!("/v1/keys/{id}")).await.expect(200);
        while stream.next().await.is_some() {}
        assert_eq!(other.event().await.data["data"]["key"]["id"], id);
    }
}

/// Notes so many members in a community, with reasons so long that an event is some 3 KB.
async fn note_at_length(client: &Client, community: &str, count: usize) {
    let reason = "why ".repeat(240);
    let act = |n: usize| json!({"kind": "note", "member": format!("discord:{n}"), "reason": reason});
    let acts: Vec<_> = (0..count).map(act).collect();
    let path = format!("/v1/communities/{community}/acts/bulk");
    let done = client.post(&path, &json!({"items": acts})).await.expect(200);
    assert_eq!(done["succeeded"], count);
}

/// A stream over a socket that takes little at a time.
async fn follow_narrowly(client: &Client) -> tokio::net::TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(65_536).unwrap();
    let mut stream = socket.connect(client.address().parse().unwrap()).await.unwrap();
    let request = format!(
        "GET /v1/events/stream HTTP/1.1\r\nhost: test\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        client.key()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // The head of the answer: the reader is one by now.
    let mut head = [0; 8];
    stream.read_exact(&mut head).await.unwrap();
    stream
}

/// A reader that stands still is cut off when it is too far behind, and comes back without having missed anything. What it did not take is
/// kept nowhere for it.
#[tokio::test]
async fn a_reader_that_stands_still_is_cut_off_and_resumes() {
    let world = World::start(TestStore::sqlite().await);
    let community = world.community("c").await;
    let start = end(&world).await;
    let mut stream = follow_narrowly(&world.admin).await;
    // More than what is kept for all readers, and what the sockets hold.
    for _ in 0..8 {
        note_at_length(&world.admin, &community, 1_000).await;
    }
    let end = start + 8_000;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let given = lines.windows(2).filter(|two| two[1].starts_with("event: "));
    let mut ids: Vec<u64> = given
        .map(|two| two[0].trim_start_matches("id: ").parse().unwrap())
        .collect();
    assert!(ids.len() < 8_000, "it was cut off before the end");
    let last = ids.last().copied().unwrap_or(start);
    let back = world.admin.call(Method::GET, "/v1/events/stream");
    let mut stream = back.header("last-event-id", &last.to_string()).stream().await;
    ids.extend(stream.ids(usize::try_from(end - last).unwrap()).await);
    assert_eq!(ids, (start + 1..=end).collect::<Vec<u64>>());
    let metrics = world.anonymous().get("/metrics").await.bytes;
    let metrics = String::from_utf8_lossy(&metrics);
    assert!(
        metrics.contains("tribune_event_readers_cut_off_total 1"),
        "{metrics}"
    );
}

/// What one replica commits, the readers of another get, too, in the same order.
#[tokio::test]
async fn readers_of_one_replica_see_what_another_commits() {
    let store = TestStore::postgres().await;
    let one = Server::start(&store.database_url());
    let other = Server::start_in(&store.database_url(), &one.data_dir());
    let admin = one.admin();
    let mut streams = [follow(&one.admin(), "").await, follow(&other.admin(), "").await];
    let start: u64 = streams[0].next().await.unwrap().id.unwrap().parse().unwrap();
    let make = async |client: Client| {
        for _ in 0..50 {
            client.post("/v1/users", &json!({"name": "n"})).await.expect(201);
        }
    };
    tokio::join!(make(one.admin()), make(other.admin()));
    for stream in &mut streams {
        assert_eq!(
            stream.ids(100).await,
            (start + 1..=start + 100).collect::<Vec<_>>()
        );
    }
    assert_eq!(
        admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"],
        (start + 100).to_string()
    );
}

/// A transaction that was begun long ago, and has its positions already, holds up those after it and not their readers' order: nobody sees
/// a later event before it, so whoever reads on from anywhere misses nothing.
#[tokio::test]
async fn a_transaction_that_is_held_open_hides_nothing() {
    let store = TestStore::postgres().await;
    let server = Server::start(&store.database_url());
    let admin = server.admin();
    let mut stream = follow(&admin, "").await;
    let start: i64 = stream.next().await.unwrap().id.unwrap().parse().unwrap();
    let mut raw = sqlx::PgConnection::connect(&store.database_url()).await.unwrap();
    for round in 0..5 {
        let base = start + round * 4;
        let mut held = raw.begin().await.unwrap();
        sqlx::query("UPDATE tenants SET event_seq = event_seq + 1")
            .execute(&mut *held)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO events (tenant_id, position, kind, at, data) SELECT tenant_id, event_seq, 'user.created', now(), '{}' FROM tenants",
        )
        .execute(&mut *held)
        .await
        .unwrap();
        let others: Vec<_> = (0..3)
            .map(|_| {
                let client = server.admin();
                tokio::spawn(async move { client.post("/v1/users", &json!({"name": "n"})).await.expect(201) })
            })
            .collect();
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        wait::until_async("those after it to wait", SOON, async || {
            let mut watch = sqlx::PgConnection::connect(&store.database_url()).await.unwrap();
            let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut watch).await.unwrap();
            (waiting > 0).then_some(())
        })
        .await;
        for after in start..=base {
            let log = admin
                .get(&format!("/v1/events?after={after}&limit=500"))
                .await
                .expect(200);
            assert_eq!(
                log["next_cursor"],
                base.to_string(),
                "nobody sees what is not committed, nor what comes after it"
            );
        }
        held.commit().await.unwrap();
        for other in others {
            other.await.unwrap();
        }
        let expected: Vec<u64> = (1..=4).map(|n| (base + n).unsigned_abs()).collect();
        assert_eq!(stream.ids(4).await, expected);
    }
}

/// Streams end when the server stops, at once and in good order.
#[tokio::test]
async fn streams_end_with_the_server() {
    let store = TestStore::sqlite().await;
    let mut server = Server::start(&store.database_url());
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = follow(&server.admin(), "").await;
        stream.next().await.unwrap();
        streams.push(stream);
    }
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
    assert!(!server.log().contains("cut off"), "{}", server.log());
    for mut stream in streams {
        assert_eq!(stream.next().await, None);
    }
}
