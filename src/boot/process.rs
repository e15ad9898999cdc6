//! What a process that answers over HTTP has from the settings, whatever it answers.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::BootError;
use crate::config::{Config, DatabaseKind};
use crate::http::edge::{Edge, EdgeLimits};
use crate::http::listener::Limits;
use crate::service::Site;

/// Takes the address.
pub(super) async fn bind(address: SocketAddr) -> Result<TcpListener, BootError> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| BootError::Listen { address, cause })
}

/// What connections may take.
pub(super) fn limits(config: &Config) -> Limits {
    Limits {
        connections: config.server.max_connections,
        header: config.server.header_timeout,
        idle: config.server.idle_timeout,
        grace: config.server.shutdown_grace,
    }
}

/// Where browsers reach this service: where the operator says, or else where it listens, if it does so on this machine alone. What requests call it is
/// not asked: anybody may write that.
pub(super) fn site(config: &Config, listens: Option<SocketAddr>) -> Option<Site> {
    match (&config.server.public_url, listens) {
        (Some(url), _) => Some(Site {
            url: url.as_str().into(),
            is_public: true,
        }),
        (None, Some(address)) if address.ip().is_loopback() => Some(Site {
            url: format!("http://{address}").into(),
            is_public: false,
        }),
        (None, _) => None,
    }
}

/// What requests may take.
pub(super) fn edge(config: &Config) -> Edge {
    Edge::new(EdgeLimits {
        body: config.server.body_limit,
        body_time: config.server.body_timeout,
        time: config.server.request_timeout,
    })
}

/// That serving and the jobs may be in processes of their own: a SQLite file is one process's alone.
pub(super) fn may_be_split(config: &Config) -> Result<(), BootError> {
    match config.database_url().kind() {
        DatabaseKind::Postgres => Ok(()),
        DatabaseKind::Sqlite => Err(BootError::OneProcess {
            url: config.database_url(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Inputs;

    #[test]
    fn links_lead_where_the_operator_says_or_to_this_machine_alone() {
        let (mut config, _) = Config::load(&Inputs::default()).unwrap();
        let there = |config: &Config, text: &str| {
            let site = site(config, Some(text.parse().unwrap()))?;
            Some((site.url.to_string(), site.is_public))
        };
        assert_eq!(
            there(&config, "127.0.0.1:4000"),
            Some(("http://127.0.0.1:4000".to_owned(), false))
        );
        assert_eq!(
            there(&config, "[::1]:4000"),
            Some(("http://[::1]:4000".to_owned(), false))
        );
        assert_eq!(there(&config, "0.0.0.0:8080"), None);
        assert_eq!(there(&config, "192.0.2.7:8080"), None);
        assert_eq!(site(&config, None), None);
        config.server.public_url = Some("https://tribune.example.com".to_owned());
        assert_eq!(
            there(&config, "0.0.0.0:8080"),
            Some(("https://tribune.example.com".to_owned(), true))
        );
    }
}
