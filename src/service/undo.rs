//! Undoing what many acts did: a plan of voids, shown before it is carried out, and carried out as a job.

mod irreversible; // what no plan brings back
mod waiting; // held acts that were not carried out so far

use self::irreversible::{Remedies, irreversible};
use super::bulk::keys_of;
use super::caller::{Caller, NamedActor};
use super::error::{ServiceError, outcome};
use super::jobs::Work;
use super::judge::json;
use super::records::Moderator;
use super::{After, Answer, Claim, Outcome, PersonRef, Service};
use crate::domain::case::{Case, RungOutcome};
use crate::domain::id::{CommunityId, HeldId, JobId, PlanId, SanctionId, TenantId};
use crate::domain::job::{JobKind, JobState, MOST_ITEMS};
use crate::domain::policy_check::Finding;
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::jobs::NewJob;
use crate::ports::record::CaseFilter;
use crate::ports::undo::NewPlan;
use futures_util::future::try_join_all;
use std::time::Duration;
use wire::key::Scope;
use wire::time::Time;
use wire::undo::{UndoPlan, UndoneSanction};

/// For how long a plan can be applied.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// How many cases are read at once, one by one.
const READS: usize = 16;
/// How many cases are read at once from a list.
const PAGE: u32 = 500;

/// A community of a tenant.
type Home = (TenantId, CommunityId);

/// Whose acts to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// Those of a job.
    Job(JobId),
    /// Those of a request with many acts under this key.
    Bulk(String),
    /// Those of a moderator, from one moment on and before another.
    By(Moderator, Instant, Instant),
}

/// What was made of acts.
struct Made {
    /// Their cases, the newest first.
    cases: Vec<Case>,
    /// Those that still wait for others.
    waiting: Vec<HeldId>,
}

impl Service {
    /// Makes a plan to undo acts, and keeps it for an hour.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for what does not exist or is no longer kept, [`ServiceError::JobUnfinished`],
    /// [`ServiceError::JobDryRun`], or
    /// [`ServiceError::Invalid`] for too many cases.
    pub async fn plan_undo(
        &self,
        caller: &Caller,
        community: CommunityId,
        undoing: Undoing,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let home = (caller.tenant, community);
        self.store.community(caller.tenant, community).await?;
        let remedies = match &undoing {
            Undoing::By(moderator, from, until) => self.remedies_by(home, moderator, (*from, *until)).await?,
            Undoing::Job(_) | Undoing::Bulk(_) => Remedies::default(),
        };
        let made = self.made_by(home, undoing).await?;
        let mut draft = self.draft(home, made.cases).await?;
        draft.waiting = made.waiting.iter().map(HeldId::to_string).collect();
        // What went out is named last.
        let place = draft.irreversible.len().saturating_sub(1);
        draft.irreversible.splice(place..place, remedies.irreversible());
        let new = NewPlan {
            tenant: caller.tenant,
            community,
            id: PlanId(self.ids.fresh()),
            lifetime: LIFETIME,
            claim,
        };
        let store = self.store.clone();
        self.detached(async move {
            let write = |made, expires| Answer {
                tag: new.id.to_string(),
                body: json(&UndoPlan {
                    id: new.id.to_string(),
                    created_at: Time(made),
                    expires_at: Time(expires),
                    ..draft.clone()
                }),
            };
            outcome(store.create_plan(&new, &write).await?)
        })
        .await
    }

