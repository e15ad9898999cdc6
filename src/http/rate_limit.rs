//! The headers of the IETF's draft on rate limits: what a limit permits, what is left of it, and when there is more.

use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};

use crate::service::Quota;

/// What is left.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// What is permitted.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whole seconds, rounded up: never too early.
pub(super) const fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1_000)
}

/// Adds both headers. There is nothing to say of no limit.
pub(super) fn tell(headers: &mut HeaderMap, quotas: &[Quota]) {
    if quotas.is_empty() {
        return;
    }
    let (mut policy, mut left) = (String::with_capacity(48), String::with_capacity(48));
    for quota in quotas {
        let gap = if policy.is_empty() { "" } else { ", " };
        let Quota {
            name,
            capacity,
            period,
            remaining,
            more_after,
        } = quota;
        let mut digits = itoa::Buffer::new();
        let mut number = |text: &mut String, label: &str, number: u64| {
            text.push_str(label);
            text.push_str(digits.format(number));
        };
        for text in [&mut policy, &mut left] {
            text.push_str(gap);
            text.push('"');
            text.push_str(name);
        }
        number(&mut policy, "\";q=", u64::from(*capacity));
        number(&mut policy, ";w=", *period);
        number(&mut left, "\";r=", u64::from(*remaining));
        number(&mut left, ";t=", seconds(*more_after));
    }
    // Names are letters, digits and underscores, so both always are header values.
    if let (Ok(policy), Ok(left)) = (HeaderValue::try_from(policy), HeaderValue::try_from(left)) {
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, left);
    }
}

/// The headers of a refusal: with them, when to come back.
pub(super) fn refused(quota: &Quota) -> HeaderMap {
    let mut headers = HeaderMap::new();
    tell(&mut headers, std::slice::from_ref(quota));
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds(quota.more_after)));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds_and_never_too_early() {
        let quota = |name: &str, more_after| Quota {
            name: name.into(),
            capacity: 100,
            period: 60,
            remaining: 7,
            more_after,
        };
        let mut headers = HeaderMap::new();
        tell(&mut headers, &[quota("a", 1), quota("b", 2_000)]);
        assert_eq!(headers[RATE_LIMIT_POLICY], r#""a";q=100;w=60, "b";q=100;w=60"#);
        assert_eq!(headers[RATE_LIMIT], r#""a";r=7;t=1, "b";r=7;t=2"#);
        assert_eq!(refused(&quota("a", 1_001))[RETRY_AFTER], "2");
    }
}
