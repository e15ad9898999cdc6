//! Batches that fail, whole or in part.

use super::*;
use crate::domain::act::Command;
use crate::domain::id::{CommunityId, SanctionId, TenantId, UserId};
use crate::ports::answer::Answer;
use crate::ports::ledger::{ActorRef, PersonRef};
use std::sync::Mutex;
use uuid::Uuid;

/// A submission that carries its place in the batch.
fn submission(place: i32) -> Submission {
    Submission {
        tenant: TenantId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        member: PersonRef::User(UserId(Uuid::nil())),
        actor: ActorRef::System,
        command: Command::Expire {
            sanction: SanctionId(Uuid::nil()),
            version: place,
        },
        claim: None,
        in_hand: None,
        run: None,
    }
}

fn place(submission: &Submission) -> i32 {
    match submission.command {
        Command::Expire { version, .. } => version,
        _ => unreachable!("these tests submit nothing else"),
    }
}

/// Fails as told, and notes what it was asked to run.
struct Scripted<F> {
    fails: F,
    runs: Mutex<Vec<usize>>,
}

#[async_trait]
impl<F: Fn(&[i32], usize) -> Option<Failure> + Sync + Send> Attempt for Scripted<F> {
    async fn attempt(&self, batch: &[Submission]) -> Result<Vec<Result<Reply, StoreError>>, Failure> {
        let places: Vec<i32> = batch.iter().map(place).collect();
        let earlier = {
            let mut runs = self.runs.lock().unwrap();
            runs.push(batch.len());
            runs.len() - 1
        };
        match (self.fails)(&places, earlier) {
            Some(failure) => Err(failure),
            None => Ok(places.iter().map(|place| Ok(done(*place))).collect()),
        }
    }
}

fn done(place: i32) -> Reply {
    Reply::Done(Answer {
        body: String::new(),
        tag: place.to_string(),
    })
}

async fn run<F>(size: i32, fails: F) -> (Vec<Result<Reply, StoreError>>, Vec<usize>)
where
    F: Fn(&[i32], usize) -> Option<Failure> + Sync + Send,
{
    let batch: Vec<Submission> = (0..size).map(submission).collect();
    let scripted = Scripted {
        fails,
        runs: Mutex::default(),
    };
    let replies = in_halves(&scripted, &batch).await;
    assert_eq!(replies.len(), batch.len(), "everybody gets an answer");
    (replies, scripted.runs.into_inner().unwrap())
}

fn broken() -> StoreError {
    StoreError::Failed("a row that nobody foresaw".into())
}

#[tokio::test]
async fn the_culprit_alone_fails_and_order_is_kept() {
    for culprit in 0..13 {
        let (replies, _) = run(13, |places, _| {
            places.contains(&culprit).then(|| Failure::Somebody(broken()))
        })
        .await;
        for (place, reply) in (0..).zip(replies) {
            match reply {
                Ok(reply) => assert_eq!(reply, done(place)),
                Err(error) => assert!(place == culprit && matches!(error, StoreError::Failed(_))),
            }
        }
    }
}

#[tokio::test]
async fn what_concerns_everybody_is_not_tried_in_parts() {
    let (replies, runs) = run(64, |_, _| Some(StoreError::Unavailable("gone".into()).into())).await;
    assert_eq!(runs, [64]);
    assert!(
        replies
            .iter()
            .all(|r| matches!(r, Err(StoreError::Unavailable(_))))
    );
}

#[tokio::test]
async fn a_store_that_goes_away_between_the_halves_ends_it() {
    let (replies, runs) = run(8, |_, earlier| match earlier {
        0 => Some(Failure::Somebody(broken())),
        1 => None,
        _ => Some(StoreError::Unavailable("gone".into()).into()),
    })
    .await;
    assert_eq!(runs, [8, 4, 4]);
    assert!(replies[..4].iter().all(Result::is_ok) && replies[4..].iter().all(Result::is_err));
}

#[tokio::test]
async fn a_lost_race_is_run_again_but_not_for_ever() {
    let (replies, runs) = run(4, |_, earlier| (earlier < 3).then(|| Failure::Lost(broken()))).await;
    assert!(replies.iter().all(Result::is_ok) && runs == [4; 4]);
    let (replies, runs) = run(4, |_, _| Some(Failure::Lost(broken()))).await;
    assert!(replies.iter().all(|r| matches!(r, Err(StoreError::Busy))));
    assert_eq!(runs.len(), 9);
}
