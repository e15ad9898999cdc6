//! A batch of commands in one transaction.

use super::errors::failure;
use super::pool::Pool;
use super::recall::recall;
use super::{appeals, claims, directives, holds, load, observations, runs, write};
use crate::ports::error::StoreError;
use crate::ports::ledger::{Judge, Reply, Submission};
use crate::storage::batch::{self, Asked, Deciding, Loaded, Outcome, Step};
use crate::storage::halving::{Attempt, Failure};
use crate::storage::timelines::Timelines;
use async_trait::async_trait;
use chrono::DateTime;

/// Decides batches.
pub(super) struct Decide<'a> {
    pub(super) pool: &'a Pool,
    pub(super) timelines: &'a Timelines,
    pub(super) judge: &'a dyn Judge,
}

#[async_trait]
impl Attempt for Decide<'_> {
    async fn attempt(&self, batch: &[Submission]) -> Result<Vec<Result<Reply, StoreError>>, Failure> {
        self.once(batch).await.map_err(failure)
    }
}

impl Decide<'_> {
    async fn once(&self, batch: &[Submission]) -> Result<Vec<Result<Reply, StoreError>>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let mut loaded = Loaded::at(DateTime::UNIX_EPOCH);
        let asked = Asked::of(batch);
        load::load(&mut transaction, self.pool, self.timelines, &asked, &mut loaded).await?;
        loaded.kept = claims::kept(&mut *transaction, &batch::claims(batch)).await?;
        holds::load(&mut transaction, batch, &mut loaded).await?;
        runs::load(&mut transaction, batch, &mut loaded).await?;
        observations::load(&mut transaction, batch, &mut loaded).await?;
        let now = loaded.now;
        let mut deciding = Deciding::new(batch, loaded, self.judge);
        let Outcome { replies, mut writes } = loop {
            match deciding.step() {
                Step::Done(outcome) => break *outcome,
                Step::Ask(asked) => {
                    for (member, questions) in asked {
                        let answers = recall(&mut transaction, member, &questions).await?;
                        for (question, answer) in questions.into_iter().zip(answers) {
                            deciding.learn(member, question, answer);
                        }
                    }
                }
            }
        };
        if writes.is_empty() {
            // It takes away who was made.
            transaction.rollback().await.map_err(super::errors::failed)?;
        } else {
            holds::write(&mut transaction, &writes).await?;
            runs::write_runs(&mut transaction, &writes).await?;
            observations::write(&mut transaction, &writes).await?;
            directives::issue(&mut transaction, &mut writes, &*self.judge.announcer(), now).await?;
            appeals::lifted(&mut transaction, &writes, now).await?;
            write::write(&mut transaction, &writes).await?;
            transaction.commit().await.map_err(super::errors::failed)?;
        }
        Ok(replies)
    }
}
