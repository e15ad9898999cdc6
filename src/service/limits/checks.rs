//! Checks: may this happen now? From a request to what the counters are asked, and from their answer to what callers read.

use super::book::{Known, Place, Shelf};
use super::{Quota, Service, reading, shape};
use crate::domain::id::CommunityId;
use crate::domain::limit::Verdict;
use crate::domain::limit::key::{self, NotAKey, Template};
use crate::domain::limit::named::cost;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::ports::limiter::{Answer, Check, Demand};
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::show::limit::counted_by;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use wire::key::Scope;
use wire::limit::{CheckAnswer, CheckRequest, LimitAnswer, LimitKeyRequest, RateRequest, Seconds};

/// How many checks one request may have.
pub const MOST_CHECKS: usize = 1_000;

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What callers read.
    pub answer: CheckAnswer,
    /// Each of its limits.
    pub quotas: Vec<Quota>,
}

/// A check that can be asked.
pub(super) struct Ready {
    pub(super) limits: Vec<Arc<Known>>,
    pub(super) check: Check,
}

/// The values that a request gives for the variables of keys.
pub(super) struct Values<'r> {
    pub(super) community: Option<&'r str>,
    pub(super) key: Option<&'r str>,
    pub(super) values: Option<&'r BTreeMap<String, String>>,
}

impl Service {
    /// Decides one check.
    ///
    /// # Errors
    /// [`ServiceError::UnknownLimit`], [`ServiceError::Invalid`] for everything else that is wrong with it.
    pub async fn check(&self, caller: &Caller, request: &CheckRequest) -> Result<Checked, ServiceError> {
        caller.require(Scope::LimitsCheck)?;
        shape::check(request, &"")?;
        let mut shelves = Shelves::default();
        let Ready { limits, check } = self.ready(caller, &mut shelves, request).await?;
        let answer = self.decide(check).await?;
        Ok(Checked {
            quotas: quotas(&limits, &answer),
            answer: said(&limits, &answer),
        })
    }

    /// The counters' answer to one check.
    pub(super) async fn decide(&self, check: Check) -> Result<Answer, ServiceError> {
        if let Some(answer) = self.limiter.check_at_once(&check) {
            return Ok(answer);
        }
        let mut answers = self.limiter.check(vec![check]).await;
        answers.pop().ok_or(ServiceError::Lost)
    }

    /// Decides many, in their order. What is refused of one is no matter to the others; but what could be no check refuses all.
    ///
    /// # Errors
    /// That the key may not ask at all; [`ServiceError::Invalid`] for a check that could be none.
    pub async fn checks(
        &self,
        caller: &Caller,
        requests: &[CheckRequest],
    ) -> Result<Vec<Result<CheckAnswer, ServiceError>>, ServiceError> {
        caller.require(Scope::LimitsCheck)?;
        for (index, request) in requests.iter().enumerate() {
            shape::check(request, &format_args!("/checks/{index}"))?;
        }
        let mut shelves = Shelves::default();
        let mut known = Vec::with_capacity(requests.len());
        let mut asked = Vec::with_capacity(requests.len());
        for request in requests {
            known.push(self.ready(caller, &mut shelves, request).await.map(|ready| {
                asked.push(ready.check);
                ready.limits
            }));
        }
        let mut answers = self.limiter.check(asked).await.into_iter();
        let mut answered = |limits: Vec<Arc<Known>>| {
            let answer = answers.next().ok_or(ServiceError::Lost)?;
            Ok(said(&limits, &answer))
        };
        Ok(known
            .into_iter()
            .map(|limits| limits.and_then(&mut answered))
            .collect())
    }

