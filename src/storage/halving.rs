//! One bad row never fails its neighbours: a batch that fails for a reason that nobody foresaw is run again in halves, each
//! decided afresh, down to the culprit.

use crate::ports::error::StoreError;
use crate::ports::ledger::{Reply, Submission};
use async_trait::async_trait;

/// How often a batch is run again after the database gave up on it for the sake of another transaction.
pub(crate) const MOST_RETRIES: u32 = 8;

/// Why a transaction came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It lost against another one (a serialization failure, a deadlock); run again, it may succeed.
    Lost(StoreError),
    /// It concerns everybody alike: the store is away, or locked.
    Everybody(StoreError),
    /// It may concern one submission alone.
    Somebody(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Busy => Self::Everybody(error),
            other => Self::Somebody(other),
        }
    }
}

impl Failure {
    /// The error itself.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Lost(error) | Self::Everybody(error) | Self::Somebody(error) => error,
        }
    }
}

/// What runs a batch in one transaction.
#[async_trait]
pub(crate) trait Attempt: Sync {
    /// Runs it. A failure has left nothing behind.
    async fn attempt(&self, batch: &[Submission]) -> Result<Vec<Result<Reply, StoreError>>, Failure>;
}

/// Runs a batch, in halves where it has to be. The answers come in the batch's order.
pub(crate) async fn in_halves(attempt: &dyn Attempt, batch: &[Submission]) -> Vec<Result<Reply, StoreError>> {
    let mut replies = Vec::with_capacity(batch.len());
    // The next part is on top, so that the parts are run in order.
    let mut parts = vec![batch];
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        match with_retries(attempt, part).await {
            Ok(answers) => replies.extend(answers),
            Err(Failure::Somebody(_)) if part.len() > 1 => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.push(second);
                parts.push(first);
            }
            Err(Failure::Everybody(error)) => {
                // What is left would fail likewise, after as long a wait.
                let left = batch.len() - replies.len();
                replies.extend(for_each(error, left).into_iter().map(Err));
                return replies;
            }
            Err(failure) => {
                let answers = for_each(failure.into_error(), part.len());
                replies.extend(answers.into_iter().map(Err));
            }
        }
    }
    replies
}

async fn with_retries(
    attempt: &dyn Attempt,
    part: &[Submission],
) -> Result<Vec<Result<Reply, StoreError>>, Failure> {
    let mut retries = 0;
    loop {
        match attempt.attempt(part).await {
            Err(Failure::Lost(_)) if retries < MOST_RETRIES => retries += 1,
            // Somebody always wins, so this many losses in a row mean that the rows are fought over.
            Err(Failure::Lost(_)) => return Err(Failure::Everybody(StoreError::Busy)),
            other => return other,
        }
    }
}

/// The same error for each of `count` callers; the first gets its source, the others what it says.
fn for_each(error: StoreError, count: usize) -> Vec<StoreError> {
    let mut errors: Vec<StoreError> = (1..count).map(|_| like(&error)).collect();
    if count > 0 {
        errors.insert(0, error);
    }
    errors
}

fn like(error: &StoreError) -> StoreError {
    match error {
        StoreError::NotFound(what) => StoreError::NotFound(what),
        StoreError::Busy => StoreError::Busy,
        StoreError::Unavailable(source) => StoreError::Unavailable(source.to_string().into()),
        StoreError::Corrupt {
            table,
            column,
            row,
            source,
        } => StoreError::Corrupt {
            table,
            column,
            row: row.clone(),
            source: source.to_string().into(),
        },
        StoreError::Failed(source) => StoreError::Failed(source.to_string().into()),
    }
}

#[cfg(test)]
mod tests;
