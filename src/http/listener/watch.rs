//! Watches over one connection: what it is doing, since when, and whether that takes too long.
//!
//! A request only notes what begins and when; one sleeping timer a connection looks now and then. So a busy connection pays
//! few stores a request, and no timer is ever moved.
//!
//! Whoever knows when a request is being answered also knows when hyper writes an answer of its own: those are [`refused`].
//!
//! [`refused`]: super::refused

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::refused::Refusals;

/// How long a connection may take for what it is doing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the headers of a request, from their first byte on.
    pub(super) header: Duration,
    /// For a request to begin, and for a client to go on reading an answer.
    pub(super) idle: Duration,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// It waits for a request.
    Idle = 0,
    /// A request has begun; its headers are not complete.
    Header = 1,
    /// A request is with its handler. The edge knows how long that may take.
    Serving = 2,
    /// An answer waits for the client to read on.
    Stalled = 3,
}

/// The watch over one connection; clones share it.
#[derive(Clone)]
pub(super) struct Watch {
    shared: Arc<Shared>,
}

struct Shared {
    patience: Patience,
    opened: Instant,
    /// The phase in the lowest two bits, above them when it began, in milliseconds since the connection was opened.
    now: AtomicU64,
    /// Whether a request has reached its handler whose answer is not written out yet.
    answering: AtomicBool,
}

impl Watch {
    /// Over a connection that was opened just now. The first request is to begin at once, so it has the time of a header.
    pub(super) fn new(patience: Patience) -> Self {
        let shared = Shared {
            patience,
            opened: Instant::now(),
            now: AtomicU64::new(Phase::Header as u64),
            answering: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The stream, with its reads and writes noted.
    pub(super) fn over<S>(&self, stream: S, refusals: Refusals) -> Watched<S> {
        Watched {
            stream,
            watch: self.clone(),
            refusals,
            refusal: None,
        }
    }

    /// Notes that a request is complete and with its handler.
    pub(super) fn serving(&self) -> Serving {
        self.enter(Phase::Serving);
        self.shared.answering.store(true, Ordering::Relaxed);
        Serving(self.clone())
    }

    /// Notes that whatever was to be written is written.
    fn flushed(&self) {
        // An answer that is over was taken whole from its body before the rest of it was written.
        if !matches!(self.phase().0, Phase::Serving | Phase::Stalled) {
            self.shared.answering.store(false, Ordering::Relaxed);
        }
    }

    /// Whether what is written belongs to the answer of a handler.
    fn is_answering(&self) -> bool {
        self.shared.answering.load(Ordering::Relaxed)
    }

    /// Ready once the connection has taken too long for what it is doing.
    pub(super) async fn expired(&self) {
        let Patience { header, idle } = self.shared.patience;
        loop {
            let limit = match self.phase() {
                (Phase::Header, since) => Some(since + header),
                (Phase::Idle | Phase::Stalled, since) => Some(since + idle),
                (Phase::Serving, _) => None,
            };
            let now = Instant::now();
            if limit.is_some_and(|limit| limit <= now) {
                return;
            }
            // Another phase may begin right after this look; its limit is not met before the next look.
            let soonest = now + header.min(idle);
            tokio::time::sleep_until(limit.map_or(soonest, |limit| limit.min(soonest))).await;
        }
    }

    fn phase(&self) -> (Phase, Instant) {
        let now = self.shared.now.load(Ordering::Relaxed);
        let phase = match now & 3 {
            0 => Phase::Idle,
            1 => Phase::Header,
            2 => Phase::Serving,
            _ => Phase::Stalled,
        };
        (phase, self.shared.opened + Duration::from_millis(now >> 2))
    }

    fn enter(&self, phase: Phase) {
        let since = u64::try_from(self.shared.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        self.shared
            .now
            .store(since << 2 | phase as u64, Ordering::Relaxed);
    }

    /// Leaves a phase for another, unless the connection has moved on already.
    fn leave(&self, from: Phase, to: Phase) {
        if self.phase().0 == from {
            self.enter(to);
        }
    }
}

/// A request that is being served, until its answer is written or given up.
pub(super) struct Serving(Watch);

impl Serving {
    /// The answer, which tells the watch when it is over.
    pub(super) fn until_read(self, answer: Response) -> hyper::Response<Told> {
        answer.map(|body| Told { body, _serving: self })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// A body that holds on to the note that its request is being served.
pub(super) struct Told {
    body: Body,
    _serving: Serving,
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose reads and writes are noted.
pub(super) struct Watched<S> {
    stream: S,
    watch: Watch,
    refusals: Refusals,
    /// What of a refusal is still to be written.
    refusal: Option<Bytes>,
}

impl<S> Watched<S> {
    /// Notes a write that went on or did not.
    fn wrote<T>(&self, written: Poll<T>) -> Poll<T> {
        match self.watch.phase().0 {
            Phase::Serving if written.is_pending() => self.watch.enter(Phase::Stalled),
            Phase::Stalled if written.is_ready() => self.watch.enter(Phase::Serving),
            // The end of an answer, which hyper took whole from its body.
            Phase::Idle if written.is_ready() => self.watch.enter(Phase::Idle),
            _ => {}
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    /// Writes a refusal in place of hyper's bare one, and only then says that the bare one is written.
    fn refuse(&mut self, context: &mut Context<'_>, bare: &[u8]) -> Poll<std::io::Result<usize>> {
        let mut rest = match self.refusal.take() {
            Some(rest) => rest,
            None => self.refusals.in_place_of(bare),
        };
        while !rest.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(0)),
                Poll::Ready(Ok(count)) => drop(rest.split_to(count)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.refusal = Some(rest);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(bare.len()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.watch.leave(Phase::Idle, Phase::Header);
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let written = if self.watch.is_answering() {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        } else {
            self.refuse(context, bytes)
        };
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        if !self.watch.is_answering() {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_write(context, first.map_or(&[], |slice| slice));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        // hyper flushes when it has nothing left to write.
        self.watch.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[path = "watch/tests.rs"]
mod tests;
