//! The jobs of a process: which there are, how they are started, and how they come to an end.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::engine::Engine;
use super::{BootError, streams};
use crate::config::Config;
use crate::http::item;
use crate::jobs::Stop;
use crate::jobs::activations::Activations;
use crate::jobs::appeals::Appeals;
use crate::jobs::backlog::Backlog;
use crate::jobs::conversations::Conversations;
use crate::jobs::removals::Removals;
use crate::jobs::restatements::Restatements;
use crate::jobs::retention::Retention;
use crate::jobs::schedules::Schedules;
use crate::jobs::timers::Timers;
use crate::jobs::waiting::Waiting;
use crate::jobs::webhooks::Webhooks;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::chain;

/// How long the jobs and what was accepted may take to end, after running requests have had their grace.
const LAST_GRACE: Duration = Duration::from_secs(8);

/// Starts every job. Any number of processes may have them all: what each is given, nobody else is given meanwhile.
///
/// # Errors
/// [`BootError::Redis`] for an address that is none.
pub(super) fn start(config: &Config, engine: &Engine, stop: &Stop) -> Result<JoinSet<()>, BootError> {
    let Engine {
        store,
        service,
        clock,
        writers,
        ..
    } = engine;
    let activations = Activations {
        store: store.clone(),
        service: service.clone(),
        clock: clock.clone(),
        interval: config.jobs.timer_interval,
    };
    let timers = Timers {
        store: store.clone(),
        service: service.clone(),
        clock: clock.clone(),
        interval: config.jobs.timer_interval,
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
    let schedules = Schedules {
        store: store.clone(),
        service: service.clone(),
        problem: item::kept_problem,
        clock: clock.clone(),
        interval: config.jobs.timer_interval,
    };
    let removals = Removals {
        store: store.clone(),
        interval: config.jobs.timer_interval,
    };
    let waiting = Waiting {
        store: store.clone(),
        clock: clock.clone(),
    };
    let mut jobs = JoinSet::new();
    if let Some(publisher) = streams::publisher(config, service)? {
        jobs.spawn_on(publisher.run(stop.clone()), writers.handle());
    }
    jobs.spawn_on(backlog.run(stop.clone()), writers.handle());
    jobs.spawn_on(removals.run(stop.clone()), writers.handle());
    jobs.spawn_on(restatements.run(stop.clone()), writers.handle());
    jobs.spawn_on(conversations(config, engine).run(stop.clone()), writers.handle());
    jobs.spawn_on(schedules.run(stop.clone()), writers.handle());
    jobs.spawn_on(webhooks(config, service).run(stop.clone()), writers.handle());
    jobs.spawn_on(waiting.run(stop.clone()), writers.handle());
    jobs.spawn_on(timers.run(stop.clone()), writers.handle());
    jobs.spawn_on(appeals(config, engine).run(stop.clone()), writers.handle());
    jobs.spawn_on(activations.run(stop.clone()), writers.handle());
    jobs.spawn_on(retention(config, store).run(stop.clone()), writers.handle());
    Ok(jobs)
}

/// What writes down what time does to appeals.
fn appeals(config: &Config, engine: &Engine) -> Appeals {
    Appeals {
        store: engine.store.clone(),
        service: engine.service.clone(),
        clock: engine.clock.clone(),
        interval: config.jobs.timer_interval,
    }
}

/// What leads conversations on.
fn conversations(config: &Config, engine: &Engine) -> Conversations {
    Conversations {
        store: engine.store.clone(),
        service: engine.service.clone(),
        clock: engine.clock.clone(),
        interval: config.jobs.timer_interval,
    }
}

/// What forgets what is old.
fn retention(config: &Config, store: &Arc<dyn Store>) -> Retention {
    Retention {
        store: store.clone(),
        age: config.jobs.idempotency_retention,
        events: config.events.retention,
        deliveries: config.webhooks.retention,
    }
}

/// What sends events to webhooks.
fn webhooks(config: &Config, service: &Service) -> Webhooks {
    Webhooks {
        service: service.clone(),
        timeout: config.outbound.timeout,
        interval: config.webhooks.poll_interval,
    }
}

/// Lets the jobs and what was accepted come to an end, then closes the store.
pub(super) async fn end(mut jobs: JoinSet<()>, service: &Service) {
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
