//! `tribune serve`: from the settings to a listening server, and from a signal to an orderly end.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::banner::{Banner, FirstKey};
use super::folder::{self, Reserved};
use super::limiter;
use super::signals::Signals;
use super::store::{self, Purpose};
use super::system::{SystemClock, SystemIds};
use super::writers::Writers;
use super::{BootError, kept};
use crate::config::{Config, DatabaseKind};
use crate::http::edge::{Edge, EdgeLimits};
use crate::http::gate::Gate;
use crate::http::{api, edge, health, item, listener, observe};
use crate::jobs::activations::Activations;
use crate::jobs::backlog::Backlog;
use crate::jobs::removals::Removals;
use crate::jobs::restatements::Restatements;
use crate::jobs::retention::Retention;
use crate::jobs::timers::Timers;
use crate::jobs::{self, Stop};
use crate::limiter::memory::Memory;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::error::chain;
use crate::service::feed::Pace;
use crate::service::health::NotReady;
use crate::service::pipeline::Lanes;
use crate::service::{Service, Tuning};

/// What the first tenant is called.
const FIRST_TENANT: &str = "default";

/// How often idle keys of rate limits are forgotten.
const TIDIED: Duration = Duration::from_secs(1);

/// How long the jobs and what was accepted may take to end, after running requests have had their grace.
const LAST_GRACE: Duration = Duration::from_secs(8);

/// Serves until a signal tells it to stop.
pub(super) async fn run(config: &Config) -> Result<(), BootError> {
    let signals = Signals::catch().map_err(BootError::Runtime)?;
    // First, because it is what fails most often, and nothing has been made or changed yet.
    let listener = bind(config).await?;
    let address = listener.local_addr().map_err(BootError::Runtime)?;
    if config.database_url().kind() == DatabaseKind::Sqlite {
        folder::make(&config.data.dir)?;
    }
    // Before anything counts.
    let metrics = observe::start_counting()?;
    let clock = Arc::new(SystemClock);
    let store = store::open(config, clock.clone(), Purpose::Serve).await?;
    let tuning = tuning(config);
    let writers = Writers::start(tuning.lanes.lanes)?;
    let (ids, write_on) = (Arc::new(SystemIds), writers.handle().clone());
    let counters = limiter::open(config)?;
    let service = Service::new(
        store.clone(),
        clock.clone(),
        ids,
        counters.limiter.clone(),
        write_on,
        tuning,
    );
    let gate = limiter::gate(config, &service);
    let first_key = first_start(&*store, &service, &config.data.dir).await?;
    let key_file = kept::known(&*store, &config.data.dir, clock.now()).await?;
    let backend = introduce(&service).await?;
    Banner {
        config,
        backend: &backend,
        address,
        key_file: key_file.as_deref(),
        first_key: first_key.as_ref(),
    }
    .print()?;
    drop(first_key);

    let (stopper, stop) = jobs::stopper();
    let mut jobs = start_jobs(config, &store, &service, clock, &stop, &writers);
    jobs.spawn_on(tidy(counters.local, gate.clone(), stop), writers.handle());
    jobs.spawn(feed_readers(service.clone()));
    let streams = service.clone();
    let told = async move {
        signals.first().await;
        tracing::info!("stopping: no new requests; those that run may finish");
        stopper.stop();
        streams.end_streams();
    };
    listener::run(
        listener,
        router(config, &service, &gate, metrics),
        limits(config),
        told,
    )
    .await;
    end(jobs, &service).await;
    Ok(())
}

