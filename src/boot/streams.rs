//! The log in Redis Streams, if the settings want it. The only file that names what is behind the bus.

use std::sync::Arc;

use super::BootError;
use crate::bus::redis::{Redis, Settings};
use crate::config::Config;
use crate::domain::id::TenantId;
use crate::jobs::publisher::Publisher;
use crate::ports::bus::{Bounds, Bus as _};
use crate::ports::directory::After;
use crate::ports::record::EventFilter;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// What publishes. Redis is not asked for yet: a server starts without it, and the log keeps what is to be published.
///
/// # Errors
/// [`BootError::Redis`] for an address that is none.
pub(super) fn publisher(config: &Config, service: &Service) -> Result<Option<Publisher>, BootError> {
    let settings = &config.streams;
    Ok(bus(config)?.map(|bus| Publisher {
        service: service.clone(),
        bus: Arc::new(bus),
        bounds: Bounds {
            max_length: settings.max_length,
            hard_length: settings.hard_length,
            max_deliveries: settings.max_deliveries,
            stuck_after: settings.stuck_after,
        },
        interval: config.events.poll_interval,
    }))
}

/// The streams of the settings; `None` where none are wanted.
fn bus(config: &Config) -> Result<Option<Redis>, BootError> {
    let Some(url) = config.redis.url.as_ref().filter(|_| config.streams.enabled) else {
        return Ok(None);
    };
    let settings = Settings {
        url: url.expose().to_owned(),
        prefix: config.redis.prefix.clone(),
    };
    match Redis::new(settings) {
        Ok(redis) => Ok(Some(redis)),
        Err(cause) => Err(BootError::Redis {
            url: url.clone(),
            cause,
        }),
    }
}

/// How streams are beside their logs.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// How many streams were looked at.
    pub(super) streams: usize,
    /// How many positions are not published yet.
    pub(super) behind: i64,
    /// The keys of streams that have what their logs have not.
    pub(super) ahead: Vec<String>,
    /// By which rule Redis makes room by removing what has no expiry, if it does.
    pub(super) evicts: Option<String>,
}

/// Compares every stream with its log. `None` where the settings want no streams.
pub(super) async fn beside(config: &Config, store: &dyn Store) -> Option<Result<Beside, String>> {
    let bus = match bus(config) {
        Ok(bus) => bus?,
        Err(error) => return Some(Err(chain(&error))),
    };
    let mut beside = Beside::default();
    let ends = match store.all_log_ends().await {
        Ok(ends) => ends,
        Err(error) => return Some(Err(chain(&error))),
    };
    for (tenant, _) in ends {
        if let Err(reason) = look(&bus, store, tenant, &mut beside).await {
            return Some(Err(reason));
        }
    }
    beside.evicts = match bus.evicts().await {
        Ok(rule) => rule,
        Err(error) => return Some(Err(error.reason)),
    };
    Some(Ok(beside))
}

async fn look(bus: &Redis, store: &dyn Store, tenant: TenantId, beside: &mut Beside) -> Result<(), String> {
    // The stream first: the log only grows.
    let tip = bus.tip(tenant).await.map_err(|error| error.reason)?;
    let newest = tip.newest.as_ref().map_or(tip.last, |(position, ..)| *position);
    let page = After {
        after: Some(newest.saturating_sub(1).max(0)),
        limit: 1,
    };
    let log = store.events(tenant, &EventFilter::default(), page).await;
    let log = log.map_err(|error| chain(&ServiceError::from(error)))?;
    let end = store.log_ends(&[tenant]).await.map_err(|error| chain(&error))?;
    let end = end.first().map_or(0, |(_, end)| *end);
    let same = match (&tip.newest, log.events.first()) {
        (Some((position, kind, at)), Some(event)) if event.position == *position => {
            (kind, at) == (&event.kind, &wire::time::Time(event.at).to_string())
        }
        _ => true,
    };
    beside.streams += 1;
    if tip.last > end || !same {
        beside.ahead.push(bus.key(tenant));
    } else {
        beside.behind += end - tip.last;
    }
    Ok(())
}
