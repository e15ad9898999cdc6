//! Links that let members in: made, and revoked.

use super::{Context, Stop, same};
use crate::domain::appeal_link::AppealLink;
use crate::domain::id::{AppealLinkId, CommunityId};
use crate::ports::appeal_links::{AppealLinkChange, LinkStep};
use crate::ports::directory::Changed;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{appeal_links, record};
use chrono::{SubsecRound as _, TimeDelta};

impl Context<'_> {
    pub(super) async fn change_appeal_link(
        &self,
        transaction: &mut Transaction,
        change: &AppealLinkChange,
    ) -> Result<Changed, Stop> {
        match change.what {
            LinkStep::Create { id, case, life } => {
                let made = self
                    .make_link(transaction, (change.community, case), id, life)
                    .await?;
                Ok(Changed::AppealLink(Box::new(made)))
            }
            LinkStep::Revoke(id) => self.revoke_link(transaction, change.community, id).await,
        }
    }

    async fn make_link(
        &self,
        transaction: &mut Transaction,
        (community, number): (CommunityId, i64),
        id: AppealLinkId,
        life: TimeDelta,
    ) -> Result<AppealLink, Stop> {
        let tenant = self.order.tenant;
        let case = record::case(transaction.connection()?, (tenant, community), number).await?;
        let link = AppealLink {
            id,
            community,
            case: number,
            user: case.user,
            created_at: self.now,
            // What signs it counts in whole seconds.
            expires_at: (self.now + life).trunc_subsecs(0),
            revoked_at: None,
        };
        appeal_links::insert(transaction, tenant, &link).await?;
        Ok(link)
    }

    async fn revoke_link(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        id: AppealLinkId,
    ) -> Result<Changed, Stop> {
        let home = (self.order.tenant, community);
        let mut link = appeal_links::link(transaction.connection()?, home, id).await?;
        if link.revoked_at.is_some() {
            return same(Ok(Changed::AppealLink(Box::new(link))));
        }
        appeal_links::revoke(transaction, home, id, self.now).await?;
        link.revoked_at = Some(self.now);
        Ok(Changed::AppealLink(Box::new(link)))
    }
}
