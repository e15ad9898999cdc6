//! `tribune work`: the jobs alone, beside processes that serve. It answers probes and nothing else.

use std::io::Write as _;

use super::engine::Engine;
use super::signals::Signals;
use super::{BootError, process};
use crate::config::Config;
use crate::http::gate::Gate;
use crate::http::{edge, health, listener, observe};
use crate::jobs;

/// Works until a signal tells it to stop.
pub(super) async fn run(config: &Config) -> Result<(), BootError> {
    process::may_be_split(config)?;
    let signals = Signals::catch().map_err(BootError::Runtime)?;
    let listener = process::bind(config.jobs.listen).await?;
    let address = listener.local_addr().map_err(BootError::Runtime)?;
    let metrics = observe::start_counting()?;
    let engine = Engine::start(config, None).await?;
    let backend = engine.introduce().await?;
    writeln!(
        std::io::stdout(),
        "Tribune {}\n\n  role         the jobs alone; `tribune serve --no-jobs` answers requests\n  \
         store        {backend}, {}\n  probes       http://{address}/livez, /readyz, /metrics\n\nlistening on http://{address}",
        env!("CARGO_PKG_VERSION"),
        config.database_url(),
    )?;

    let (stopper, stop) = jobs::stopper();
    let running = super::jobs::start(config, &engine, &stop)?;
    let told = async move {
        signals.first().await;
        tracing::info!("stopping: what has begun comes to its end");
        stopper.stop();
    };
    let probes = health::router(engine.service.clone(), metrics);
    let router = edge::wrap(probes, &process::edge(config), &Gate::open());
    listener::run(listener, router, process::limits(config), told).await;
    super::jobs::end(running, &engine.service).await;
    Ok(())
}