    /// What the counters are to be asked.
    async fn ready(
        &self,
        caller: &Caller,
        shelves: &mut Shelves,
        request: &CheckRequest,
    ) -> Result<Ready, ServiceError> {
        let community = self.entered(caller, request.community.as_deref())?;
        let values = Values {
            community: request.community.as_deref(),
            key: request.key.as_deref(),
            values: request.values.as_ref(),
        };
        let mut limits = Vec::with_capacity(1);
        let mut demands: Vec<Demand> = Vec::with_capacity(1);
        // Everything that is wrong is named at once; what is wrong with limits that nobody has, nobody knows.
        let (mut unknown, mut invalid): (Vec<Finding>, Vec<Finding>) = (Vec::new(), Vec::new());
        let parts = parts(request);
        let single = request.limits.is_none();
        for (index, (name, rate, price)) in parts.into_iter().enumerate() {
            let root = At((!single).then_some(index));
            let place = (community, &mut *shelves);
            let limit = match self.known(caller, place, (name, rate), &root).await {
                Err(ServiceError::UnknownLimit(found)) => {
                    unknown.extend(found);
                    continue;
                }
                known => known?,
            };
            let (at, price) = match price {
                Some(price) => (root, Some(price)),
                None => (At(None), request.cost),
            };
            let demand = match demand(&limit, &values, price, &at) {
                Err(ServiceError::Invalid(found)) => {
                    invalid.extend(found);
                    continue;
                }
                demand => demand?,
            };
            if demands.iter().any(|other| other.key == demand.key) {
                let field = if rate.is_some() { "rate" } else { "limit" };
                return Err(wrong(
                    format!("{root}/{field}"),
                    "the check has this limit already",
                ));
            }
            demands.push(demand);
            limits.push(limit);
        }
        if !unknown.is_empty() {
            return Err(ServiceError::UnknownLimit(unknown));
        }
        if !invalid.is_empty() {
            // Several limits may miss the same value.
            let mut seen = BTreeSet::new();
            invalid.retain(|finding| seen.insert((finding.pointer.clone(), finding.detail.clone())));
            return Err(ServiceError::Invalid(invalid));
        }
        let check = Check {
            demands,
            peek: request.peek,
        };
        Ok(Ready { limits, check })
    }

    /// The community of a request, if the caller may name it. Whether it exists is seen where its limits are looked for.
    pub(super) fn entered(
        &self,
        caller: &Caller,
        community: Option<&str>,
    ) -> Result<Option<CommunityId>, ServiceError> {
        let Some(text) = community else {
            if caller.communities.is_some() {
                let detail = "the API key is bound to communities, so a check names the one that it is about";
                return Err(wrong("/community", detail));
            }
            return Ok(None);
        };
        let community = CommunityId::parse(text).filter(|id| caller.enter(*id).is_ok());
        community.map(Some).ok_or_else(no_community)
    }

    /// A limit by its name, or one that the request brought along.
    pub(super) async fn known(
        &self,
        caller: &Caller,
        (community, shelves): (Option<CommunityId>, &mut Shelves),
        (name, rate): (Option<&str>, Option<&RateRequest>),
        root: &At,
    ) -> Result<Arc<Known>, ServiceError> {
        let tenant = caller.tenant;
        let text = name.unwrap_or_default();
        let name = || Name::new(text).map_err(|error| wrong(format!("{root}/limit"), error));
        if community.is_some() {
            let own = self.shelf(shelves, (tenant, community)).await?;
            let own = own.as_ref().ok_or_else(no_community)?;
            if rate.is_none()
                && let Some(limit) = own.get(&name()?)
            {
                return Ok(limit.clone());
            }
        }
        if let Some(rate) = rate {
            let limit = reading::rate(rate, &format!("{root}/rate")).map_err(ServiceError::Invalid)?;
            return Ok(Arc::new(Known::brought(tenant, community, limit)));
        }
        let name = name()?;
        let all = self.shelf(shelves, (tenant, None)).await?;
        let limit = all.as_ref().and_then(|all| all.get(&name));
        limit.cloned().ok_or_else(|| {
            let finding = Finding {
                pointer: format!("{root}/limit"),
                detail: format!("neither the community nor the tenant has a limit called {text:?}"),
            };
            ServiceError::UnknownLimit(vec![finding])
        })
    }

    /// The limits of a place, looked for once in a request.
    async fn shelf<'s>(&self, shelves: &'s mut Shelves, place: Place) -> Result<&'s Shelf, ServiceError> {
        let looked = match place.1 {
            None => &mut shelves.tenant,
            Some(_) => &mut shelves.community,
        };
        let there = looked.as_ref().is_some_and(|(at, _)| *at == place);
        if !there {
            *looked = None;
        }
        match looked {
            Some((_, shelf)) => Ok(shelf),
            None => {
                let shelf = self.limits.shelf(&*self.store, place, self.clock.now()).await?;
                Ok(&looked.insert((place, shelf)).1)
            }
        }
    }
}

/// The limits that a request has looked for last: those of its tenant, and of a community.
#[derive(Default)]
pub(super) struct Shelves {
    tenant: Option<(Place, Shelf)>,
    community: Option<(Place, Shelf)>,
}

/// Where in a check a limit stands: at the check itself, or in its list. Written out only where something is wrong.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |index| write!(f, "/limits/{index}"))
    }
}

/// The limits of a check, each by name or brought along, with the cost that it names for itself.
type Part<'r> = (Option<&'r str>, Option<&'r RateRequest>, Option<i64>);

fn parts(request: &CheckRequest) -> Vec<Part<'_>> {
    match &request.limits {
        None => vec![(request.limit.as_deref(), request.rate.as_ref(), None)],
        Some(several) => several
            .iter()
            .map(|part| (part.limit.as_deref(), part.rate.as_ref(), part.cost))
            .collect(),
    }
}

