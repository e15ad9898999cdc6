//! Deciding a batch: one transaction that loads, decides and writes; the answers leave after its commit.

use super::load::load;
use super::pool::Transaction;
use super::recall::recall;
use super::write::Made;
use super::{Sqlite, appeals, directives, holds, observations, runs, write};
use crate::ports::error::StoreError;
use crate::ports::ledger::{Judge, Reply, Submission};
use crate::storage::batch::{Asked, Deciding, Loaded, Step, claims};
use crate::storage::halving::{Attempt, Failure, in_halves};
use async_trait::async_trait;

type Replies = Vec<Result<Reply, StoreError>>;

/// Decides a batch, in halves when something in it cannot be written.
pub(super) async fn decide(store: &Sqlite, batch: &[Submission], judge: &dyn Judge) -> Replies {
    in_halves(&Try { store, judge }, batch).await
}

struct Try<'a> {
    store: &'a Sqlite,
    judge: &'a dyn Judge,
}

#[async_trait]
impl Attempt for Try<'_> {
    async fn attempt(&self, batch: &[Submission]) -> Result<Replies, Failure> {
        let mut transaction = self.store.pool.begin().await?;
        match self.within(&mut transaction, batch).await {
            Ok((replies, true)) => {
                transaction.commit().await?;
                Ok(replies)
            }
            // Nothing was accepted, so there is nothing to keep.
            Ok((replies, false)) => {
                transaction.rollback().await?;
                Ok(replies)
            }
            Err(error) => {
                transaction.abandon().await;
                Err(error.into())
            }
        }
    }
}

impl Try<'_> {
    /// Does everything but the end: the answers, and whether there is something to commit.
    async fn within(
        &self,
        transaction: &mut Transaction,
        batch: &[Submission],
    ) -> Result<(Replies, bool), StoreError> {
        // Read under the lock, so that later transactions are dated later.
        let now = self.store.now();
        let mut loaded = Loaded::at(now);
        let (asked, claims) = (Asked::of(batch), claims(batch));
        let named = load(transaction, &asked, &claims, &self.store.timelines, &mut loaded).await?;
        holds::load(transaction, batch, &mut loaded).await?;
        runs::load(transaction, batch, &mut loaded).await?;
        observations::load(transaction, batch, &mut loaded).await?;
        let made_members = loaded.made_members.clone();
        let mut deciding = Deciding::new(batch, loaded, self.judge);
        let mut outcome = loop {
            match deciding.step() {
                Step::Done(outcome) => break *outcome,
                Step::Ask(asked) => {
                    for (member, questions) in asked {
                        let answers = recall(transaction.connection()?, member, &questions).await?;
                        for (question, answer) in questions.into_iter().zip(answers) {
                            deciding.learn(member, question, answer);
                        }
                    }
                }
            }
        };
        if outcome.writes.is_empty() {
            return Ok((outcome.replies, false));
        }
        let mut made = Made {
            named,
            members: made_members,
            now,
        };
        holds::write(transaction, &outcome.writes).await?;
        runs::write_runs(transaction, &outcome.writes).await?;
        observations::write(transaction, &outcome.writes).await?;
        if !outcome.writes.wishes.is_empty() {
            // Whoever is new is known by name only once they are written.
            write::people(transaction, &outcome.writes, &mut made).await?;
            directives::issue(transaction, &mut outcome.writes, &*self.judge.announcer(), now).await?;
        }
        appeals::lifted(transaction, &outcome.writes, now).await?;
        write::write(transaction, &outcome.writes, &made).await?;
        Ok((outcome.replies, true))
    }
}
