//! Settings about who may ask how often: rates of requests, and networks of proxies.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;
use serde::de::{Deserialize as _, Deserializer, Error as _};

use super::values::milliseconds;

/// How it is written that nothing is counted.
const UNLIMITED: &str = "unlimited";
/// The most requests.
const MOST: u32 = 1_000_000;
/// The shortest period in milliseconds.
const SHORTEST: u64 = 1_000;
/// The longest: a day.
const LONGEST: u64 = 86_400_000;

/// So many requests at once, and they come back within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRate {
    /// How many.
    pub requests: NonZeroU32,
    /// Within how long: whole seconds.
    pub period: Duration,
}

/// A rate such as `600/1m`; `None` for `unlimited`.
pub(super) fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RequestRate>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == UNLIMITED {
        return Ok(None);
    }
    read(&text).map(Some).ok_or_else(|| {
        D::Error::custom(format!(
            "expected {UNLIMITED} or a rate such as 600/1m or 20000/10s, of 1 to {MOST} requests in whole seconds, at most 1d, found {text:?}"
        ))
    })
}

fn read(text: &str) -> Option<RequestRate> {
    let (requests, period) = text.split_once('/')?;
    let requests: NonZeroU32 = requests.parse().ok()?;
    let period = milliseconds(period, SHORTEST, LONGEST)?;
    (requests.get() <= MOST && period.subsec_nanos() == 0).then_some(RequestRate { requests, period })
}

/// Networks and addresses, separated by commas.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    named
        .map(|name| {
            let alone = || name.parse().map(|address: IpAddr| IpNet::from(address));
            name.parse().or_else(|_| alone()).map_err(|_| {
                D::Error::custom(format!(
                    "expected networks such as 10.0.0.0/8, or addresses, separated by commas, found {name:?}"
                ))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_of_requests_and_a_period() {
        let rate = read("600/1m").unwrap();
        assert_eq!((rate.requests.get(), rate.period.as_secs()), (600, 60));
        assert!(read("1000000/1d").is_some());
        for wrong in [
            "",
            "600",
            "0/1m",
            "-1/1m",
            "1000001/1m",
            "600/",
            "600/0s",
            "600/1500ms",
            "600/2d",
            "600/m",
            "6 00/1m",
            "600/1m/1m",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
