//! Changes to the directory, each in one transaction: check, write, render, append, keep the answer, commit.

mod appeal_links;
mod appeals;
mod calls;
mod communities;
mod conversations;
mod delete;
mod directives;
mod erase;
mod flows;
mod limits;
mod merge;
mod notices;
mod policies;
mod reason;
mod schedules;
mod split;
mod tenants_keys;
mod users;
mod webhooks;

pub(super) use tenants_keys::touch_keys;

use super::claims::kept_under;
use super::errors::{failed, failure};
use super::people;
use super::pool::Pool;
use super::write::write;
use super::{Postgres, archived, directory};
use crate::domain::actor::Acting;
use crate::ports::answer::{Answer, Claim};
use crate::ports::directory::{Applied, Change, Changed, Conflict, Order, Render};
use crate::ports::error::StoreError;
use crate::storage::batch::{Kept, Writes};
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::timelines::Timelines;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub(super) const STATEMENTS: &[&[&str]] = &[
    tenants_keys::STATEMENTS,
    communities::STATEMENTS,
    policies::STATEMENTS,
    limits::STATEMENTS,
    users::STATEMENTS,
    erase::STATEMENTS,
    delete::STATEMENTS,
    reason::STATEMENTS,
    flows::STATEMENTS,
    appeals::STATEMENTS,
    merge::STATEMENTS,
    split::STATEMENTS,
];

/// What a change needs besides itself.
struct Context<'a> {
    pool: &'a Pool,
    timelines: &'a Timelines,
    order: &'a Order,
    render: &'a dyn Render,
    now: DateTime<Utc>,
}

/// Why a change stops before anything is kept.
enum Stop {
    /// With an answer: a replay, a conflict, a refusal.
    Answered(Applied),
    Failed(StoreError),
}

impl From<Conflict> for Stop {
    fn from(conflict: Conflict) -> Self {
        Self::Answered(Applied::Conflict(conflict))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(failed(error))
    }
}

/// Carries out a change; again, when it lost against another one.
pub(super) async fn apply(
    store: &Postgres,
    order: &Order,
    render: &dyn Render,
) -> Result<Applied, StoreError> {
    for _ in 0..=MOST_RETRIES {
        match once(store, order, render).await.map_err(failure) {
            Err(Failure::Lost(_)) => {}
            other => return other.map_err(Failure::into_error),
        }
    }
    Err(StoreError::Busy)
}

async fn once(store: &Postgres, order: &Order, render: &dyn Render) -> Result<Applied, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let context = Context {
        pool: &store.pool,
        timelines: &store.timelines,
        order,
        render,
        now: store.pool.now(&mut transaction).await?,
    };
    match context.within(&mut transaction).await {
        Ok(answer) => {
            transaction.commit().await.map_err(failed)?;
            Ok(Applied::Done(answer))
        }
        Err(stop) => {
            drop(transaction);
            unless_kept(store, order, stop).await
        }
    }
}

/// What a change that was not made comes to. It may have lost against its own twin, which took the link or the name and has
/// committed by now: then the twin's answer is its own.
async fn unless_kept(store: &Postgres, order: &Order, stop: Stop) -> Result<Applied, StoreError> {
    let in_the_way = matches!(
        stop,
        Stop::Answered(Applied::Conflict(_)) | Stop::Failed(StoreError::NotFound(_))
    );
    if in_the_way
        && let Some(claim) = &order.claim
        && let Some(kept) = kept_under(store.pool.reader(), order.tenant, claim).await?
    {
        return Ok(applied(kept, claim));
    }
    match stop {
        Stop::Answered(applied) => Ok(applied),
        Stop::Failed(error) => Err(error),
    }
}

/// The answer to a key that was used before.
fn applied(kept: Kept, claim: &Claim) -> Applied {
    if kept.fingerprint == claim.fingerprint {
        Applied::Replayed(kept.answer)
    } else {
        Applied::KeyReused
    }
}

