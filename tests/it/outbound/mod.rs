//! Calls to addresses that tenants have given: what is never called, what of an answer counts, and how long it may take.
//!
//! Peers listen on this machine. Where a test needs a public address, the network is one that leads every address to a peer, and
//! writes down which ones were dialled.

mod answers;
mod hosts;
mod network;
mod peer;
mod proxies;
mod secure;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tribune::domain::target::Target;
use tribune::outbound::network::Network;
use tribune::outbound::{Outbound, Settings};
use tribune::ports::courier::{Courier as _, Letter, Undelivered};

/// Longer than anything takes that is not meant to fail.
const LONG: Duration = Duration::from_secs(30);

/// For what is meant to fail by it.
const SHORT: Duration = Duration::from_millis(200);

/// Settings in which these networks may be called.
fn settings(allowed: &[&str]) -> Settings {
    Settings {
        allowed_networks: allowed.iter().map(|network| network.parse().unwrap()).collect(),
        ca_file: None,
        timeout: LONG,
    }
}

/// A courier over this machine's own network, which may call this machine.
fn local() -> Outbound {
    Outbound::new(settings(&["127.0.0.0/8", "::1/128"])).unwrap()
}

/// [`local`], in a hurry.
fn hasty() -> Outbound {
    let settings = Settings {
        timeout: SHORT,
        ..settings(&["127.0.0.0/8"])
    };
    Outbound::new(settings).unwrap()
}

/// A courier over another network.
fn over(network: &Arc<impl Network>, allowed: &[&str]) -> Outbound {
    Outbound::over(settings(allowed), network.clone()).unwrap()
}

fn letter(url: &str) -> Letter {
    Letter {
        target: Target::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Bytes::from_static(b"{\"type\":\"act.applied\"}"),
    }
}

/// Posts the same letter as always; the status of the answer.
async fn post(outbound: &Outbound, url: &str) -> Result<u16, Undelivered> {
    outbound.post(&letter(url)).await.map(|reply| reply.status)
}
