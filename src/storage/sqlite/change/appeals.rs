//! Appeals: filed, taken in hand, put back, taken back, and decided where nothing is remedied.

use super::{Context, Stop};
use crate::domain::appeal::{About, Appeal, Outcome, State, Statement, involved};
use crate::domain::case::Case;
use crate::domain::id::{AppealId, CommunityId, UserId};
use crate::domain::refusal::Refusal;
use crate::ports::appeals::{AppealChange, AppealStep};
use crate::ports::directory::{Applied, Changed};
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{appeals, people, record};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

impl Context<'_> {
    pub(super) async fn change_appeal(
        &self,
        transaction: &mut Transaction,
        change: &AppealChange,
    ) -> Result<Changed, Stop> {
        let (community, now) = (change.community, self.now);
        let home = (self.order.tenant, community);
        let id = match &change.what {
            AppealStep::File { id, case, statement } => {
                return self.file(transaction, community, (*id, *case), statement).await;
            }
            AppealStep::Claim(id)
            | AppealStep::Release(id)
            | AppealStep::Withdraw(id)
            | AppealStep::Uphold(id, _) => *id,
        };
        let acting = people::acting(transaction, home.0, Some(community), &self.order.by, now).await?;
        let mut appeal = appeals::lock(transaction, home, id).await?;
        let (case, involved) = stood_behind(transaction.connection()?, home, appeal.case).await?;
        let taken = match &change.what {
            AppealStep::Claim(_) => {
                self.may_edit(transaction, community, &case, &acting).await?;
                appeal.claim(&acting, &involved, now)
            }
            AppealStep::Release(_) => appeal.release(&acting.actor, now),
            AppealStep::Uphold(_, reason) => {
                self.may_edit(transaction, community, &case, &acting).await?;
                let upheld = (Outcome::Uphold, reason.clone());
                appeal.decide(upheld, &acting.actor, &involved, now)
            }
            _ => appeal.withdraw(now),
        };
        taken.map_err(|why| refused(why.into()))?;
        appeals::save(transaction, home.0, &appeal).await?;
        Ok(Changed::Appeal(Box::new(appeal)))
    }

    pub(super) async fn file(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        (id, number): (AppealId, i64),
        statement: &Statement,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let case = record::case(transaction.connection()?, (tenant, community), number).await?;
        if case.voided.is_some() {
            return Err(refused(Refusal::AlreadyVoided { number }));
        }
        let statement = Statement {
            at: self.now,
            ..statement.clone()
        };
        let appeal = Appeal {
            id,
            community,
            case: number,
            user: case.user,
            stored: State::Submitted,
            created_at: self.now,
            ended_at: None,
            about: About {
                statements: vec![statement],
                ..About::default()
            },
        };
        if !appeals::insert(transaction, tenant, &appeal).await? {
            return Err(refused(Refusal::AppealOpen { number }));
        }
        Ok(Changed::Appeal(Box::new(appeal)))
    }
}

fn refused(refusal: Refusal) -> Stop {
    Stop::Answered(Applied::Refused(refusal))
}

/// A case, and the people who stood behind it.
pub(in crate::storage::sqlite) async fn stood_behind(
    connection: &mut SqliteConnection,
    home: Home,
    number: i64,
) -> Result<(Case, BTreeSet<UserId>), StoreError> {
    let mut chain = vec![record::case(&mut *connection, home, number).await?];
    for cause in chain[0].causes.clone() {
        chain.push(record::case(&mut *connection, home, cause).await?);
    }
    let people = involved(&chain);
    Ok((chain.swap_remove(0), people))
}
