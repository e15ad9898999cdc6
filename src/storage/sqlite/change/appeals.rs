//! Appeals: every step that carries nothing out by itself.

use super::{Context, Stop};
use crate::domain::appeal::{Appeal, Barrier, Eligibility, Saying, Statement};
use crate::domain::id::{AppealId, CommunityId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::appeals::{AppealChange, AppealStep};
use crate::ports::directory::{Applied, Changed};
use crate::ports::error::StoreError;
use crate::storage::appeals::{Review, about, needs_rank, take};
use crate::storage::sqlite::bench::bench;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{appeals, people, record, void};
use std::sync::Arc;

impl Context<'_> {
    pub(super) async fn change_appeal(
        &self,
        transaction: &mut Transaction,
        change: &AppealChange,
    ) -> Result<Changed, Stop> {
        let (community, now) = (change.community, self.now);
        let (home, what) = ((self.order.tenant, community), &change.what);
        if let AppealStep::File {
            id,
            case,
            saying,
            draft,
        } = what
        {
            let filing = (*id, *case, *draft);
            return self.file(transaction, community, filing, saying).await;
        }
        let id = about(what).ok_or(StoreError::NotFound("appeal"))?;
        let acting = people::acting(transaction, home.0, Some(community), &self.order.by, now).await?;
        let mut appeal = appeals::lock(transaction, home, id).await?;
        let timeline = void::timeline_of(transaction.connection()?, home, self.timelines).await?;
        let (case, bench) = bench(transaction.connection()?, home, (&appeal, &timeline), &acting).await?;
        if needs_rank(what) {
            self.may_edit(transaction, community, &case, &acting).await?;
        }
        let review = Review {
            acting: &acting,
            bench: &bench,
            rules: &timeline.in_force(self.second()?).policy.appeals,
        };
        let happened = take(&mut appeal, what, &review, now).map_err(|why| refused(why.into()))?;
        appeals::save(transaction, home.0, &appeal).await?;
        Ok(match what {
            AppealStep::Tick(_) | AppealStep::SettleLift(..) => {
                Changed::AppealMoved(Box::new(appeal), happened)
            }
            _ => Changed::Appeal(Box::new(appeal)),
        })
    }

    pub(super) async fn file(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        (id, number, draft): (AppealId, i64, bool),
        saying: &Saying,
    ) -> Result<Changed, Stop> {
        let (tenant, now) = (self.order.tenant, self.now);
        let home = (tenant, community);
        let case = record::case(transaction.connection()?, home, number).await?;
        let timeline: Arc<Timeline> =
            void::timeline_of(transaction.connection()?, home, self.timelines).await?;
        let rules = &timeline.in_force(self.second()?).policy.appeals;
        let earlier = appeals::of_case(transaction, home, number).await?;
        if let Some(barrier) = Eligibility::of(rules, &case, &earlier, now).barrier {
            return Err(refused(match barrier {
                Barrier::Voided => Refusal::AlreadyVoided { number },
                Barrier::Open(appeal) => Refusal::AppealOpen { number, appeal },
                barrier => Refusal::NotAppealable { number, barrier },
            }));
        }
        let statement = Statement {
            at: now,
            ..saying.statement.clone()
        };
        let saying = Saying {
            statement,
            answers: saying.answers.clone(),
        };
        let filed = Appeal::file((id, community, number, case.user), saying, (draft, rules), now);
        let appeal = filed.map_err(|why| refused(why.into()))?;
        if !appeals::insert(transaction, tenant, &appeal).await? {
            // One whose time is over stands there as open until that is written down, in a second or so.
            let open = earlier.iter().find(|appeal| appeal.stored.is_open());
            let appeal = open.map_or(id, |appeal| appeal.id);
            return Err(refused(Refusal::AppealOpen { number, appeal }));
        }
        Ok(Changed::Appeal(Box::new(appeal)))
    }

    /// The present second.
    fn second(&self) -> Result<Instant, Stop> {
        Instant::from_utc(self.now).map_err(|_| refused(Refusal::ClockOutOfRange))
    }
}

fn refused(refusal: Refusal) -> Stop {
    Stop::Answered(Applied::Refused(refusal))
}
