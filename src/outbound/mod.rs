//! The courier over HTTP/1.1: calls to addresses that tenants have given, none of which reaches what the operator has not allowed.
//!
//! A call goes through one guard, at one place: between looking a name up and dialling, in the connector. Whatever a URL says, and whatever
//! a name resolved to before, an address is dialled only if it passed the guard a moment ago, and it is that address and no name that
//! is dialled. A connection that is kept was checked when it was made, and stays with the machine that it was made to.
//!
//! Nothing here follows redirects, reads proxies from the environment, keeps cookies or unpacks bodies.

mod authorities; // who may say that a host is who it says
mod connector; // names become checked connections
mod exchange; // a letter out, a status back
mod guard; // which addresses may be called
mod line; // a connection, and whether it is kept
pub mod network; // looking names up and dialling

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipnet::IpNet;

pub use self::authorities::Unusable;
use self::connector::Connector;
use self::guard::Guard;
use self::network::{Machine, Network};
use crate::domain::target::Target;
use crate::ports::courier::{Courier, Forbidden, Letter, Reply, Undelivered};

/// Connections that are kept for further calls, altogether and for each host. Others are used once.
const KEPT: usize = 512;
const KEPT_PER_HOST: usize = 32;

/// For how long a connection is kept without a call.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// The most bytes that the head of an answer may have.
const HEAD: usize = 32 * 1024;

/// What the operator says about calls.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What may be called beside the public network, and without encryption.
    pub allowed_networks: Vec<IpNet>,
    /// The operator's own authorities, in PEM; believed beside those that browsers believe.
    pub ca_file: Option<PathBuf>,
    /// Until when a call must have its answer.
    pub timeout: Duration,
}

/// Carries letters over HTTP/1.1, to where the guard lets them.
pub struct Outbound {
    guard: Arc<Guard>,
    client: Client<Connector, Full<Bytes>>,
    timeout: Duration,
}

impl Outbound {
    /// Over this machine's network.
    ///
    /// # Errors
    /// [`Unusable`] when the file of authorities cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        Self::over(settings, Arc::new(Machine::default()))
    }

    /// Over another network, such as a test's.
    ///
    /// # Errors
    /// [`Unusable`] when the file of authorities cannot be used.
    pub fn over(settings: Settings, network: Arc<dyn Network>) -> Result<Self, Unusable> {
        Self::keeping(KEPT, settings, network)
    }

    fn keeping(kept: usize, settings: Settings, network: Arc<dyn Network>) -> Result<Self, Unusable> {
        let tls = authorities::tls(settings.ca_file.as_deref())?;
        let guard = Arc::new(Guard::new(settings.allowed_networks));
        let connector = Connector::new(guard.clone(), network, tls, settings.timeout, kept);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(KEPT_PER_HOST)
            .http1_max_buf_size(HEAD)
            .build(connector);
        Ok(Self {
            guard,
            client,
            timeout: settings.timeout,
        })
    }
}

#[async_trait]
impl Courier for Outbound {
    fn permits(&self, target: &Target) -> Result<(), Forbidden> {
        self.guard.permits(target)
    }

    async fn post(&self, letter: &Letter) -> Result<Reply, Undelivered> {
        self.permits(&letter.target)
            .map_err(|_| Undelivered::RefusedAddress)?;
        exchange::run(&self.client, letter, self.timeout).await
    }
}

#[cfg(test)]
mod tests;
