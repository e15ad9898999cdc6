//! The ports: each method, handed to the module that does it.

use super::{
    Postgres, change, decide, directory, errors, events, export, housekeeping, import, look, recall, record,
    restore, timers, void,
};
use crate::domain::actor::Acting;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, KeyId, SanctionId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::member::Member;
use crate::domain::past::{Answer, Question};
use crate::domain::plan::Plan;
use crate::domain::time::Instant;
use crate::ports::directory::{
    After, ApiKey, Applied, Community, Directory, DuePolicy, Link, Order, PolicyNow, PolicyRecord, Profile,
    Render, Tenant, User,
};
use crate::ports::error::StoreError;
use crate::ports::history::{History, ImportOrder, Imported, RestoreOrder, Restored, Scribe, Sink};
use crate::ports::housekeeping::Housekeeping;
use crate::ports::ledger::{
    ActorRef, Judge, Ledger, PersonRef, Reply, Revision as Replay, Seen, Submission, VoidOrder,
};
use crate::ports::record::{CaseFilter, EventFilter, Log, Record, Revision, SanctionFilter, SanctionRecord};
use crate::ports::timers::{DueTimer, Timers};
use crate::storage::batch::MemberKey;
use crate::storage::halving::in_halves;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

#[async_trait]
impl Ledger for Postgres {
    async fn decide(&self, batch: &[Submission], judge: &dyn Judge) -> Vec<Result<Reply, StoreError>> {
        let decide = decide::Decide {
            pool: &self.pool,
            timelines: &self.timelines,
            judge,
        };
        in_halves(&decide, batch).await
    }

    async fn look(
        &self,
        tenant: TenantId,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<Seen, StoreError> {
        look::look(self, (tenant, community), person).await
    }

    async fn acting(
        &self,
        tenant: TenantId,
        community: CommunityId,
        actor: &ActorRef,
    ) -> Result<Acting, StoreError> {
        look::who_acts(self, (tenant, community), actor).await
    }

    async fn state_at(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        at: Instant,
    ) -> Result<Member, StoreError> {
        let member = MemberKey {
            tenant,
            community,
            user,
        };
        let mut connection = self.pool.reader().acquire().await.map_err(errors::failed)?;
        look::state_before(&mut connection, member, at, i64::MAX).await
    }

    async fn terms(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        at: Instant,
        before: Option<(Instant, i64)>,
        limit: u32,
    ) -> Result<Vec<Case>, StoreError> {
        let member = MemberKey {
            tenant,
            community,
            user,
        };
        look::terms(self.pool.reader(), member, at, before, limit).await
    }

    async fn recall(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        questions: &[Question],
    ) -> Result<Vec<Answer>, StoreError> {
        let member = MemberKey {
            tenant,
            community,
            user,
        };
        let mut connection = self.pool.reader().acquire().await.map_err(errors::failed)?;
        recall::recall(&mut connection, member, questions).await
    }

    async fn void(
        &self,
        order: &VoidOrder,
        start: &(dyn Fn() -> Box<dyn Replay> + Send + Sync),
    ) -> Result<Reply, StoreError> {
        void::void(self, order, start).await
    }
}

#[async_trait]
impl Directory for Postgres {
    async fn apply(&self, order: &Order, render: &dyn Render) -> Result<Applied, StoreError> {
        change::apply(self, order, render).await
    }

    async fn count_tenants(&self) -> Result<u64, StoreError> {
        directory::count_tenants(self.pool.reader()).await
    }