async fn bind(config: &Config) -> Result<TcpListener, BootError> {
    let address = config.server.listen;
    TcpListener::bind(address)
        .await
        .map_err(|cause| BootError::Listen { address, cause })
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

/// What the store calls itself. A clock that is wrong keeps requests away, but not the server down: it may be set meanwhile.
async fn introduce(service: &Service) -> Result<String, BootError> {
    match service.health().await {
        Ok(health) => Ok(health.backend),
        Err(NotReady::Clock { backend, skew }) => {
            let milliseconds = skew.num_milliseconds();
            tracing::warn!(
                milliseconds,
                "not ready: this machine's clock differs from the database's"
            );
            Ok(backend)
        }
        Err(other) => Err(other.into()),
    }
}

fn start_jobs(
    config: &Config,
    store: &Arc<dyn Store>,
    service: &Service,
    clock: Arc<dyn Clock>,
    stop: &Stop,
    writers: &Writers,
) -> JoinSet<()> {
    let activations = Activations {
        store: store.clone(),
        service: service.clone(),
        clock: clock.clone(),
        interval: config.jobs.timer_interval,
    };
    let timers = Timers {
        store: store.clone(),
        service: service.clone(),
        clock,
        interval: config.jobs.timer_interval,
    };
    let retention = Retention {
        store: store.clone(),
        age: config.jobs.idempotency_retention,
        events: config.events.retention,
    };
    let backlog = Backlog {
        store: store.clone(),
        service: service.clone(),
        problem: item::kept_problem,
        interval: config.jobs.timer_interval,
    };
    let restatements = Restatements {
        service: service.clone(),
        interval: config.jobs.timer_interval,
    };
    let removals = Removals {
        store: store.clone(),
        interval: config.jobs.timer_interval,
    };
    let mut jobs = JoinSet::new();
    jobs.spawn_on(backlog.run(stop.clone()), writers.handle());
    jobs.spawn_on(removals.run(stop.clone()), writers.handle());
    jobs.spawn_on(restatements.run(stop.clone()), writers.handle());
    jobs.spawn_on(timers.run(stop.clone()), writers.handle());
    jobs.spawn_on(activations.run(stop.clone()), writers.handle());
    jobs.spawn_on(retention.run(stop.clone()), writers.handle());
    jobs
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
    let state = api::ApiState::new(service.clone());
    let limits = EdgeLimits {
        body: config.server.body_limit,
        body_time: config.server.body_timeout,
        time: config.server.request_timeout,
    };
    let edge = Edge::new(limits);
    let probes = health::router(service.clone(), metrics);
    // Whoever keeps the process running asks as often as it likes. Of two that are merged the latter answers what neither knows.
    edge::wrap(probes, &edge, &Gate::open()).merge(edge::wrap(api::routes(state), &edge, gate))
}

fn limits(config: &Config) -> listener::Limits {
    listener::Limits {
        connections: config.server.max_connections,
        header: config.server.header_timeout,
        idle: config.server.idle_timeout,
        grace: config.server.shutdown_grace,
    }
}

/// How much this process takes on at a time.
fn tuning(config: &Config) -> Tuning {
    Tuning {
        lanes: lanes(config),
        plans: limiter::plans(config),
        feed: Pace {
            interval: config.events.poll_interval,
            readers: config.events.max_readers,
        },
    }
}

/// SQLite has one writer, so a second lane would only take acts out of the batch that is gathering for it.
fn lanes(config: &Config) -> Lanes {
    let lanes = match config.database_url().kind() {
        DatabaseKind::Sqlite => 1,
        DatabaseKind::Postgres => config.pipeline.lanes,
    };
    Lanes {
        lanes,
        batch: config.pipeline.batch,
        queue: config.pipeline.queue,
    }
}

/// Lets the jobs and what was accepted come to an end, then closes the store.
async fn end(mut jobs: JoinSet<()>, service: &Service) {
    let orderly = async {
        while let Some(ended) = jobs.join_next().await {
            if let Err(error) = ended {
                tracing::error!(error = chain(&error), "a job ended badly");
            }
        }
        service.shut_down().await;
    };
    match tokio::time::timeout(LAST_GRACE, orderly).await {
        Ok(()) => tracing::info!("stopped"),
        Err(_) => {
            tracing::warn!("stopped before everything had ended; what was acknowledged is in the database")
        }
    }
}
