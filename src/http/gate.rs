//! The gate before authentication: whoever shows no key that was found good a moment ago is counted by address, so that a flood of them
//! costs neither a query nor a reading of a body. Whoever does is let through uncounted; what their key may do is counted behind.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::Either;
use governor::middleware::NoOpMiddleware;
use tower::Layer;
use tower_governor::governor::{GovernorConfig, GovernorConfigBuilder};
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

use super::client::{self, Peer, Proxies};
use super::problem::{Code, Problem};
use super::{auth, rate_limit};
use crate::domain::limit::{Rate, Verdict};
use crate::service::auth::Recalled;
use crate::service::{Quota, Service};

/// How the anonymous are counted, in answers.
const NAME: &str = "anonymous";

/// The gate, as a layer. Clones share it.
#[derive(Clone)]
pub struct Gate(Option<Arc<Inside>>);

struct Inside {
    service: Service,
    config: Arc<Config>,
    anonymous: GovernorLayer<Origin, NoOpMiddleware, axum::body::Body>,
}

type Config = GovernorConfig<Origin, NoOpMiddleware>;

/// Tells addresses apart.
#[derive(Clone)]
struct Origin {
    proxies: Proxies,
}

impl KeyExtractor for Origin {
    type Key = IpAddr;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<IpAddr, GovernorError> {
        // Without an address everybody is the same one.
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let peer = request
            .extensions()
            .get::<Peer>()
            .map_or(nowhere, |Peer(peer)| peer.ip());
        Ok(client::counted(client::of(
            peer,
            request.headers(),
            &self.proxies,
        )))
    }
}

impl Gate {
    /// Lets everybody through.
    #[must_use]
    pub const fn open() -> Self {
        Self(None)
    }

    /// Counts whoever shows no known key, by the address behind these proxies.
    #[must_use]
    pub fn new(service: Service, rate: Rate, proxies: Proxies) -> Self {
        let each = Duration::from_millis(rate.period()) / rate.capacity();
        let config = GovernorConfigBuilder::default()
            .period(each)
            .burst_size(rate.capacity())
            .key_extractor(Origin { proxies })
            .finish();
        // None for zeros, which no rate is: a second is the shortest period, and a million the most within it.
        let Some(config) = config.map(Arc::new) else {
            return Self::open();
        };
        let anonymous = GovernorLayer::new(config.clone()).error_handler(move |error| refused(&error, rate));
        Self(Some(Arc::new(Inside {
            service,
            config,
            anonymous,
        })))
    }

    /// Forgets addresses that have everything left; to be called from time to time.
    pub fn tidy(&self) {
        if let Some(inside) = &self.0 {
            inside.config.limiter().retain_recent();
        }
    }
}

fn refused(error: &GovernorError, rate: Rate) -> Response {
    let GovernorError::TooManyRequests { wait_time, .. } = error else {
        return Problem::internal(error.clone()).into_response();
    };
    // The time is rounded down where it comes from.
    let wait = (wait_time + 1) * 1_000;
    let verdict = Verdict {
        allowed: false,
        limit: rate.size(),
        remaining: 0,
        retry_after: Some(wait),
        reset_after: wait,
    };
    let quota = Quota::of(&NAME.into(), rate, &verdict);
    let detail = format!(
        "This address has made as many requests without a known API key as it may, which is {} in {} s; come back in {} s.",
        quota.capacity,
        quota.period,
        rate_limit::seconds(quota.more_after)
    );
    Problem::new(Code::RateLimited)
        .detail(detail)
        .headers(rate_limit::refused(&quota))
        .into_response()
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated {
            gate: self.clone(),
            inner,
        }
    }
}

/// What stands behind the gate.
#[derive(Clone)]
pub struct Gated<S> {
    gate: Gate,
    inner: S,
}

impl<S> tower::Service<Request> for Gated<S>
where
    S: tower::Service<Request, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, tower_governor::ResponseFuture<S::Future, axum::body::Body>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Some(inside) = &self.gate.0 else {
            return Either::Left(self.inner.call(request));
        };
        let key = auth::bearer(request.headers()).ok();
        match key.map_or(Recalled::Unknown, |key| inside.service.recall(key)) {
            Recalled::Unknown => Either::Right(inside.anonymous.layer(self.inner.clone()).call(request)),
            Recalled::Lately => Either::Left(self.inner.call(request)),
            Recalled::Now(caller) => {
                request.extensions_mut().insert(caller);
                Either::Left(self.inner.call(request))
            }
        }
    }
}