impl Context<'_> {
    async fn within(&self, connection: &mut PgConnection) -> Result<Answer, Stop> {
        let (tenant, order) = (self.order.tenant, self.order);
        if let Some(claim) = &order.claim
            && let Some(kept) = kept_under(&mut *connection, tenant, claim).await?
        {
            return Err(Stop::Answered(applied(kept, claim)));
        }
        let closed = match order.change.writes_in() {
            Some(community) => archived::closed(&mut *connection, tenant, community).await?,
            None if order.change.goes_on() => None,
            None => archived::tenant_closed(&mut *connection, tenant).await?,
        };
        if let Some(refusal) = closed {
            return Err(Stop::Answered(Applied::Refused(refusal)));
        }
        let (changed, acting) = self.change_by(connection).await?;
        let rendered = self.render.render(&changed, &acting.actor, self.now);
        if order.change.is_dry_run() {
            return Err(Stop::Answered(Applied::Done(rendered.answer)));
        }
        let mut writes = Writes::default();
        writes.append(order.logged_by(), rendered.events);
        self.tell_of_appeal(&mut *connection, &changed, &mut writes)
            .await?;
        if let Some(claim) = &order.claim {
            writes.keep(tenant, claim, &rendered.answer, self.now);
        }
        write(connection, &writes).await?;
        Ok(rendered.answer)
    }

    /// The change, and who made it. Whoever acts is found or made before anything is locked: batches make people while they
    /// hold their locks.
    async fn change_by(&self, connection: &mut PgConnection) -> Result<(Changed, Acting), Stop> {
        let (tenant, order) = (self.order.tenant, self.order);
        if let Change::CreateTenant { id, name, plan, key } = &order.change {
            let changed = self.create_tenant(connection, *id, (name, *plan), key).await?;
            let logged_by = order.logged_by();
            // After the change: the first tenant exists only now.
            directory::tenant(&mut *connection, logged_by).await?;
            let acting = people::acting(connection, logged_by, None, &order.by, self.now).await?;
            return Ok((changed, acting));
        }
        directory::tenant(&mut *connection, tenant).await?;
        let acting = people::acting(connection, tenant, None, &order.by, self.now).await?;
        let changed = self.change(connection, &acting).await?;
        Ok((changed, acting))
    }

    async fn change(&self, connection: &mut PgConnection, acting: &Acting) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::CreateTenant { id, name, plan, key } => {
                self.create_tenant(connection, *id, (name, *plan), key).await
            }
            Change::CreateKey(key) => self.create_key(connection, key).await,
            Change::RevokeKey(id) => self.revoke_key(connection, *id).await,
            Change::CreateCommunity {
                id,
                name,
                links,
                looks,
                policy,
            } => {
                let first = (policy, &acting.actor);
                self.create_community(connection, *id, (name, *looks), links, first)
                    .await
            }
            Change::UpdateCommunity { .. } => self.update_community(connection).await,
            Change::ArchiveCommunity { id, archived } => self.archive(connection, *id, *archived).await,
            Change::DeleteCommunity(id) => self.delete_community(connection, *id).await,
            Change::ArchiveTenant { id, archived } => self.archive_tenant(connection, *id, *archived).await,
            Change::UpdateTenant { id, name, plan } => {
                self.update_tenant(connection, *id, name.as_deref(), *plan).await
            }
            Change::DeleteTenant(id) => self.delete_tenant(connection, *id).await,
            Change::KeepCommunity(id) => same(self.community(connection, *id).await),
            Change::AddLink { community, link } => self.add_link(connection, *community, link).await,
            Change::RemoveLink { community, link } => self.remove_link(connection, *community, link).await,
            Change::PutPolicy { .. } => self.put_policy(connection, acting).await,
            Change::WithdrawPolicy { community, version } => {
                self.withdraw_policy(connection, *community, *version).await
            }
            Change::ActivatePolicy { community, version } => {
                self.activate_policy(connection, *community, *version).await
            }
            Change::PutLimit { .. } | Change::DeleteLimit { .. } => {
                self.change_limit(connection, acting).await
            }
            Change::ReceiveDirective { .. } | Change::RetryDirective(_) | Change::CancelDirective(_) => {
                self.change_directive(connection).await
            }
            Change::CreateSchedule(_) | Change::CancelSchedule { .. } | Change::RetrySchedule { .. } => {
                self.change_schedule(connection).await
            }
            Change::Appeal(_) | Change::AppealLink(_) | Change::ChangeReason { .. } => {
                self.change_of_case(connection).await
            }
            Change::PutFlow(new) => self.put_flow(connection, new, acting).await,
            Change::Conversation(change) => self.change_conversation(connection, change).await,
            Change::Webhook(change) => self.change_webhook(connection, change).await,
            _ => self.change_person(connection, acting).await,
        }
    }

    /// A change of a case, or of what belongs to one.
    async fn change_of_case(&self, connection: &mut PgConnection) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::Appeal(change) => self.change_appeal(connection, change).await,
            Change::AppealLink(change) => self.change_appeal_link(connection, change).await,
            Change::ChangeReason {
                community,
                number,
                expected,
                reason,
            } => {
                let reason = reason.as_deref();
                self.change_reason(connection, *community, *number, *expected, reason)
                    .await
            }
            _ => Err(StoreError::Failed("this changes no case".into()).into()),
        }
    }

    /// A change of a user or a member, or of what one is told.
    async fn change_person(&self, connection: &mut PgConnection, acting: &Acting) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::CreateUser {
                id,
                name,
                language,
                identities,
            } => {
                self.create_user(connection, *id, (name.as_deref(), *language), identities)
                    .await
            }
            Change::UpdateUser { id, name, language } => {
                self.update_user(connection, *id, name.as_ref(), *language).await
            }
            Change::KeepUser(id) => same(self.present_user(connection, *id).await),
            Change::EraseUser(id) => self.erase_user(connection, *id).await,
            Change::AddIdentity { user, identity } => self.add_identity(connection, *user, identity).await,
            Change::MergeUsers { .. } => self.merge_users(connection, acting).await,
            Change::SplitUsers { .. } => self.split_users(connection, acting).await,
            Change::AcknowledgeNotice { community, id } => {
                self.acknowledge_notice(connection, (*community, *id)).await
            }
            Change::SetMember { .. } => self.set_member(connection).await,
            _ => Err(StoreError::Failed("this changes nobody".into()).into()),
        }
    }
}

/// What was read because nothing was to be changed.
fn same(read: Result<Changed, Stop>) -> Result<Changed, Stop> {
    read.map(|there| Changed::Same(Box::new(there)))
}
