//! How keys stand and how tight limits are; what limits are told; keys that are forgotten.

use super::checks::{At, Shelves, Values, wrong};
use super::{Service, reading, shape};
use crate::domain::limit::adaptive::Signal;
use crate::ports::limiter::{Check, CountedBy, Demand, Unreachable};
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::show::limit::{counted_by, tightness};
use wire::key::Scope;
use wire::limit::{LimitKeyRequest, LimitSignal, LimitSignalRequest, LimitStatus, Seconds, Tightness};

/// The longest signal, in milliseconds.
const LONGEST: i64 = 86_400_000;

impl Service {
    /// How a key of a limit stands.
    ///
    /// # Errors
    /// As for a check; [`ServiceError::LimiterAway`] when nobody knows.
    pub async fn limit_status(
        &self,
        caller: &Caller,
        request: &LimitKeyRequest,
    ) -> Result<LimitStatus, ServiceError> {
        caller.require(Scope::LimitsRead)?;
        self.status(caller, request).await
    }

    /// Forgets what was spent under a key of a limit. How tight a limit is stays.
    ///
    /// # Errors
    /// As for a check; [`ServiceError::LimiterAway`] when it could not be done.
    pub async fn reset_limit(
        &self,
        caller: &Caller,
        request: &LimitKeyRequest,
    ) -> Result<LimitStatus, ServiceError> {
        caller.require(Scope::LimitsWrite)?;
        let (limit, values) = self.named(caller, request).await?;
        let key = values.fill(&limit.prefix, &limit.limit.key)?;
        self.limiter.reset(&[key]).await?;
        self.status(caller, request).await
    }

    /// Tells a limit of a signal.
    ///
    /// # Errors
    /// As for a check; [`ServiceError::Invalid`] for a limit that does not adapt; [`ServiceError::LimiterAway`] when nobody could be told.
    pub async fn signal_limit(
        &self,
        caller: &Caller,
        request: &LimitSignalRequest,
    ) -> Result<Tightness, ServiceError> {
        caller.require(Scope::LimitsCheck)?;
        shape::signal(request)?;
        let community = self.entered(caller, request.community.as_deref())?;
        let limit = self
            .known(
                caller,
                (community, &mut Shelves::default()),
                (Some(&request.limit), None),
                &At(None),
            )
            .await?;
        let Some((adaptive, by)) = &limit.limit.adaptive else {
            return Err(wrong(
                "/limit",
                "this limit does not adapt, so it takes no signals",
            ));
        };
        let values = Values {
            community: request.community.as_deref(),
            key: request.key.as_deref(),
            values: request.values.as_ref(),
        };
        let signal = signal(request)?;
        let key = values.fill(&limit.tight, by)?;
        let tight = self.limiter.signal(&key, adaptive, Some(signal)).await?;
        Ok(tightness(adaptive, &tight))
    }

    async fn named<'r>(
        &self,
        caller: &Caller,
        request: &'r LimitKeyRequest,
    ) -> Result<(std::sync::Arc<super::book::Known>, Values<'r>), ServiceError> {
        shape::named(request)?;
        let community = self.entered(caller, request.community.as_deref())?;
        let (name, rate) = (request.limit.as_deref(), request.rate.as_ref());
        let values = Values::of(request);
        let place = (community, &mut Shelves::default());
        let limit = self.known(caller, place, (name, rate), &At(None)).await?;
        Ok((limit, values))
    }

    async fn status(&self, caller: &Caller, request: &LimitKeyRequest) -> Result<LimitStatus, ServiceError> {
        let (limit, values) = self.named(caller, request).await?;
        let adaptive = match &limit.limit.adaptive {
            Some((adaptive, by)) => {
                let key = values.fill(&limit.tight, by)?;
                let tight = self.limiter.signal(&key, adaptive, None).await?;
                Some((*adaptive, key, tightness(adaptive, &tight)))
            }
            None => None,
        };
        let (shown, adaptive) = match adaptive {
            Some((rules, key, shown)) => (Some(shown), Some((rules, key))),
            None => (None, None),
        };
        let look = Check {
            demands: vec![Demand {
                key: values.fill(&limit.prefix, &limit.limit.key)?,
                rate: limit.counted,
                cost: 1,
                on_failure: limit.limit.on_failure,
                adaptive,
            }],
            peek: true,
        };
        let answer = self.decide(look).await?;
        if answer.by == CountedBy::Nobody {
            let reason = "nobody counts, and what the limit says then is not how the key stands".to_owned();
            return Err(Unreachable { reason }.into());
        }
        let verdict = answer.verdicts.first().ok_or(ServiceError::Lost)?;
        Ok(LimitStatus {
            name: limit.name.to_string(),
            version: limit.version,
            limit: verdict.limit,
            remaining: verdict.remaining,
            reset_after: Seconds(verdict.reset_after),
            counted_by: counted_by(answer.by),
            adaptive: shown,
        })
    }
}

fn signal(request: &LimitSignalRequest) -> Result<Signal, ServiceError> {
    let lasts = match &request.seconds {
        None => None,
        Some(seconds) => Some(
            reading::thousandths(seconds.as_str())
                .filter(|milliseconds| (0..=LONGEST).contains(milliseconds))
                .and_then(|milliseconds| u64::try_from(milliseconds).ok())
                .ok_or_else(|| wrong("/seconds", "from 0 to 86400, with at most 3 decimals"))?,
        ),
    };
    match (request.signal, lasts) {
        (LimitSignal::Calm, None) => Ok(Signal::Calm),
        (LimitSignal::Calm, Some(_)) => Err(wrong("/seconds", "what is over lasts no longer; leave it out")),
        (LimitSignal::Raid, Some(lasts)) => Ok(Signal::Raid(lasts)),
        (LimitSignal::Throttled, Some(lasts)) => Ok(Signal::Throttled(lasts)),
        (_, None) => Err(wrong("/seconds", "how long it lasts is missing")),
    }
}
