//! The accept loop, over real sockets with short limits: slow, silent and too many clients, and the end of it all.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Notify, oneshot};
use tokio::task::JoinHandle;
use tribune::http::listener::{self, Limits};

use crate::support::wait;

mod refused;

/// Longer than any limit here that is meant to pass, shorter than anyone's patience with a failing test.
const SOON: Duration = Duration::from_secs(20);
/// A limit that is meant to be met.
const SHORT: Duration = Duration::from_millis(100);

const PATIENT: Limits = Limits {
    connections: 100,
    header: SOON,
    idle: SOON,
    grace: SOON,
};

/// A running listener.
struct Running {
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(listener::run(listener, router, limits, async {
            stopped.await.ok();
        }));
        Self {
            address,
            stop: Some(stop),
            ended,
        }
    }

    /// A connection on which `text` was sent.
    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

/// Everything that comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut text)).await;
    // A reset is an end too: the server does not read on what it will not answer.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&text).into_owned()
}

/// What comes until it ends with `end`.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut bytes = [0; 1024];
        let read = tokio::time::timeout(SOON, stream.read(&mut bytes)).await;
        let read = read.expect("an answer").unwrap();
        assert!(read > 0, "the connection ended after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

const GET: &str = "GET / HTTP/1.1\r\nhost: test\r\n\r\n";

#[tokio::test]
async fn headers_that_do_not_end_are_not_waited_for() {
    let server = Running::start(
        hello(),
        Limits {
            header: SHORT,
            ..PATIENT
        },
    )
    .await;
    let mut steady = server.say(GET).await;
    until(&mut steady, "hello").await;
    for beginning in ["", "G", "GET / HTTP/1.1\r\nhost: test\r\nx-slow: "] {
        let mut slow = server.say(beginning).await;
        assert_eq!(rest(&mut slow).await, "", "after {beginning:?}");
    }
    // Longer than a header may take has passed since its first request, and it may still make another.
    steady.write_all(GET.as_bytes()).await.unwrap();
    until(&mut steady, "hello").await;
}

#[tokio::test]
async fn a_trickle_does_not_buy_time() {
    let server = Running::start(
        hello(),
        Limits {
            header: SHORT,
            ..PATIENT
        },
    )
    .await;
    let mut slow = server.say("GET / HTTP/1.1\r\n").await;
    let (mut reader, mut writer) = slow.split();
    let mut sink = Vec::new();
    let drip = async {
        // Writing fails some time after the other side has closed.
        while writer.write_all(b"x").await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let (closed, ()) = tokio::join!(tokio::time::timeout(SOON, reader.read_to_end(&mut sink)), drip);
    let _ = closed.expect("the server closes the connection");
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let server = Running::start(
        hello(),
        Limits {
            idle: SHORT,
            ..PATIENT
        },
    )
    .await;
    let mut stream = server.say(GET).await;
    let answer = rest(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("hello"),
        "{answer}"
    );
}

#[tokio::test]
async fn answers_that_nobody_reads_are_given_up() {
    let large = Router::new().route("/", get(async || vec![b'x'; 64 << 20]));
    let limits = Limits {
        connections: 1,
        idle: SHORT,
        ..PATIENT
    };
    let server = Running::start(large, limits).await;
    let _unread = server.say(GET).await;
    // The one slot is free again only when the other connection is over.
    let mut next = server.say("GET /nowhere HTTP/1.1\r\nhost: test\r\n\r\n").await;
    assert!(rest(&mut next).await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn a_slow_handler_is_not_the_listeners_business() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let slow = Router::new().route(
        "/slow",
        get(async move || {
            opened.notified().await;
            "done"
        }),
    );
    let limits = Limits {
        header: SHORT,
        idle: SHORT,
        ..PATIENT
    };
    let server = Running::start(slow, limits).await;
    let mut waiting = server.say("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    // Both limits pass while these are closed, one after the other.
    for _ in 0..2 {
        rest(&mut server.say("G").await).await;
    }
    gate.notify_one();
    until(&mut waiting, "done").await;
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_for_their_turn() {
    const CAP: usize = 2;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pairs = Arc::new(Barrier::new(CAP));
    let seen = most.clone();
    let counting = Router::new().route(
        "/",
        get(async move || {
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            pairs.wait().await;
            now.fetch_sub(1, Ordering::SeqCst);
            "counted"
        }),
    );
    let server = Running::start(
        counting,
        Limits {
            connections: CAP,
            ..PATIENT
        },
    )
    .await;
    let once = "GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    let mut streams = Vec::new();
    for _ in 0..4 * CAP {
        streams.push(server.say(once).await);
    }
    for mut stream in streams {
        assert!(rest(&mut stream).await.ends_with("counted"));
    }
    assert_eq!(most.load(Ordering::SeqCst), CAP);
}

#[tokio::test]
async fn shutting_down_lets_running_requests_finish() {
    let (gate, inside) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (opened, entered) = (gate.clone(), inside.clone());
    let slow = Router::new().route(
        "/",
        get(async move || {
            entered.notify_one();
            opened.notified().await;
            "finished"
        }),
    );
    let mut server = Running::start(slow, PATIENT).await;
    let mut silent = server.say("").await;
    let mut running = server.say(GET).await;
    inside.notified().await;
    server.stop();
    let address = server.address;
    wait::until_async("the port to close", SOON, async || {
        TcpStream::connect(address).await.err()
    })
    .await;
    assert_eq!(rest(&mut silent).await, "");
    assert!(!server.ended.is_finished());
    gate.notify_one();
    assert!(rest(&mut running).await.ends_with("finished"));
    tokio::time::timeout(SOON, server.ended)
        .await
        .expect("it ends")
        .unwrap();
}

#[tokio::test]
async fn what_does_not_finish_within_the_grace_is_cut_off() {
    let inside = Arc::new(Notify::new());
    let entered = inside.clone();
    let stuck = Router::new().route(
        "/",
        get(async move || {
            entered.notify_one();
            pending::<&str>().await
        }),
    );
    let mut server = Running::start(
        stuck,
        Limits {
            grace: SHORT,
            ..PATIENT
        },
    )
    .await;
    let mut running = server.say(GET).await;
    inside.notified().await;
    server.stop();
    assert_eq!(rest(&mut running).await, "");
    tokio::time::timeout(SOON, server.ended)
        .await
        .expect("it ends")
        .unwrap();
}
