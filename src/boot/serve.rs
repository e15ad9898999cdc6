//! `tribune serve`: from the settings to a listening server, and from a signal to an orderly end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinSet;

use super::banner::{Banner, FirstKey};
use super::engine::Engine;
use super::folder::{self, Reserved};
use super::signals::Signals;
use super::{BootError, kept, limiter, process};
use crate::config::Config;
use crate::http::gate::Gate;
use crate::http::{api, edge, health, listener, observe};
use crate::jobs::{self, Stop};
use crate::limiter::memory::Memory;
use crate::ports::store::Store;
use crate::service::Service;

/// What the first tenant is called.
const FIRST_TENANT: &str = "default";

/// How often idle keys of rate limits are forgotten.
const TIDIED: Duration = Duration::from_secs(1);

/// Where the jobs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jobs {
    /// In the process that serves.
    Here,
    /// In processes of their own.
    Elsewhere,
}

/// Serves until a signal tells it to stop.
pub(super) async fn run(config: &Config, jobs: Jobs) -> Result<(), BootError> {
    if jobs == Jobs::Elsewhere {
        process::may_be_split(config)?;
    }
    let signals = Signals::catch().map_err(BootError::Runtime)?;
    // First, because it is what fails most often, and nothing has been made or changed yet.
    let listener = process::bind(config.server.listen).await?;
    let address = listener.local_addr().map_err(BootError::Runtime)?;
    // Before anything counts.
    let metrics = observe::start_counting()?;
    let engine = Engine::start(config, Some(address)).await?;
    let gate = limiter::gate(config, &engine.service);
    welcome(config, &engine, address, jobs).await?;

    let (stopper, stop) = jobs::stopper();
    let mut running = match jobs {
        Jobs::Here => super::jobs::start(config, &engine, &stop)?,
        Jobs::Elsewhere => JoinSet::new(),
    };
    let Engine {
        service,
        counters,
        writers,
        ..
    } = &engine;
    running.spawn_on(tidy(counters.local.clone(), gate.clone(), stop), writers.handle());
    running.spawn(feed_readers(service.clone()));
    let streams = service.clone();
    let told = async move {
        signals.first().await;
        tracing::info!("stopping: no new requests; those that run may finish");
        stopper.stop();
        streams.end_streams();
    };
    listener::run(
        listener,
        router(config, service, &gate, metrics),
        process::limits(config),
        told,
    )
    .await;
    super::jobs::end(running, service).await;
    Ok(())
}

/// Makes the first tenant where there is none, and prints what a person needs next.
async fn welcome(config: &Config, engine: &Engine, address: SocketAddr, jobs: Jobs) -> Result<(), BootError> {
    let Engine {
        store,
        service,
        clock,
        ..
    } = engine;
    let first_key = first_start(&**store, service, &config.data.dir).await?;
    let key_file = kept::known(&**store, &config.data.dir, clock.now()).await?;
    let backend = engine.introduce().await?;
    Ok(Banner {
        config,
        backend: &backend,
        address,
        key_file: key_file.as_deref(),
        first_key: first_key.as_ref(),
        jobs,
    }
    .print()?)
}

/// Makes the first tenant and key where there is none, and keeps the key before anybody sees it.
async fn first_start(
    store: &dyn Store,
    service: &Service,
    data: &Path,
) -> Result<Option<FirstKey>, BootError> {
    if store
        .count_tenants()
        .await
        .map_err(crate::service::error::ServiceError::from)?
        > 0
    {
        return Ok(None);
    }
    folder::make(data)?;
    let refused = |cause| BootError::Folder {
        path: data.to_owned(),
        cause,
    };
    let reserved = Reserved::new(data).map_err(refused)?;
    // Another replica may have been quicker.
    let Some((tenant, secret)) = service.bootstrap(FIRST_TENANT).await? else {
        return Ok(None);
    };
    let secret = secret.reveal().to_owned();
    let file = reserved
        .keep(&secret, &kept::names(&tenant.id))
        .map_err(refused)?;
    Ok(Some(FirstKey {
        secret,
        tenant: tenant.name,
        file,
    }))
}

/// Has idle keys of rate limits forgotten, until told to stop.
async fn tidy(local: Arc<Memory>, gate: Gate, mut stop: Stop) {
    while !stop.is_told() {
        gate.tidy();
        let load = local.tidy();
        #[expect(clippy::cast_precision_loss, reason = "a gauge of millions")]
        gauge!("tribune_limits_keys").set(load.keys as f64);
        counter!("tribune_limits_evicted_total").increment(load.evicted);
        tokio::select! {
            () = stop.told() => {}
            () = tokio::time::sleep(TIDIED) => {}
        }
    }
}

/// Tells those who follow events of new ones, until streams are ended.
async fn feed_readers(service: Service) {
    service.feed().await;
}

/// Every route, inside the edge, watched.
fn router(config: &Config, service: &Service, gate: &Gate, metrics: PrometheusHandle) -> Router {
    let state = api::ApiState::new(service.clone()).behind(config.server.trusted_proxies.as_slice().into());
    let edge = process::edge(config);
    let probes = health::router(service.clone(), metrics);
    // Whoever keeps the process running asks as often as it likes. Of two that are merged the latter answers what neither knows.
    edge::wrap(probes, &edge, &Gate::open()).merge(edge::wrap(api::routes(state), &edge, gate))
}
