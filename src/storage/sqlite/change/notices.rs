//! Notices: read by members, and those of appeals that were refused, decided without a remedy, or about which a reviewer asks something.

use super::{Context, Stop};
use crate::domain::id::{CommunityId, NoticeId};
use crate::domain::notice::When;
use crate::domain::time::Instant;
use crate::ports::appeals::AppealStep;
use crate::ports::directory::{Change, Changed};
use crate::storage::batch::{MemberKey, Writes, fresh_id};
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::void::timeline_of;
use crate::storage::sqlite::{directives, notices};

impl Context<'_> {
    pub(super) async fn acknowledge_notice(
        &self,
        transaction: &mut Transaction,
        (community, id): (CommunityId, NoticeId),
    ) -> Result<Changed, Stop> {
        let home = (self.order.tenant, community);
        let mut notice = notices::lock(transaction, home, id).await?;
        let is_news = notice.acknowledge(self.now);
        let directives = notices::directives(transaction.connection()?, home.0, &[id]).await?;
        if !is_news {
            let there = Changed::Notice(Box::new((notice, directives)));
            return Ok(Changed::Same(Box::new(there)));
        }
        notices::save(transaction, home.0, &notice).await?;
        Ok(Changed::Notice(Box::new((notice, directives))))
    }

    /// Has the member told that their appeal was refused or came to nothing, or what its reviewer asks. What a remedy decides is told with the remedy.
    pub(super) async fn tell_of_appeal(
        &self,
        transaction: &mut Transaction,
        changed: &Changed,
        writes: &mut Writes,
    ) -> Result<(), Stop> {
        let (Change::Appeal(change), Changed::Appeal(appeal)) = (&self.order.change, changed) else {
            return Ok(());
        };
        let is_news = match change.what {
            AppealStep::Decide(..) => appeal.about.decision.is_some(),
            AppealStep::Ask(..) | AppealStep::Bar(..) => true,
            _ => false,
        };
        if !is_news {
            return Ok(());
        }
        let home = (self.order.tenant, appeal.community);
        let member = MemberKey {
            tenant: home.0,
            community: home.1,
            user: self.present(transaction, appeal.user).await?,
        };
        let connection = transaction.connection()?;
        let audience = notices::audience(&mut *connection, member).await?;
        let timeline = timeline_of(connection, home, self.timelines).await?;
        let Ok(at) = Instant::from_utc(self.now) else {
            return Ok(());
        };
        let policy = &timeline.in_force(at).policy;
        let id = NoticeId(fresh_id(self.now));
        let told = self.render.notice(id, &audience, policy, appeal, self.now);
        let told: Vec<_> = told.into_iter().collect();
        writes.tell(member, &told, When::After, None);
        writes.notice(home, told, true);
        directives::issue(transaction, writes, &*self.render.announcer(), self.now).await?;
        Ok(())
    }
}
