//! What the stream is compared with: tokio's broadcast, and axum's server-sent events over it, without anything else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures_util::stream::{self, Stream};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::readers::{Begin, Readers};
use super::{BETWEEN, Cost, EVENTS};
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::scratch;

/// How many events wait for the slowest reader.
const ROOM: usize = 1_024;

/// An event: its position and its document.
type Told = (u64, Arc<str>);

/// What readers of this cost, who are given the same document as often.
pub(crate) async fn measure(count: usize, document: &str) -> Cost {
    let folder = scratch::folder("bare");
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.arg("serve-broadcast");
    let mut process = Process::start(command, &folder.path().join("log"));
    let address = process.wait_in_log("the bare broadcast", Duration::from_secs(60), |log| {
        let (line, _) = log.split_once('\n')?;
        line.strip_prefix("serving ").map(str::to_owned)
    });
    let client = Client::anonymous(&format!("http://{address}"));
    let begin = Begin {
        process: process.id(),
        address,
        path: "/stream",
        key: "none",
    };
    let readers = Readers::start(&begin, count).await;
    let publish = async || {
        let call = client.call(hyper::Method::POST, "/publish");
        call.body(document.to_owned()).send().await.expect(200);
    };
    readers.cost(EVENTS, BETWEEN, publish).await
}

/// The process: serves until it is killed.
pub(crate) async fn serve() {
    let sender: Sender<Told> = broadcast::channel(ROOM).0;
    let router = Router::new()
        .route("/stream", get(follow))
        .route("/publish", post(publish))
        .with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("serving {}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn publish(State(sender): State<Sender<Told>>, document: String) {
    // Nobody listens: nobody is told.
    drop(sender.send((42, document.into())));
}

async fn follow(State(sender): State<Sender<Told>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Something at once, as ours has it.
    let greeting = Event::default().retry(Duration::from_secs(1)).id("41");
    let begun = stream::once(async { Ok(greeting) });
    let events = stream::unfold(sender.subscribe(), async |mut receiver: Receiver<Told>| {
        let (position, document) = receiver.recv().await.ok()?;
        let event = Event::default().id(position.to_string()).event("case.created");
        Some((Ok(event.data(&*document)), receiver))
    });
    Sse::new(stream::StreamExt::chain(begun, events))
}
