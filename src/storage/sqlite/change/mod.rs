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
use super::errors::failed;
use super::people;
use super::pool::Transaction;
use super::write::{Made, write};
use super::{Sqlite, archived, directory};
use crate::ports::answer::Answer;
use crate::ports::directory::{Applied, Change, Changed, Conflict, Order, Render};
use crate::ports::error::StoreError;
use crate::storage::batch::Writes;
use crate::storage::timelines::Timelines;
use chrono::{DateTime, Utc};

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
    merge::STATEMENTS,
    split::STATEMENTS,
];

/// What a change needs besides itself.
struct Context<'a> {
    order: &'a Order,
    timelines: &'a Timelines,
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

/// Carries out a change.
pub(super) async fn apply(store: &Sqlite, order: &Order, render: &dyn Render) -> Result<Applied, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let now = store.now();
    let context = Context {
        order,
        timelines: &store.timelines,
        render,
        now,
    };
    let stop = match context.within(&mut transaction).await {
        Ok(answer) => {
            transaction.commit().await?;
            return Ok(Applied::Done(answer));
        }
        Err(stop) => stop,
    };
    transaction.abandon().await;
    match stop {
        Stop::Answered(applied) => Ok(applied),
        Stop::Failed(error) => Err(error),
    }
}

impl Context<'_> {
    async fn within(&self, transaction: &mut Transaction) -> Result<Answer, Stop> {
        let (tenant, order) = (self.order.tenant, self.order);
        if let Some(claim) = &order.claim
            && let Some(kept) = kept_under(transaction, tenant, claim).await?
        {
            return Err(Stop::Answered(if kept.fingerprint == claim.fingerprint {
                Applied::Replayed(kept.answer)
            } else {
                Applied::KeyReused
            }));
        }
        let closed = match order.change.writes_in() {
            Some(community) => archived::closed(transaction.connection()?, tenant, community).await?,
            None if order.change.goes_on() => None,
            None => archived::tenant_closed(transaction.connection()?, tenant).await?,
        };
        if let Some(refusal) = closed {
            return Err(Stop::Answered(Applied::Refused(refusal)));
        }
        let changed = self.change(transaction).await?;
        let logged_by = order.logged_by();
        // After the change: the first tenant exists only now.
        directory::tenant(transaction.connection()?, logged_by).await?;
        let acting = people::acting(transaction, logged_by, None, &order.by, self.now).await?;
        let rendered = self.render.render(&changed, &acting.actor, self.now);
        if order.change.is_dry_run() {
            return Err(Stop::Answered(Applied::Done(rendered.answer)));
        }
        let mut writes = Writes::default();
        writes.append(logged_by, rendered.events);
        self.tell_of_appeal(transaction, &changed, &mut writes).await?;
        if let Some(claim) = &order.claim {
            writes.keep(tenant, claim, &rendered.answer, self.now);
        }
        write(transaction, &writes, &Made::nobody(self.now)).await?;
        Ok(rendered.answer)
    }

    async fn change(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::CreateTenant { id, name, plan, key } => {
                self.create_tenant(transaction, *id, (name, *plan), key).await
            }
            Change::CreateKey(key) => self.create_key(transaction, key).await,
            Change::RevokeKey(id) => self.revoke_key(transaction, *id).await,
            Change::CreateCommunity {
                id,
                name,
                links,
                looks,
                policy,
            } => {
                self.create_community(transaction, *id, (name, *looks), links, policy)
                    .await
            }
            Change::UpdateCommunity { .. } => self.update_community(transaction).await,
            Change::ArchiveCommunity { id, archived } => self.archive(transaction, *id, *archived).await,
            Change::DeleteCommunity(id) => self.delete_community(transaction, *id).await,
            Change::ArchiveTenant { id, archived } => self.archive_tenant(transaction, *id, *archived).await,
            Change::UpdateTenant { id, name, plan } => {
                self.update_tenant(transaction, *id, name.as_deref(), *plan).await
            }
            Change::DeleteTenant(id) => self.delete_tenant(transaction, *id).await,
            Change::KeepCommunity(id) => same(self.community(transaction, *id).await),
            Change::AddLink { community, link } => self.add_link(transaction, *community, link).await,
            Change::RemoveLink { community, link } => self.remove_link(transaction, *community, link).await,
            Change::PutPolicy { .. } => self.put_policy(transaction).await,
            Change::WithdrawPolicy { community, version } => {
                self.withdraw_policy(transaction, *community, *version).await
            }
            Change::ActivatePolicy { community, version } => {
                self.activate_policy(transaction, *community, *version).await
            }
            Change::PutLimit { .. } | Change::DeleteLimit { .. } => self.change_limit(transaction).await,
            Change::ReceiveDirective { .. } | Change::RetryDirective(_) | Change::CancelDirective(_) => {
                self.change_directive(transaction).await
            }
            Change::CreateSchedule(_) | Change::CancelSchedule { .. } | Change::RetrySchedule { .. } => {
                self.change_schedule(transaction).await
            }
            Change::Appeal(_) | Change::AppealLink(_) | Change::ChangeReason { .. } => {
                self.change_of_case(transaction).await
            }
            Change::PutFlow(new) => self.put_flow(transaction, new).await,
            Change::Conversation(change) => self.change_conversation(transaction, change).await,
            Change::Webhook(change) => self.change_webhook(transaction, change).await,
            _ => self.change_person(transaction).await,
        }
    }

    /// A change of a case, or of what belongs to one.
    async fn change_of_case(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::Appeal(change) => self.change_appeal(transaction, change).await,
            Change::AppealLink(change) => self.change_appeal_link(transaction, change).await,
            Change::ChangeReason {
                community,
                number,
                expected,
                reason,
            } => {
                let reason = reason.as_deref();
                self.change_reason(transaction, *community, *number, *expected, reason)
                    .await
            }
            _ => Err(StoreError::Failed("this changes no case".into()).into()),
        }
    }

    /// A change of a user or a member, or of what one is told.
    async fn change_person(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::CreateUser {
                id,
                name,
                language,
                identities,
            } => {
                self.create_user(transaction, *id, (name.as_deref(), *language), identities)
                    .await
            }
            Change::UpdateUser { id, name, language } => {
                self.update_user(transaction, *id, name.as_ref(), *language).await
            }
            Change::KeepUser(id) => same(self.present_user(transaction, *id).await),
            Change::EraseUser(id) => self.erase_user(transaction, *id).await,
            Change::AddIdentity { user, identity } => self.add_identity(transaction, *user, identity).await,
            Change::MergeUsers { .. } => self.merge_users(transaction).await,
            Change::SplitUsers { .. } => self.split_users(transaction).await,
            Change::AcknowledgeNotice { community, id } => {
                self.acknowledge_notice(transaction, (*community, *id)).await
            }
            Change::SetMember { .. } => self.set_member(transaction).await,
            _ => Err(StoreError::Failed("this changes nobody".into()).into()),
        }
    }
}

/// What was read because nothing was to be changed.
fn same(read: Result<Changed, Stop>) -> Result<Changed, Stop> {
    read.map(|there| Changed::Same(Box::new(there)))
}
