//! How much a service of a test takes on.

use std::time::Duration;

use tribune::service::Tuning;
use tribune::service::allowance::Plans;
use tribune::service::feed::Pace;
use tribune::service::pipeline::Lanes;

/// With these lanes, and no plans.
pub(crate) fn with(lanes: Lanes) -> Tuning {
    let feed = Pace {
        interval: Duration::from_millis(10),
        readers: 100,
    };
    Tuning {
        lanes,
        plans: Plans::unlimited(),
        feed,
    }
}
