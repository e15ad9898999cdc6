//! Receipts of directives, and those that are tried again or taken back.

use super::{Context, Stop};
use crate::domain::directive::{Directive, NotTaken, Outcome, Receipt, State};
use crate::domain::drift::{Seen, received};
use crate::domain::id::DirectiveId;
use crate::domain::notice::told;
use crate::ports::directory::{Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::storage::batch::fresh_id;
use crate::storage::postgres::directives::{keep, lock, newest};
use crate::storage::postgres::notices;
use crate::storage::postgres::observations::{keep as keep_seen, lock_of_directive};
use sqlx::PgConnection;

impl Context<'_> {
    pub(super) async fn change_directive(&self, connection: &mut PgConnection) -> Result<Changed, Stop> {
        let changed = match &self.order.change {
            Change::ReceiveDirective { id, .. } => {
                let seen = lock_of_directive(&mut *connection, self.order.tenant, *id).await?;
                match self.receive(&mut *connection).await? {
                    Received::News(directive) => {
                        return self.look_anew(&mut *connection, directive, seen).await;
                    }
                    Received::Known(directive) => {
                        let there = Changed::Directive(Box::new(directive));
                        return Ok(Changed::Same(Box::new(there)));
                    }
                }
            }
            Change::RetryDirective(id) => self.retry(connection, *id).await?,
            Change::CancelDirective(id) => {
                let mut directive = lock(&mut *connection, self.order.tenant, *id).await?;
                directive.cancel(self.now).map_err(refused)?;
                directive
            }
            _ => return Err(StoreError::Failed("this is about no directive".into()).into()),
        };
        keep(&mut *connection, self.order.tenant, &changed).await?;
        self.with_notice(connection, changed).await
    }

    /// A directive that is written as it stands now, with its notice where that stands otherwise for it.
    async fn with_notice(
        &self,
        connection: &mut PgConnection,
        directive: Directive,
    ) -> Result<Changed, Stop> {
        let home = (self.order.tenant, directive.community);
        let notice = match told(&directive) {
            Some(told) => notices::follow(connection, home, told.notice, self.now).await?,
            None => None,
        };
        Ok(match notice {
            Some(notice) => Changed::Told(Box::new(directive), Box::new(notice)),
            None => Changed::Directive(Box::new(directive)),
        })
    }

    /// Writes down how a directive stands that was reported on, and what that says of what was observed.
    async fn look_anew(
        &self,
        connection: &mut PgConnection,
        directive: Directive,
        seen: Option<Seen>,
    ) -> Result<Changed, Stop> {
        keep(&mut *connection, self.order.tenant, &directive).await?;
        notices::release(&mut *connection, self.order.tenant, directive.id, self.now).await?;
        let after = seen.as_ref().and_then(|seen| {
            let fresh = || fresh_id(self.now);
            received(seen, &directive, self.now, fresh)
        });
        let Some((before, after)) = seen.zip(after) else {
            return self.with_notice(connection, directive).await;
        };
        let home = (self.order.tenant, directive.community);
        keep_seen(&mut *connection, home, &after).await?;
        Ok(Changed::Observed(Box::new(directive), Box::new((before, after))))
    }

    async fn receive(&self, connection: &mut PgConnection) -> Result<Received, Stop> {
        let Change::ReceiveDirective { id, lease, receipt } = &self.order.change else {
            return Err(StoreError::Failed("this is no receipt".into()).into());
        };
        let tenant = self.order.tenant;
        let mut directive = lock(&mut *connection, tenant, *id).await?;
        directive.takes(*lease, receipt.outcome).map_err(refused)?;
        let receipt = Receipt {
            lease: *lease,
            at: self.now,
            ..(**receipt).clone()
        };
        if directive.knows(&receipt) {
            return Ok(Received::Known(directive));
        }
        // What was carried out too late undid what came after it: that is carried out once more.
        if directive.state == State::Superseded && receipt.outcome == Outcome::Applied {
            let mut latest = newest(&mut *connection, tenant, &directive).await?;
            if latest.id != directive.id && latest.state == State::Applied {
                latest.retry(self.now).map_err(refused)?;
                keep(&mut *connection, tenant, &latest).await?;
            }
        }
        directive.receive(receipt);
        Ok(Received::News(directive))
    }

    /// Only the latest of what lasts is tried again: an earlier one would undo it.
    async fn retry(&self, connection: &mut PgConnection, id: DirectiveId) -> Result<Directive, Stop> {
        let mut directive = lock(&mut *connection, self.order.tenant, id).await?;
        if directive.wish.effect.lasts() {
            let latest = newest(&mut *connection, self.order.tenant, &directive).await?;
            if latest.id != directive.id {
                return Err(refused(NotTaken::Settled(State::Superseded)));
            }
        }
        directive.retry(self.now).map_err(refused)?;
        Ok(directive)
    }
}

/// What a receipt comes to.
enum Received {
    /// The directive stands otherwise now.
    News(Directive),
    /// It stands as it did.
    Known(Directive),
}

fn refused(why: NotTaken) -> Stop {
    Conflict::Directive(why).into()
}
