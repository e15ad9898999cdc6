//! Names become checked connections. The one way out of the process to an address that somebody else has given.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tower::Service;

use super::guard::Guard;
use super::line::Line;
use super::network::Network;
use crate::ports::courier::Undelivered;

/// The most addresses of one name that are tried, so that nobody's name makes us knock at a hundred doors.
const TRIED: usize = 4;

/// Makes connections; clones share everything.
#[derive(Clone)]
pub(super) struct Connector(Arc<Inner>);

struct Inner {
    guard: Arc<Guard>,
    network: Arc<dyn Network>,
    tls: TlsConnector,
    /// Until when a connection must be there. A call has the same, but the pool goes on with a connection when its call has another.
    timeout: Duration,
    /// Places of connections that are kept.
    kept: Arc<Semaphore>,
}

impl Connector {
    pub(super) fn new(
        guard: Arc<Guard>,
        network: Arc<dyn Network>,
        tls: Arc<ClientConfig>,
        timeout: Duration,
        kept: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            guard,
            network,
            tls: tls.into(),
            timeout,
            kept: Arc::new(Semaphore::new(kept)),
        }))
    }
}

impl Service<Uri> for Connector {
    type Response = Line;
    type Error = Undelivered;
    type Future = Pin<Box<dyn Future<Output = Result<Line, Undelivered>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let inner = self.0.clone();
        Box::pin(async move {
            let deadline = Instant::now() + inner.timeout;
            let connected = timeout_at(deadline, inner.connect(&to, deadline)).await;
            connected.unwrap_or(Err(Undelivered::TimedOut))
        })
    }
}

impl Inner {
    async fn connect(&self, to: &Uri, deadline: Instant) -> Result<Line, Undelivered> {
        let encrypted = to.scheme_str() == Some("https");
        let host = to.host().unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let port = to.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let addresses = self.checked(host, encrypted).await?;
        let stream = self.dial(&addresses, port, deadline).await?;
        // Heads and bodies are written at once; there is nothing to wait for.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(host, ?error, "a connection ended as soon as it was there");
            return Err(Undelivered::Unreachable);
        }
        let place = self.kept.clone().try_acquire_owned().ok();
        if !encrypted {
            return Ok(Line::new(stream, place));
        }
        let failed = |error: &dyn std::fmt::Debug| {
            tracing::debug!(host, ?error, "no secure connection was agreed");
            Undelivered::Tls
        };
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(&error))?;
        let stream = self.tls.connect(name, stream).await;
        Ok(Line::new(stream.map_err(|error| failed(&error))?, place))
    }

    /// The addresses of a host that pass the guard: these and no others are dialled.
    async fn checked(&self, host: &str, encrypted: bool) -> Result<Vec<IpAddr>, Undelivered> {
        let mut addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.network.resolve(host).await.map_err(|error| {
                tracing::debug!(host, ?error, "a name was not resolved");
                Undelivered::Unresolved
            })?,
        };
        if addresses.is_empty() {
            return Err(Undelivered::Unresolved);
        }
        addresses.retain(|&address| self.guard.passes(address, encrypted));
        addresses.truncate(TRIED);
        if addresses.is_empty() {
            tracing::debug!(host, encrypted, "a host leads to no address that may be called");
            return Err(Undelivered::RefusedAddress);
        }
        Ok(addresses)
    }

    /// The first of the addresses that answers. Each has its share of the time that is left.
    async fn dial(
        &self,
        addresses: &[IpAddr],
        port: u16,
        deadline: Instant,
    ) -> Result<TcpStream, Undelivered> {
        let mut reason = Undelivered::Unreachable;
        for (place, &address) in addresses.iter().enumerate() {
            let ahead = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
            let share = deadline.saturating_duration_since(Instant::now()) / ahead;
            let dialled = timeout(share, self.network.dial(SocketAddr::new(address, port))).await;
            reason = match dialled {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => {
                    tracing::debug!(%address, port, ?error, "no connection was made");
                    Undelivered::Unreachable
                }
                Err(_) => Undelivered::TimedOut,
            };
        }
        Err(reason)
    }
}
