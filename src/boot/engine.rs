//! What every process that stays works with: the store, the use cases over it, and threads for whatever writes.

use std::net::SocketAddr;
use std::sync::Arc;

use super::limiter::{self, Counters};
use super::store::{self, Purpose};
use super::system::{SystemClock, SystemIds};
use super::writers::Writers;
use super::{BootError, folder, outbound, process};
use crate::config::{Config, DatabaseKind};
use crate::ports::clock::Clock;
use crate::ports::courier::Courier;
use crate::ports::store::Store;
use crate::service::feed::Pace;
use crate::service::health::NotReady;
use crate::service::pipeline::Lanes;
use crate::service::{Service, Site, Tuning};

/// The store, what is done with it, and where.
pub(super) struct Engine {
    pub(super) store: Arc<dyn Store>,
    pub(super) service: Service,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) counters: Counters,
    pub(super) writers: Writers,
}

impl Engine {
    /// Opens the store of the settings, and starts what decides acts. Of a process that serves, where it listens.
    pub(super) async fn start(config: &Config, listens: Option<SocketAddr>) -> Result<Self, BootError> {
        // What cannot be used is said now, and not when the first call is due.
        let courier = outbound::open(config)?;
        if config.database_url().kind() == DatabaseKind::Sqlite {
            folder::make(&config.data.dir)?;
        }
        let clock = Arc::new(SystemClock);
        let store = store::open(config, clock.clone(), Purpose::Serve).await?;
        let tuning = tuning(config, courier, process::site(config, listens));
        let writers = Writers::start(tuning.lanes.lanes)?;
        let counters = limiter::open(config)?;
        let service = Service::new(
            store.clone(),
            clock.clone(),
            Arc::new(SystemIds),
            counters.limiter.clone(),
            writers.handle().clone(),
            tuning,
        );
        Ok(Self {
            store,
            service,
            clock,
            counters,
            writers,
        })
    }

    /// What the store calls itself. A clock that is wrong keeps requests away, but not the process down: it may be set meanwhile.
    pub(super) async fn introduce(&self) -> Result<String, BootError> {
        match self.service.health().await {
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
}

/// How much this process takes on at a time.
fn tuning(config: &Config, courier: Arc<dyn Courier>, site: Option<Site>) -> Tuning {
    Tuning {
        lanes: lanes(config),
        plans: limiter::plans(config),
        feed: Pace {
            interval: config.events.poll_interval,
            readers: config.events.max_readers,
        },
        courier,
        site,
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
