//! The use cases over the database of the settings, beside a server or without one, and the community that flags name.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::BootError;
use super::policy::refused;
use super::store::{self, Purpose};
use super::system::{SystemClock, SystemIds};
use super::{limiter, outbound};
use crate::cli;
use crate::config::Config;
use crate::service::allowance::Plans;
use crate::service::console::Place;
use crate::service::feed::Pace;
use crate::service::pipeline::Lanes;
use crate::service::{Service, Tuning};

/// No acts are decided here.
const LANES: Lanes = Lanes {
    lanes: 1,
    batch: 1,
    queue: 1,
};

/// Nobody follows events here.
const NO_READERS: Pace = Pace {
    interval: Duration::from_secs(1),
    readers: 0,
};

/// The use cases over the database of the settings.
pub(super) async fn service(settings: &cli::Settings) -> Result<Service, BootError> {
    let (config, _) = Config::load(&settings.inputs())?;
    beside(&config).await
}

/// The same over a database that is known already. Nobody checks limits here, and no requests are counted.
pub(super) async fn beside(config: &Config) -> Result<Service, BootError> {
    let store = store::open(config, Arc::new(SystemClock), Purpose::Assist).await?;
    let (clock, ids, here) = (Arc::new(SystemClock), Arc::new(SystemIds), Handle::current());
    Ok(Service::new(
        store,
        clock,
        ids,
        limiter::none(),
        here,
        Tuning {
            lanes: LANES,
            plans: Plans::unlimited(),
            feed: NO_READERS,
            courier: outbound::open(config)?,
            site: None,
        },
    ))
}

/// The same, and the community.
pub(super) async fn open(place: &cli::CommunityPlace) -> Result<(Service, Place), BootError> {
    let service = service(&place.settings).await?;
    match service
        .place_called(place.tenant.as_deref(), &place.community)
        .await
    {
        Ok(found) => Ok((service, found)),
        Err(error) => {
            service.shut_down().await;
            Err(refused(error))
        }
    }
}
