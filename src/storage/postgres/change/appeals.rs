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
use crate::storage::postgres::bench::bench;
use crate::storage::postgres::{appeals, people, record, void};
use sqlx::PgConnection;
use std::sync::Arc;

/// Whoever voids the case at the same time waits here, or is waited for.
const LOCK: &str =
    "SELECT number FROM cases WHERE tenant_id = $1 AND community_id = $2 AND number = $3 FOR SHARE";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[LOCK];

impl Context<'_> {
    pub(super) async fn change_appeal(
        &self,
        connection: &mut PgConnection,
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
            return self.file(&mut *connection, community, filing, saying).await;
        }
        let id = about(what).ok_or(StoreError::NotFound("appeal"))?;
        let acting = people::acting(&mut *connection, home.0, Some(community), &self.order.by, now).await?;
        let mut appeal = appeals::lock(&mut *connection, home, id).await?;
        let timeline = void::timeline_of(&mut *connection, home, self.timelines).await?;
        let (case, bench) = bench(&mut *connection, home, (&appeal, &timeline), &acting).await?;
        if needs_rank(what) {
            self.may_edit(&mut *connection, community, &case, &acting).await?;
        }
        let review = Review {
            acting: &acting,
            bench: &bench,
            rules: &timeline.in_force(self.second()?).policy.appeals,
        };
        let happened = take(&mut appeal, what, &review, now).map_err(|why| refused(why.into()))?;
        appeals::save(&mut *connection, home.0, &appeal).await?;
        Ok(match what {
            AppealStep::Tick(_) | AppealStep::SettleLift(..) => {
                Changed::AppealMoved(Box::new(appeal), happened)
            }
            _ => Changed::Appeal(Box::new(appeal)),
        })
    }

    pub(super) async fn file(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        (id, number, draft): (AppealId, i64, bool),
        saying: &Saying,
    ) -> Result<Changed, Stop> {
        let (tenant, now) = (self.order.tenant, self.now);
        let home = (tenant, community);
        let query = sqlx::query(LOCK).bind(tenant.0).bind(community.0).bind(number);
        query.fetch_optional(&mut *connection).await?;
        let case = record::case(&mut *connection, home, number).await?;
        let timeline: Arc<Timeline> = void::timeline_of(&mut *connection, home, self.timelines).await?;
        let rules = &timeline.in_force(self.second()?).policy.appeals;
        let earlier = appeals::of_case(&mut *connection, home, number).await?;
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
        if !appeals::insert(&mut *connection, tenant, &appeal).await? {
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