    /// A plan.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn undo_plan(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: PlanId,
    ) -> Result<UndoPlan, ServiceError> {
        caller.require(Scope::CasesRead)?;
        self.kept_plan(caller, community, id).await
    }

    /// Carries a plan out, as a job of voids, the newest case first. Each void is checked as a single one is.
    ///
    /// # Errors
    /// [`ServiceError::PlanExpired`], [`ServiceError::PlanApplied`] or [`ServiceError::NotFound`].
    pub async fn apply_undo(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, PlanId),
        actor: Option<NamedActor>,
        reason: Option<String>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        let plan = self.kept_plan(caller, community, id).await?;
        let actor = caller.actor(actor)?;
        let work = plan.cases.into_iter().map(|number| Work::Void {
            number,
            actor: actor.clone(),
            reason: reason.clone(),
        });
        let work: Vec<_> = work.collect();
        let new = self.new_job((caller, community), JobKind::Voids, &work, claim);
        let plan = Some(id);
        self.accept(NewJob { plan, ..new }).await
    }

    async fn kept_plan(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: PlanId,
    ) -> Result<UndoPlan, ServiceError> {
        caller.enter(community)?;
        let kept = self.store.plan(caller.tenant, community, id).await?;
        let plan: UndoPlan = serde_json::from_str(&kept.document).map_err(|source| StoreError::Corrupt {
            table: "undo_plans",
            column: "doc",
            row: id.to_string(),
            source: source.into(),
        })?;
        Ok(UndoPlan {
            job: kept.job.map(|job| job.to_string()),
            ..plan
        })
    }

    /// What was made of the acts.
    async fn made_by(&self, home: Home, undoing: Undoing) -> Result<Made, ServiceError> {
        let tags = match undoing {
            Undoing::By(moderator, from, until) => {
                let waiting = self.waiting_by(home, &moderator, (from, until)).await?;
                let cases = self.cases_by(home, moderator, (from, until)).await?;
                return Ok(Made { cases, waiting });
            }
            Undoing::Job(job) => self.tags_of_job(home, job).await?,
            Undoing::Bulk(key) => {
                let tag = self.store.kept_tag(home.0, &key).await?;
                let tag = tag.ok_or(ServiceError::NotFound("request"))?;
                match JobId::parse(&tag) {
                    // The request was accepted as a job.
                    Some(job) => self.tags_of_job(home, job).await?,
                    None if tag == home.1.to_string() => {
                        let (after, before) = keys_of(&key);
                        self.store.kept_tags(home.0, &after, &before, most()).await?
                    }
                    None => return Err(ServiceError::NotFound("request")),
                }
            }
        };
        let (mut numbers, waiting) = self.come_of(home, &tags).await?;
        numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
        let mut cases = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(READS) {
            let reads = some.iter().map(|number| self.store.case(home.0, home.1, *number));
            cases.extend(try_join_all(reads).await?);
        }
        Ok(Made { cases, waiting })
    }

    async fn tags_of_job(&self, (tenant, community): Home, job: JobId) -> Result<Vec<String>, ServiceError> {
        let job = self.store.job(tenant, community, job).await?;
        // A void is final, so what a job of voids did cannot be taken back.
        if job.kind == JobKind::Voids {
            return Err(ServiceError::NotFound("job that acted"));
        }
        // It wrote nothing.
        if job.dry_run {
            return Err(ServiceError::JobDryRun);
        }
        // What it is still to do would be no part of the plan.
        if !matches!(job.state, JobState::Done | JobState::Cancelled | JobState::Failed) {
            return Err(ServiceError::JobUnfinished(job.state.name()));
        }
        let (after, before) = (job.before_keys(), job.after_keys());
        Ok(self.store.kept_tags(tenant, &after, &before, most()).await?)
    }

    /// The acts of a moderator within a time, the newest first.
    async fn cases_by(
        &self,
        (tenant, community): Home,
        moderator: Moderator,
        (from, until): (Instant, Instant),
    ) -> Result<Vec<Case>, ServiceError> {
        let Some(actor) = self.word_of(tenant, &moderator).await? else {
            return Ok(Vec::new());
        };
        let filter = CaseFilter {
            actor: Some(actor),
            from: Some(from),
            until: Some(until),
            ..CaseFilter::default()
        };
        let mut cases: Vec<Case> = Vec::new();
        loop {
            let page = After {
                after: cases.last().map(|case| case.number),
                limit: PAGE,
            };
            let more = self.store.cases(tenant, community, &filter, page).await?;
            let full = u32::try_from(more.len()).is_ok_and(|count| count >= PAGE);
            cases.extend(more);
            if i64::try_from(cases.len()).is_ok_and(|count| count > MOST_ITEMS) {
                return Err(ServiceError::Invalid(vec![Finding {
                    pointer: "/from".to_owned(),
                    detail: format!("more than {MOST_ITEMS} cases; choose a shorter time"),
                }]));
            }
            if !full {
                return Ok(cases);
            }
        }
    }

    /// A moderator in one word; `None` for somebody whom nobody has seen, who has done nothing.
    async fn word_of(&self, tenant: TenantId, moderator: &Moderator) -> Result<Option<String>, ServiceError> {
        Ok(Some(match moderator {
            Moderator::Person(PersonRef::User(user)) => user.to_string(),
            Moderator::Person(person) => match self.store.user(tenant, person).await {
                Ok(user) => user.id.to_string(),
                Err(StoreError::NotFound(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            },
            Moderator::Key(key) => key.to_string(),
            Moderator::Automod(rule) => rule.actor(),
            Moderator::Escalation => "escalation".to_owned(),
            Moderator::System => "system".to_owned(),
            Moderator::Import => "import".to_owned(),
        }))
    }

    /// What voiding the cases would do. Its id and its times are still to be filled in.
    async fn draft(&self, home: Home, cases: Vec<Case>) -> Result<UndoPlan, ServiceError> {
        let (gone, cases): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.voided.is_some());
        let (lifts, cases): (Vec<_>, Vec<_>) =
            cases.into_iter().partition(|case| case.kind.lifts().is_some());
        let (mut ends, mut may_end) = (Vec::new(), Vec::new());
        for some in cases.chunks(READS) {
            let found = some.iter().map(|case| self.sanctions_of(home, case));
            for (own, escalated) in try_join_all(found).await? {
                ends.extend(own);
                may_end.extend(escalated);
            }
        }
        let now = Time(self.clock.now());
        Ok(UndoPlan {
            irreversible: irreversible(&cases),
            cases: numbers(&cases),
            ends,
            may_end,
            already_voided: numbers(&gone),
            not_voidable: numbers(&lifts),
            waiting: Vec::new(),
            id: String::new(),
            community: home.1.to_string(),
            created_at: now,
            expires_at: now,
            job: None,
        })
    }

    /// The sanctions that a case started and that hold now: its own, and those of what it escalated to.
    async fn sanctions_of(
        &self,
        home: Home,
        case: &Case,
    ) -> Result<(Option<UndoneSanction>, Vec<UndoneSanction>), ServiceError> {
        let own = match &case.started {
            Some(sanction) => self.holding(home, sanction.id).await?,
            None => None,
        };
        let (mut escalated, mut last) = (Vec::new(), case.clone());
        // An escalation has the number after its cause's.
        while last.rungs.iter().any(|mark| mark.outcome == RungOutcome::Fired) {
            let next = match self.store.case(home.0, home.1, last.number + 1).await {
                Ok(next) if next.causes.contains(&last.number) => next,
                Ok(_) | Err(StoreError::NotFound(_)) => break,
                Err(error) => return Err(error.into()),
            };
            last = next;
            if let Some(sanction) = last.started.as_ref().filter(|_| last.voided.is_none()) {
                escalated.extend(self.holding(home, sanction.id).await?);
            }
        }
        Ok((own, escalated))
    }

    /// A sanction, if it holds now.
    async fn holding(
        &self,
        (tenant, community): Home,
        id: SanctionId,
    ) -> Result<Option<UndoneSanction>, ServiceError> {
        let record = self.store.sanction(tenant, community, id).await?;
        let now = self.clock.now().timestamp();
        let over = record.sanction.end.is_some_and(|end| end.seconds() <= now);
        if record.ended.is_some() || over {
            return Ok(None);
        }
        Ok(Some(UndoneSanction {
            id: id.to_string(),
            user: record.user.to_string(),
            kind: record.sanction.kind.into(),
            case: record.sanction.case,
            ends_at: record.sanction.end.map(|end| Time(end.to_utc())),
        }))
    }
}

/// As many cases as a job can void.
fn most() -> u32 {
    u32::try_from(MOST_ITEMS).unwrap_or(u32::MAX)
}

fn numbers(cases: &[Case]) -> Vec<i64> {
    cases.iter().map(|case| case.number).collect()
}
