//! Which counters the settings mean, and who is counted. The only file that names them.

use std::sync::Arc;

use super::BootError;
use super::system::SystemTicks;
use crate::config::{Config, RequestRate};
use crate::domain::limit::{Algorithm, Rate};
use crate::domain::plan::Plan;
use crate::http::gate::Gate;
use crate::limiter::memory::Memory;
use crate::limiter::redis::{Redis, Settings};
use crate::ports::limiter::Limiter;
use crate::service::Service;
use crate::service::allowance::Plans;

/// The counters, and those of them that this process keeps.
pub(super) struct Counters {
    /// What checks ask.
    pub(super) limiter: Arc<dyn Limiter>,
    /// What is to be tidied.
    pub(super) local: Arc<Memory>,
}

/// The counters of the settings. Redis is not asked for yet: a server starts without it, and each limit says what happens meanwhile.
///
/// # Errors
/// [`BootError::Redis`] for an address that is none.
pub(super) fn open(config: &Config) -> Result<Counters, BootError> {
    let ticks = Arc::new(SystemTicks::start());
    let most = config.limits.max_keys;
    let Some(url) = &config.redis.url else {
        let local = Arc::new(Memory::new(most, ticks));
        return Ok(Counters {
            limiter: local.clone(),
            local,
        });
    };
    let local = Arc::new(Memory::local(most, ticks.clone()));
    let redis = shared(config, ticks, local.clone()).map_err(|cause| BootError::Redis {
        url: url.clone(),
        cause,
    })?;
    Ok(Counters {
        limiter: Arc::new(redis),
        local,
    })
}

fn shared(
    config: &Config,
    ticks: Arc<SystemTicks>,
    local: Arc<Memory>,
) -> Result<Redis, crate::nodes::NotAnAddress> {
    let settings = Settings {
        url: config
            .redis
            .url
            .as_ref()
            .map(|url| url.expose().to_owned())
            .unwrap_or_default(),
        prefix: config.redis.prefix.clone(),
        deadline: config.redis.deadline,
        clock: None,
    };
    Redis::new(settings, ticks, local)
}

/// Asks Redis whether it is there; `None` where the settings name none.
pub(super) async fn ping(config: &Config) -> Option<Result<(), String>> {
    config.redis.url.as_ref()?;
    let ticks = Arc::new(SystemTicks::start());
    let local = Arc::new(Memory::local(1, ticks.clone()));
    let redis = match shared(config, ticks, local) {
        Ok(redis) => redis,
        Err(error) => return Some(Err(crate::service::error::chain(&error))),
    };
    Some(redis.ping().await.map_err(|away| away.reason))
}

/// How many requests each key may make, as the settings say.
pub(super) fn plans(config: &Config) -> Plans {
    let settings = &config.plans;
    let rates = [
        (Plan::Small, settings.small),
        (Plan::Standard, settings.standard),
        (Plan::Large, settings.large),
    ];
    let rates = rates
        .into_iter()
        .filter_map(|(plan, rate)| Some((plan, rate_of(rate?)?)));
    Plans::new(rates, Arc::new(SystemTicks::start()))
}

/// Within the bounds of the settings, which are narrower than a rate's, there always is one.
fn rate_of(rate: RequestRate) -> Option<Rate> {
    let period = i64::try_from(rate.period.as_millis()).ok()?;
    Rate::new(Algorithm::TokenBucket, rate.requests.get().into(), period, None).ok()
}

/// Who is counted at the gate, as the settings say.
pub(super) fn gate(config: &Config, service: &Service) -> Gate {
    let Some(rate) = config.server.anonymous_rate.and_then(rate_of) else {
        return Gate::open();
    };
    let proxies = config.server.trusted_proxies.as_slice().into();
    Gate::new(service.clone(), rate, proxies)
}

/// For what serves nobody: it has counters, and nobody asks them.
pub(super) fn none() -> Arc<dyn Limiter> {
    Arc::new(Memory::new(1, Arc::new(SystemTicks::start())))
}
