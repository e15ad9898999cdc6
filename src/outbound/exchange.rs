//! A letter out, a status back, under one deadline.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::header::USER_AGENT;
use hyper_util::client::legacy::{Client, Error};
use tokio::time::{Instant, timeout_at};

use super::connector::Connector;
use crate::ports::courier::{Letter, Reply, Undelivered};

/// Who calls.
const WHO: &str = concat!("Tribune/", env!("CARGO_PKG_VERSION"));

/// The body of an answer says nothing to us. So much of it is read for so long, because then the connection can be used again.
const REST: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(1);

/// Posts a letter and reads the answer to its end, or drops the connection.
pub(super) async fn run(
    client: &Client<Connector, Full<Bytes>>,
    letter: &Letter,
    timeout: Duration,
) -> Result<Reply, Undelivered> {
    let deadline = Instant::now() + timeout;
    let request = request(letter)?;
    let answer = timeout_at(deadline, client.request(request))
        .await
        .map_err(|_| Undelivered::TimedOut)?
        .map_err(|error| reason(&error))?;
    let status = answer.status().as_u16();
    use_up(answer.into_body(), deadline.min(Instant::now() + PATIENCE)).await;
    Ok(Reply { status })
}

fn request(letter: &Letter) -> Result<Request<Full<Bytes>>, Undelivered> {
    let mut request = Request::post(letter.target.as_str()).header(USER_AGENT, WHO);
    for (name, value) in &letter.headers {
        request = request.header(*name, value);
    }
    request
        .body(Full::new(letter.body.clone()))
        .map_err(|_| Undelivered::Unsendable)
}

/// Reads a body without keeping any of it. The status is there already, so nothing that goes wrong here matters: a body that is not
/// read to its end takes its connection with it.
async fn use_up(mut body: Incoming, until: Instant) {
    let mut left = REST;
    let read = async {
        while body.size_hint().lower() <= left {
            let Some(Ok(frame)) = body.frame().await else {
                return;
            };
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            let Some(rest) = left.checked_sub(length) else {
                return;
            };
            left = rest;
        }
    };
    drop(timeout_at(until, read).await);
}

/// What is told of an error: the connector's own word, or that there was a connection and no answer.
fn reason(error: &Error) -> Undelivered {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(reason) = inner.downcast_ref::<Undelivered>() {
            return *reason;
        }
        cause = inner.source();
    }
    tracing::debug!(?error, "there was a connection, but no answer");
    Undelivered::Broken
}