fn demand(limit: &Known, values: &Values<'_>, price: Option<i64>, root: &At) -> Result<Demand, ServiceError> {
    let price = match price {
        None => limit.limit.cost,
        Some(given) => cost(limit.limit.rate, given).map_err(|error| wrong(format!("{root}/cost"), error))?,
    };
    let adaptive = match &limit.limit.adaptive {
        Some((adaptive, by)) => Some((*adaptive, values.fill(&limit.tight, by)?)),
        None => None,
    };
    Ok(Demand {
        key: values.fill(&limit.prefix, &limit.limit.key)?,
        rate: limit.counted,
        cost: price,
        on_failure: limit.limit.on_failure,
        adaptive,
    })
}

impl<'r> Values<'r> {
    pub(super) fn of(request: &'r LimitKeyRequest) -> Self {
        Self {
            community: request.community.as_deref(),
            key: request.key.as_deref(),
            values: request.values.as_ref(),
        }
    }

    /// The key that the values make.
    pub(super) fn fill(&self, prefix: &str, template: &Template) -> Result<String, ServiceError> {
        let mut key = String::with_capacity(prefix.len() + 48);
        key.push_str(prefix);
        let value = |name: &str| match (name, self.key, self.community) {
            (key::WHOLE, Some(key), _) => Some(key),
            ("community", _, Some(community)) => Some(community),
            _ => self.values?.get(name).map(String::as_str),
        };
        match template.fill(&mut key, value) {
            Ok(()) => Ok(key),
            Err(NotAKey::Missing(_)) => {
                let missing: BTreeSet<Name> = template
                    .variables()
                    .filter(|name| value(name.as_str()).is_none())
                    .copied()
                    .collect();
                Err(ServiceError::Invalid(
                    missing.into_iter().map(nothing_for).collect(),
                ))
            }
            Err(error @ NotAKey::Long) => Err(wrong("/values", error)),
        }
    }
}

/// That a key needs a value for a variable, and where the request would say it.
fn nothing_for(name: Name) -> Finding {
    Finding {
        pointer: match name.as_str() {
            key::WHOLE => "/key".to_owned(),
            "community" => "/community".to_owned(),
            other => format!("/values/{other}"),
        },
        detail: NotAKey::Missing(name).to_string(),
    }
}

/// What the headers tell of an answer.
fn quotas(limits: &[Arc<Known>], answer: &Answer) -> Vec<Quota> {
    let each = limits.iter().zip(&answer.verdicts);
    let quotas = each.map(|(limit, verdict)| Quota::of(&limit.name, limit.limit.rate, verdict));
    quotas.collect()
}

/// What callers read of an answer.
fn said(limits: &[Arc<Known>], answer: &Answer) -> CheckAnswer {
    let each = || limits.iter().zip(&answer.verdicts);
    // The one to wait for longest; if all pass, the one with the least left.
    let tightest =
        each().max_by_key(|(_, verdict)| (verdict.retry_after, std::cmp::Reverse(verdict.remaining)));
    let (name, verdict) = tightest.map_or(("", &UNLIMITED), |(limit, verdict)| (&*limit.name, verdict));
    let limits = if limits.len() > 1 {
        each()
            .map(|(limit, verdict)| one_of_several(limit, verdict))
            .collect()
    } else {
        Vec::new()
    };
    CheckAnswer {
        allowed: verdict.allowed,
        limit: verdict.limit,
        remaining: verdict.remaining,
        retry_after: verdict.retry_after.map(Seconds),
        reset_after: Seconds(verdict.reset_after),
        denied_by: (!verdict.allowed).then(|| name.to_owned()),
        counted_by: counted_by(answer.by),
        limits,
    }
}

fn one_of_several(limit: &Known, verdict: &Verdict) -> LimitAnswer {
    LimitAnswer {
        name: limit.name.to_string(),
        allowed: verdict.allowed,
        limit: verdict.limit,
        remaining: verdict.remaining,
        retry_after: verdict.retry_after.map(Seconds),
        reset_after: Seconds(verdict.reset_after),
    }
}

/// Of a check without any limit, which no request is.
const UNLIMITED: Verdict = Verdict {
    allowed: true,
    limit: u32::MAX,
    remaining: u32::MAX,
    retry_after: None,
    reset_after: 0,
};

pub(super) fn wrong(pointer: impl Into<String>, detail: impl ToString) -> ServiceError {
    ServiceError::Invalid(vec![Finding {
        pointer: pointer.into(),
        detail: detail.to_string(),
    }])
}

fn no_community() -> ServiceError {
    wrong(
        "/community",
        "the tenant has no such community, or the API key is not bound to it",
    )
}