    async fn tenants(&self, archived: bool, page: After<TenantId>) -> Result<Vec<Tenant>, StoreError> {
        directory::tenants(self.pool.reader(), archived, page).await
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Tenant, StoreError> {
        directory::tenant(self.pool.reader(), tenant).await
    }

    async fn key_by_hash(&self, hash: &[u8; 32]) -> Result<Option<(ApiKey, Plan)>, StoreError> {
        directory::key_by_hash(self.pool.reader(), hash).await
    }

    async fn touch_keys(&self, used: &[(TenantId, KeyId, DateTime<Utc>)]) -> Result<(), StoreError> {
        change::touch_keys(&self.pool, used).await
    }

    async fn key(&self, tenant: TenantId, id: KeyId) -> Result<ApiKey, StoreError> {
        directory::key(self.pool.reader(), tenant, id).await
    }

    async fn keys(&self, tenant: TenantId, page: After<KeyId>) -> Result<Vec<ApiKey>, StoreError> {
        directory::keys(self.pool.reader(), tenant, page).await
    }

    async fn community(&self, tenant: TenantId, id: CommunityId) -> Result<Community, StoreError> {
        directory::community(self.pool.reader(), tenant, id, self.pool.set_clock()).await
    }

    async fn community_by_link(&self, tenant: TenantId, link: &Link) -> Result<CommunityId, StoreError> {
        let found = directory::community_by_link(self.pool.reader(), tenant, link).await?;
        found.ok_or(StoreError::NotFound("link"))
    }

    async fn communities(
        &self,
        tenant: TenantId,
        among: Option<&[CommunityId]>,
        archived: bool,
        page: After<CommunityId>,
    ) -> Result<Vec<Community>, StoreError> {
        directory::communities(
            self.pool.reader(),
            tenant,
            among,
            archived,
            page,
            self.pool.set_clock(),
        )
        .await
    }

    async fn policy(
        &self,
        tenant: TenantId,
        community: CommunityId,
        version: Option<i32>,
    ) -> Result<PolicyRecord, StoreError> {
        let Some(version) = version else {
            return Ok(self.policy_now(tenant, community).await?.in_force);
        };
        if let Some(found) = directory::policy(self.pool.reader(), tenant, community, version).await? {
            return Ok(found);
        }
        directory::community_exists(self.pool.reader(), tenant, community).await?;
        Err(StoreError::NotFound("policy"))
    }

    async fn policy_now(&self, tenant: TenantId, community: CommunityId) -> Result<PolicyNow, StoreError> {
        let found =
            directory::policy_now(self.pool.reader(), tenant, community, self.pool.set_clock()).await?;
        found.ok_or(StoreError::NotFound("community"))
    }

    async fn policies(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<i32>,
    ) -> Result<Vec<PolicyRecord>, StoreError> {
        let found = directory::policies(self.pool.reader(), tenant, community, page).await?;
        if found.is_empty() {
            directory::community_exists(self.pool.reader(), tenant, community).await?;
        }
        Ok(found)
    }

    async fn user(&self, tenant: TenantId, person: &PersonRef) -> Result<User, StoreError> {
        if let Some(found) = directory::user(self.pool.reader(), tenant, person).await? {
            return Ok(found);
        }
        let person = self.erased(tenant, person).await?;
        let found = directory::user(self.pool.reader(), tenant, &person).await?;
        found.ok_or(StoreError::NotFound("user"))
    }

    async fn users(&self, tenant: TenantId, page: After<UserId>) -> Result<Vec<User>, StoreError> {
        directory::users(self.pool.reader(), tenant, page).await
    }

    async fn profile(
        &self,
        tenant: TenantId,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<Profile, StoreError> {
        directory::community_exists(self.pool.reader(), tenant, community).await?;
        if let Some(found) = directory::profile(self.pool.reader(), tenant, community, person).await? {
            return Ok(found);
        }
        let person = self.erased(tenant, person).await?;
        let found = directory::profile(self.pool.reader(), tenant, community, &person).await?;
        found.ok_or(StoreError::NotFound("user"))
    }

    async fn profiles(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<UserId>,
    ) -> Result<Vec<Profile>, StoreError> {
        let found = directory::profiles(self.pool.reader(), tenant, community, page).await?;
        if found.is_empty() {
            directory::community_exists(self.pool.reader(), tenant, community).await?;
        }
        Ok(found)
    }
}

#[async_trait]
impl Record for Postgres {
    async fn case(&self, tenant: TenantId, community: CommunityId, number: i64) -> Result<Case, StoreError> {
        record::case(self.pool.reader(), (tenant, community), number).await
    }

    async fn cases(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &CaseFilter,
        page: After<i64>,
    ) -> Result<Vec<Case>, StoreError> {
        record::cases(&self.pool, (tenant, community), filter, page).await
    }

    async fn revisions(
        &self,
        tenant: TenantId,
        community: CommunityId,
        number: i64,
    ) -> Result<Vec<Revision>, StoreError> {
        record::revisions(&self.pool, (tenant, community), number).await
    }

    async fn sanction(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: SanctionId,
    ) -> Result<SanctionRecord, StoreError> {
        record::sanction(self.pool.reader(), (tenant, community), id).await
    }

    async fn sanctions(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &SanctionFilter,
        page: After<SanctionId>,
    ) -> Result<Vec<SanctionRecord>, StoreError> {
        record::sanctions(&self.pool, (tenant, community), filter, page).await
    }

    async fn events(
        &self,
        tenant: TenantId,
        filter: &EventFilter,
        page: After<i64>,
    ) -> Result<Log, StoreError> {
        events::events(self.pool.reader(), tenant, filter, page).await
    }

    async fn log_ends(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, i64)>, StoreError> {
        events::log_ends(&self.pool, tenants).await
    }

    async fn all_log_ends(&self) -> Result<Vec<(TenantId, i64)>, StoreError> {
        events::all_log_ends(&self.pool).await
    }

    async fn platforms(
        &self,
        tenant: TenantId,
        communities: &[CommunityId],
    ) -> Result<Vec<(CommunityId, Platform)>, StoreError> {
        events::platforms(&self.pool, tenant, communities).await
    }
}

#[async_trait]
impl Timers for Postgres {
    async fn lease_due(&self, limit: u32, lease: Duration) -> Result<Vec<DueTimer>, StoreError> {
        timers::lease_due(&self.pool, limit, lease).await
    }

    async fn next_due(&self) -> Result<Option<Instant>, StoreError> {
        timers::next_due(&self.pool).await
    }

    async fn due_policies(&self, limit: u32) -> Result<Vec<DuePolicy>, StoreError> {
        timers::due_policies(&self.pool, limit).await
    }

    async fn next_policy(&self) -> Result<Option<Instant>, StoreError> {
        timers::next_policy(&self.pool).await
    }
}

#[async_trait]
impl History for Postgres {
    async fn import(&self, order: &ImportOrder, scribe: &dyn Scribe) -> Result<Imported, StoreError> {
        import::import(self, order, scribe).await
    }

    async fn export(
        &self,
        tenant: TenantId,
        community: CommunityId,
        sink: &mut dyn Sink,
    ) -> Result<(), StoreError> {
        export::export(self, (tenant, community), sink).await
    }

    async fn restore(&self, order: &RestoreOrder, render: Restored<'_>) -> Result<Imported, StoreError> {
        restore::restore(self, order, render).await
    }
}

#[async_trait]
impl Housekeeping for Postgres {
    async fn forget_answers(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        housekeeping::forget_answers(&self.pool, age, limit).await
    }

    async fn forget_events(&self, age: Duration, limit: u32) -> Result<bool, StoreError> {
        events::forget_events(&self.pool, age, limit).await
    }
}
