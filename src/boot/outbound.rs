//! How calls to others are made, as the settings say.

use std::sync::Arc;

use crate::config::Config;
use crate::outbound::{Outbound, Settings, Unusable};
use crate::ports::courier::Courier;

/// The courier of the settings. The file of authorities is read now.
///
/// # Errors
/// [`Unusable`] names the file.
pub(super) fn open(config: &Config) -> Result<Arc<dyn Courier>, Unusable> {
    let settings = Settings {
        allowed_networks: config.outbound.allowed_networks.clone(),
        ca_file: config.outbound.ca_file.clone(),
        timeout: config.outbound.timeout,
    };
    Ok(Arc::new(Outbound::new(settings)?))
}
