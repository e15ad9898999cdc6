//! What of an answer counts, and that nothing which can come over a connection holds a call up, or much memory.

use std::time::Instant;

use tribune::ports::courier::{Courier as _, Letter, Undelivered};

use super::peer::{Habit, Peer};
use super::{LONG, hasty, letter, local, post};

/// What comes of a call in a hurry, which is over soon after its time is.
async fn in_a_hurry(habit: Habit) -> (Result<u16, Undelivered>, Peer) {
    let peer = Peer::start(habit).await;
    let begun = Instant::now();
    let came = post(&hasty(), &peer.url()).await;
    assert!(begun.elapsed() < LONG / 3, "{:?}", begun.elapsed());
    (came, peer)
}

#[tokio::test]
async fn a_request_says_what_it_has_to_and_no_more() {
    let peer = Peer::start(Habit::Answers(
        b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\nok".to_vec(),
    ))
    .await;
    let outbound = local();
    let letter = Letter {
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", "evt_1".to_owned()),
        ],
        ..letter(&format!("{}?a=b%20c", peer.url()))
    };
    for _ in 0..2 {
        assert_eq!(outbound.post(&letter).await.unwrap().status, 200);
    }
    let [first, second] = &peer.requests()[..] else {
        panic!("{:?}", peer.requests());
    };
    assert_eq!(first, second, "no cookies are kept");
    let (head, body) = first.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /hook?a=b%20c HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", peer.address);
    let who = concat!("user-agent: Tribune/", env!("CARGO_PKG_VERSION"));
    let length = format!("content-length: {}", letter.body.len());
    assert_eq!(
        lines,
        [
            &length,
            "content-type: application/json",
            &host,
            who,
            "webhook-id: evt_1"
        ]
    );
    assert_eq!(body.as_bytes(), letter.body);
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [200, 202, 204, 304, 400, 401, 404, 410, 418, 429, 500, 503, 599] {
        let peer = Peer::start(Habit::status(status)).await;
        assert_eq!(post(&local(), &peer.url()).await, Ok(status));
    }
    let old = Peer::start(Habit::Ends(b"HTTP/1.0 200 OK\r\n\r\nuntil the end".to_vec())).await;
    assert_eq!(post(&local(), &old.url()).await, Ok(200));
    let continued = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let early = Peer::start(Habit::Answers(continued.to_vec())).await;
    assert_eq!(post(&local(), &early.url()).await, Ok(200));
}

#[tokio::test]
async fn an_answer_that_does_not_begin_in_time_is_none() {
    for habit in [
        Habit::Stalls(Vec::new()),
        Habit::Stalls(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Habit::Stalls(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n".to_vec()),
        Habit::Trickles(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        Habit::Repeats(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ] {
        let (came, peer) = in_a_hurry(habit).await;
        assert_eq!(came, Err(Undelivered::TimedOut));
        peer.left().await;
    }
}

#[tokio::test]
async fn a_status_counts_whatever_becomes_of_the_body() {
    let head = |more: &str| format!("HTTP/1.1 200 OK\r\n{more}\r\n\r\n").into_bytes();
    let chunk = [b"8000\r\n".as_slice(), &[b'x'; 0x8000], b"\r\n"].concat();
    for habit in [
        Habit::Stalls(head("content-length: 10")),
        Habit::Stalls(head("transfer-encoding: chunked")),
        Habit::Stalls(head("content-length: 1000000000000")),
        Habit::Repeats(head("transfer-encoding: chunked"), chunk),
        Habit::Repeats(head("connection: close"), vec![b'x'; 0x8000]),
        Habit::Repeats(head("content-length: 1000000000000"), vec![b'x'; 0x8000]),
        Habit::Ends([head("content-length: 10"), b"half".to_vec()].concat()),
        Habit::Ends([head("transfer-encoding: chunked"), b"nonsense\r\n".to_vec()].concat()),
    ] {
        let (came, peer) = in_a_hurry(habit).await;
        assert_eq!(came, Ok(200));
        peer.left().await;
    }
}

#[tokio::test]
async fn what_is_no_answer_is_broken() {
    let one = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(64 * 1024));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(200));
    let endless = || Habit::Repeats(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(100));
    for habit in [
        Habit::Closes,
        Habit::Ends(Vec::new()),
        Habit::Ends(b"HTTP/1.1 200".to_vec()),
        Habit::Answers(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        Habit::Answers(b"<html>\r\n\r\n".to_vec()),
        Habit::Answers(vec![0; 4096]),
        Habit::Answers(b"HTTP/1.1 999999 No\r\n\r\n".to_vec()),
        Habit::Answers(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_vec()),
        Habit::Answers(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        Habit::Answers(one.into_bytes()),
        Habit::Answers(many.into_bytes()),
        endless(),
    ] {
        let peer = Peer::start(habit).await;
        assert_eq!(post(&local(), &peer.url()).await, Err(Undelivered::Broken));
        peer.left().await;
    }
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    assert_eq!(
        post(&local(), &format!("http://{address}/")).await,
        Err(Undelivered::Unreachable)
    );
}

#[tokio::test]
async fn a_header_that_cannot_be_written_is_not_sent() {
    let peer = Peer::start(Habit::status(204)).await;
    for header in [
        ("webhook-id", "a\r\nx: y".to_owned()),
        ("webhook id", String::new()),
    ] {
        let letter = Letter {
            headers: vec![header],
            ..letter(&peer.url())
        };
        assert_eq!(local().post(&letter).await, Err(Undelivered::Unsendable));
    }
    assert_eq!(peer.accepted(), 0);
}

#[tokio::test]
async fn connections_are_used_again() {
    let body = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\n".as_slice(),
        &[b'x'; 65_536],
    ]
    .concat();
    for answer in [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec(), body] {
        let peer = Peer::start(Habit::Answers(answer)).await;
        let outbound = local();
        for _ in 0..20 {
            assert_eq!(post(&outbound, &peer.url()).await, Ok(200));
        }
        assert_eq!(peer.requests().len(), 20);
        assert!(peer.accepted() <= 3, "{} connections", peer.accepted());
    }
}
