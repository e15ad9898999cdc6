//! From the fields of a request to a limit, or to everything that is wrong with them.

use crate::domain::limit::key::Template;
use crate::domain::limit::named::{OnFailure, Wish, cost};
use crate::domain::limit::{Algorithm, Limit, Rate};
use crate::domain::policy_check::Finding;
use crate::domain::time::Span;
use wire::duration::Duration;
use wire::limit::{Adaptive, LimitRequest, RateRequest};
use wire::number::Decimal;

/// How long a step of a recovery is unless the limit says otherwise, in milliseconds.
const STEP: i64 = 10_000;
/// How many checks there must be before their denials count.
const MIN_CHECKS: i64 = 20;
/// What a signal leaves of the capacity, in thousandths.
const HALF: i64 = 500;

/// What is wrong so far.
#[derive(Default)]
struct Reading {
    findings: Vec<Finding>,
    root: String,
}

impl Reading {
    fn wrong(&mut self, field: &str, detail: impl ToString) {
        self.findings.push(Finding {
            pointer: format!("{}/{field}", self.root),
            detail: detail.to_string(),
        });
    }

    fn milliseconds(&mut self, field: &str, given: &Duration) -> Option<i64> {
        let span = match given {
            Duration::Seconds(seconds) => Span::new(*seconds),
            Duration::Iso(text) => Span::parse_iso(text),
        };
        match span {
            Ok(span) => Some(span.seconds() * 1_000),
            Err(error) => {
                self.wrong(field, error);
                None
            }
        }
    }

    fn template(&mut self, field: &str, given: Option<&str>, otherwise: Template) -> Option<Template> {
        match given.map(Template::parse) {
            None => Some(otherwise),
            Some(Ok(template)) => Some(template),
            Some(Err(error)) => {
                self.wrong(field, error);
                None
            }
        }
    }

    fn rate(
        &mut self,
        algorithm: wire::limit::Algorithm,
        capacity: i64,
        period: &Duration,
        burst: Option<i64>,
    ) -> Option<Rate> {
        let period = self.milliseconds("period", period)?;
        match Rate::new(algorithm.into(), capacity, period, burst) {
            Ok(rate) => Some(rate),
            Err(error) => {
                self.wrong(error.field(), error);
                None
            }
        }
    }

    fn thousandths(&mut self, field: &str, given: Option<&Decimal>) -> Option<i64> {
        let parsed = thousandths(given?.as_str());
        if parsed.is_none() {
            self.wrong(field, "a number with at most 3 decimals");
        }
        parsed
    }

    fn adaptive(
        &mut self,
        given: &Adaptive,
        rate: Rate,
    ) -> Option<(crate::domain::limit::adaptive::Adaptive, Template)> {
        let every = given
            .every
            .as_ref()
            .map(|every| self.milliseconds("adaptive/every", every));
        let tighten = self.thousandths("adaptive/tighten", given.tighten.as_ref());
        let denials = self.thousandths("adaptive/denials", given.denials.as_ref());
        let everything = Template::parse("").ok()?;
        let by = self.template("adaptive/by", given.by.as_deref(), everything);
        let before = self.findings.len();
        let wish = Wish {
            floor: given.floor,
            tighten: tighten.unwrap_or(HALF),
            recover: given
                .recover
                .unwrap_or_else(|| i64::from(rate.capacity().div_ceil(10))),
            every: every.flatten().unwrap_or(STEP),
            denials,
            min_checks: given.min_checks.unwrap_or(MIN_CHECKS),
        };
        match wish.of(rate) {
            Ok(adaptive) if before == self.findings.len() => Some((adaptive, by?)),
            Ok(_) => None,
            Err(wrong) => {
                for (field, detail) in wrong {
                    self.wrong(&format!("adaptive/{field}"), detail);
                }
                None
            }
        }
    }
}

/// A decimal in thousandths, if it has at most 3 decimals.
pub(super) fn thousandths(text: &str) -> Option<i64> {
    let value = text.parse::<f64>().ok()? * 1_000.0;
    let rounded = value.round();
    // Far beyond anything that is asked for, so that the cast is exact.
    if (value - rounded).abs() > 1e-6 || rounded.abs() > 1e12 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked just above")]
    let whole = rounded as i64;
    Some(whole)
}

