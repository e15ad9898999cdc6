//! The accept loop: connections are capped, watched over and, at the end, let finish.
//!
//! `axum::serve` knows no time limits and no cap, so this is hyper's own connection with a [`watch`] over it. What a
//! connection may take is in [`Limits`]; what a request may take once its headers are there, `edge` says.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::Service as _;

use super::client::Peer;

mod refused;
mod watch;

use refused::Refusals;
use watch::{Patience, Watch, Watched};

/// The most bytes that a request's head may have, and that may wait to be understood. The catalogue of problems names it.
const HEAD: usize = 64 * 1024;

/// How long to wait when the system has no connection to give (usually: no free file descriptors).
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(500);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many are served at a time; more wait in the system's queue.
    pub connections: usize,
    /// From the first byte of a request until its headers are complete.
    pub header: Duration,
    /// How long a connection may wait for its next request, and an answer for its client to read on.
    pub idle: Duration,
    /// How long running requests may take to finish after the shutdown began.
    pub grace: Duration,
}

/// Serves until `shutdown` is ready, then closes the listener, lets running requests finish within the grace, and returns.
pub async fn run(listener: TcpListener, router: Router, limits: Limits, shutdown: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let refusals = Refusals::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer, slot) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        // Small answers must not wait for the client's acknowledgement of earlier ones.
        drop(stream.set_nodelay(true));
        let watch = Watch::new(Patience {
            header: limits.header,
            idle: limits.idle,
        });
        let stream = watch.over(stream, refusals.clone());
        connections.spawn(serve(stream, watch, (router.clone(), peer), &graceful, slot));
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    if tokio::time::timeout(limits.grace, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            connections = connections.len(),
            "the grace is over: the remaining connections are cut off"
        );
    }
    connections.shutdown().await;
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Peer, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed; were it, serving without a cap beats not serving.
    let slot = slots.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, Peer(peer), slot),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
            }
        }
    }
}

/// Whether the client went away before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// One connection, from its first byte to its end. The slot is free again when it is over.
fn serve(
    stream: Watched<TcpStream>,
    watch: Watch,
    (router, peer): (Router, Peer),
    graceful: &GracefulShutdown,
    slot: Option<OwnedSemaphorePermit>,
) -> impl Future<Output = ()> + use<> {
    let io = TokioIo::new(stream);
    let on_request = watch.clone();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let serving = on_request.serving();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        let answer = router.clone().call(request);
        async move {
            let answer = answer.await.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(serving.until_read(answer))
        }
    });
    let connection = http1::Builder::new()
        // The buffer grows in steps, so its end alone would not be the same for everyone.
        .max_header_size(HEAD)
        .max_buf_size(HEAD)
        .serve_connection(io, service);
    let connection = graceful.watch(connection);
    async move {
        let _slot = slot;
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(error = %error, "a connection ended early");
            },
            () = watch.expired() => tracing::debug!("a connection was closed: it was idle or too slow"),
        }
    }
}
