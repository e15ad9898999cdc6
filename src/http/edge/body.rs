//! A request's body that must have come whole by a certain moment.
//!
//! No timer is set for a body that is there already, as most are when their handler asks for them.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// The body did not come whole by then.
#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
pub(crate) struct TooSlow;

/// A body that fails with [`TooSlow`] where it would have to be waited for any longer.
pub(super) struct Timely {
    body: Body,
    until: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Timely {
    pub(super) fn by(until: Instant, body: Body) -> Body {
        if body.is_end_stream() {
            return body;
        }
        Body::new(Self {
            body,
            until,
            alarm: None,
        })
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let until = self.until;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
        // The clock besides the alarm: at the same moment the whole request may be given up, and it is the client that was slow.
        if alarm.as_mut().poll(context).is_ready() || Instant::now() >= until {
            return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