/// The limit that a request describes; what it leaves out takes the default.
///
/// # Errors
/// Everything that is wrong, with pointers into the request.
pub(super) fn limit(request: &LimitRequest) -> Result<Limit, Vec<Finding>> {
    let mut reading = Reading::default();
    let rate = reading.rate(
        request.algorithm,
        request.capacity,
        &request.period,
        request.burst,
    );
    let key = reading.template("key", request.key.as_deref(), Template::whole());
    let mut price = Some(1);
    if let (Some(rate), Some(given)) = (rate, request.cost) {
        price = match cost(rate, given) {
            Ok(price) => Some(price),
            Err(error) => {
                reading.wrong("cost", error);
                None
            }
        };
    }
    let adaptive = match (&request.adaptive, rate) {
        (Some(given), Some(rate)) => reading.adaptive(given, rate),
        _ => None,
    };
    match (rate, key, price) {
        (Some(rate), Some(key), Some(price)) if reading.findings.is_empty() => Ok(Limit {
            rate,
            key,
            cost: price,
            on_failure: request.on_failure.map_or(OnFailure::default(), Into::into),
            adaptive,
        }),
        _ => Err(reading.findings),
    }
}

/// A limit that a check brings along.
///
/// # Errors
/// Everything that is wrong, with pointers that begin with `root`.
pub(super) fn rate(request: &RateRequest, root: &str) -> Result<Limit, Vec<Finding>> {
    let mut reading = Reading {
        root: root.to_owned(),
        ..Reading::default()
    };
    let rate = reading.rate(
        request.algorithm,
        request.capacity,
        &request.period,
        request.burst,
    );
    let key = reading.template("key", request.key.as_deref(), Template::whole());
    match (rate, key) {
        (Some(rate), Some(key)) => Ok(Limit {
            rate,
            key,
            cost: 1,
            on_failure: request.on_failure.map_or(OnFailure::default(), Into::into),
            adaptive: None,
        }),
        _ => Err(reading.findings),
    }
}

impl From<wire::limit::Algorithm> for Algorithm {
    fn from(word: wire::limit::Algorithm) -> Self {
        match word {
            wire::limit::Algorithm::TokenBucket => Self::TokenBucket,
            wire::limit::Algorithm::SlidingWindowLog => Self::SlidingWindowLog,
            wire::limit::Algorithm::SlidingWindow => Self::SlidingWindow,
            wire::limit::Algorithm::Gcra => Self::Gcra,
        }
    }
}

impl From<wire::limit::OnFailure> for OnFailure {
    fn from(word: wire::limit::OnFailure) -> Self {
        match word {
            wire::limit::OnFailure::Allow => Self::Allow,
            wire::limit::OnFailure::Deny => Self::Deny,
            wire::limit::OnFailure::Local => Self::Local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn wrong(request: Value) -> Vec<String> {
        let request: LimitRequest = serde_json::from_value(request).unwrap();
        let findings = limit(&request).err().unwrap_or_default();
        findings.into_iter().map(|finding| finding.pointer).collect()
    }

    #[test]
    fn everything_wrong_is_named() {
        let none: Vec<String> = Vec::new();
        assert_eq!(
            wrong(json!({"algorithm": "gcra", "capacity": 5, "period": "PT1M"})),
            none
        );
        assert_eq!(
            wrong(json!({"algorithm": "gcra", "capacity": 5, "period": "1m", "key": "{"})),
            ["/period", "/key"]
        );
        assert_eq!(
            wrong(json!({"algorithm": "gcra", "capacity": 5, "period": 10, "cost": 6})),
            ["/cost"]
        );
        let adaptive = json!({"floor": 9, "tighten": 0.1234, "by": "}"});
        assert_eq!(
            wrong(json!({"algorithm": "gcra", "capacity": 5, "period": 10, "adaptive": adaptive})),
            ["/adaptive/tighten", "/adaptive/by", "/adaptive/floor"]
        );
    }

    #[test]
    fn decimals_have_three_places() {
        assert_eq!(thousandths("0.35"), Some(350));
        assert_eq!(thousandths("1e1"), Some(10_000));
        assert_eq!(thousandths("0.0005"), None);
        assert_eq!(thousandths("1e300"), None);
    }
}
