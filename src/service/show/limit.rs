//! Rate limits as callers read them.

use super::case::actor;
use crate::domain::limit::adaptive::Tightness;
use crate::domain::limit::named::OnFailure;
use crate::domain::limit::{Algorithm, Limit};
use crate::ports::limiter::{CountedBy, Tight};
use crate::ports::limits::LimitRecord;
use wire::duration::Duration;
use wire::limit::Seconds;
use wire::number::Decimal;
use wire::time::Time;

/// A version of a limit.
pub(crate) fn limit(record: &LimitRecord) -> wire::limit::Limit {
    let Limit {
        rate,
        key,
        cost,
        on_failure,
        adaptive,
    } = &record.limit;
    wire::limit::Limit {
        id: record.id.to_string(),
        name: record.name.to_string(),
        community: record.community.map(|id| id.to_string()),
        version: record.version,
        algorithm: algorithm(rate.algorithm()),
        capacity: rate.capacity(),
        period: seconds(rate.period()),
        burst: rate.size(),
        key: key.as_str().to_owned(),
        cost: *cost,
        on_failure: match on_failure {
            OnFailure::Allow => wire::limit::OnFailure::Allow,
            OnFailure::Deny => wire::limit::OnFailure::Deny,
            OnFailure::Local => wire::limit::OnFailure::Local,
        },
        adaptive: adaptive.as_ref().map(|(adaptive, by)| wire::limit::Adaptive {
            floor: i64::from(adaptive.floor),
            tighten: Some(thousandths(adaptive.tighten)),
            recover: Some(i64::from(adaptive.recover)),
            every: Some(Duration::Seconds(seconds(adaptive.every))),
            denials: adaptive.denials.map(thousandths),
            min_checks: Some(i64::from(adaptive.min_checks)),
            by: Some(by.as_str().to_owned()),
        }),
        created_at: Time(record.created_at),
        by: actor(&record.by),
        comment: record.comment.clone(),
    }
}

const fn algorithm(algorithm: Algorithm) -> wire::limit::Algorithm {
    match algorithm {
        Algorithm::TokenBucket => wire::limit::Algorithm::TokenBucket,
        Algorithm::SlidingWindowLog => wire::limit::Algorithm::SlidingWindowLog,
        Algorithm::SlidingWindow => wire::limit::Algorithm::SlidingWindow,
        Algorithm::Gcra => wire::limit::Algorithm::Gcra,
    }
}

/// Whole seconds: periods are given in such.
fn seconds(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds / 1_000).unwrap_or(i64::MAX)
}

fn thousandths(number: u32) -> Decimal {
    let text = format!("{}.{:03}", number / 1_000, number % 1_000);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Decimal::parse(text).unwrap_or_else(|_| Decimal::from(0))
}

/// Who counted.
pub(crate) const fn counted_by(by: CountedBy) -> wire::limit::CountedBy {
    match by {
        CountedBy::Memory => wire::limit::CountedBy::Memory,
        CountedBy::Redis => wire::limit::CountedBy::Redis,
        CountedBy::Local => wire::limit::CountedBy::Local,
        CountedBy::Nobody => wire::limit::CountedBy::Nobody,
    }
}

/// How tight a limit is.
pub(crate) fn tightness(
    adaptive: &crate::domain::limit::adaptive::Adaptive,
    tight: &Tight,
) -> wire::limit::Tightness {
    let Tight { tightness, now } = tight;
    let Tightness {
        capacity,
        checks,
        denied,
        ..
    } = *tightness;
    wire::limit::Tightness {
        capacity,
        floor: adaptive.floor,
        ceiling: adaptive.ceiling,
        held_for: Seconds(tightness.held_for(*now)),
        raid_for: Seconds(tightness.raid_for(*now)),
        reset_after: Seconds(tightness.reset_after(adaptive, *now)),
        checks,
        denied,
    }
}
