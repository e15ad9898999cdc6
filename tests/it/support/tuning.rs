//! How much a service of a test takes on.

use std::sync::Arc;
use std::time::Duration;

use tribune::outbound::{Outbound, Settings};
use tribune::ports::courier::Courier;
use tribune::service::allowance::Plans;
use tribune::service::feed::Pace;
use tribune::service::pipeline::Lanes;
use tribune::service::{Site, Tuning};

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
        courier: courier(),
        site: Some(Site {
            url: "https://tribune.example.com".into(),
            is_public: false,
        }),
    }
}

/// One that may call this machine.
fn courier() -> Arc<dyn Courier> {
    let settings = Settings {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ca_file: None,
        timeout: Duration::from_secs(5),
    };
    Arc::new(Outbound::new(settings).unwrap())
}
