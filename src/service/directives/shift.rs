//! A relay that is given directives as they fall due.

use super::super::Service;
use super::super::caller::Caller;
use super::super::error::{ServiceError, chain};
use super::super::events::EventQuery;
use super::super::feed::{Follow, Reader};
use super::Work;
use super::hand::Hand;
use crate::domain::directive as domain;
use crate::ports::directives::Served;
use std::time::Duration;
use tokio::time::Instant;
use wire::directive::Directive;
use wire::event::types;

/// How often to look for what falls due by time, or was taken back to be tried again, while a relay waits.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often to look whether a relay that has its hands full has reported something.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A relay that is given directives as they fall due. Dropping it ends that; what it has in hand stays so until the lease is over.
pub struct Shift {
    service: Service,
    caller: Caller,
    served: Served,
    work: Work,
    hand: Hand,
    /// Wakes when directives are issued; signs of life come from it, too.
    reader: Reader,
}

/// What comes next to a relay.
#[derive(Debug)]
pub enum Next {
    /// Directives that it has in hand from now on.
    Work(Vec<Directive>),
    /// Nothing, but it is still there.
    Quiet,
}

/// Why a relay that waits goes on.
pub(super) enum Wake {
    /// There may be something to take.
    Look,
    /// It is time for a sign of life.
    Quiet,
    /// The process stops, or the key is no longer good.
    Over,
}

impl Service {
    /// Begins to be given directives as they fall due.
    ///
    /// # Errors
    /// As [`Service::lease_directives`], and [`ServiceError::TooManyReaders`].
    pub async fn begin_shift(&self, caller: &Caller, work: Work) -> Result<Shift, ServiceError> {
        let served = self.served(caller, &work).await?;
        let query = EventQuery {
            community: work.community,
            types: [types::DIRECTIVE_ISSUED, types::DIRECTIVE_RETRIED]
                .map(str::to_owned)
                .into(),
            platform: None,
        };
        let reader = self.follow(caller, query, Follow::Now).await?;
        Ok(Shift {
            service: self.clone(),
            caller: caller.clone(),
            served,
            work,
            hand: Hand::default(),
            reader,
        })
    }
}

impl Shift {
    /// What comes next; `None` when it is over, because the process stops or the key is no longer good.
    pub async fn next(&mut self) -> Option<Next> {
        loop {
            match self.take_out().await {
                Ok(found) if found.is_empty() => {}
                Ok(found) => return Some(Next::Work(found)),
                Err(error) => {
                    tracing::warn!(
                        error = chain(&error),
                        "directives cannot be handed out; the relay is to come back"
                    );
                    return None;
                }
            }
            match self.wait().await {
                Wake::Look => {}
                Wake::Quiet => return Some(Next::Quiet),
                Wake::Over => return None,
            }
        }
    }

    /// What is due, as the relay reads it.
    async fn take_out(&mut self) -> Result<Vec<Directive>, ServiceError> {
        let found = self.take().await?;
        self.service.handed_out(&self.caller, &found).await
    }

    /// Takes what is due, as much as the relay has hands for: one that hangs is not to keep from others what it does nothing about.
    async fn take(&mut self) -> Result<Vec<domain::Directive>, ServiceError> {
        if self.hand.is_to_be_looked_at(self.work.limit, Instant::now()) {
            let store = &self.service.store;
            let held = store
                .directives_in_hand(self.caller.tenant, &self.hand.ids())
                .await?;
            self.hand.look(&held, Instant::now());
        }
        let limit = self.work.limit.min(self.hand.room());
        if limit == 0 {
            return Ok(Vec::new());
        }
        let work = Work {
            limit,
            ..self.work.clone()
        };
        // Counted from before it is taken: it is over no later than that.
        let until = Instant::now() + self.work.lease;
        let found = self.service.take(&self.caller, &self.served, &work).await?;
        self.hand.take(&found, until);
        Ok(found)
    }

    /// Waits until there may be something to take.
    pub(super) async fn wait(&mut self) -> Wake {
        let pause = if self.hand.room() == 0 {
            LOOK_AGAIN
        } else {
            LOOK_EVERY
        };
        match tokio::time::timeout(pause, self.reader.next()).await {
            Ok(Some(text)) if text.starts_with(b": ") => Wake::Quiet,
            // Something was issued, or may have fallen due meanwhile.
            Ok(Some(_)) | Err(_) => Wake::Look,
            Ok(None) => Wake::Over,
        }
    }
}
