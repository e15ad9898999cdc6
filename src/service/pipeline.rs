//! The write pipeline: commands wait in lanes, and each lane decides what has come together in one transaction.
//!
//! No linger: a lane takes what is waiting and goes. While it commits, the next batch gathers, so batches grow with the load
//! and a lone command never waits. Commands in one community share a lane: its batches lock the community's counter, so that
//! two lanes with commands in the same one would only wait for each other.

use super::error::{ServiceError, outcome};
use super::feed::Feed;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Judge, Reply, Submission};
use crate::ports::store::Store;
use crate::service::Outcome;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How the pipeline is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// How many batches may be under way at once.
    pub lanes: usize,
    /// How many commands a batch holds at most.
    pub batch: usize,
    /// How many commands may wait in a lane; beyond that callers are turned away.
    pub queue: usize,
}

type Waiting = (Submission, oneshot::Sender<Result<Reply, StoreError>>);

/// The lanes. Clones share them.
#[derive(Clone)]
pub struct Pipeline {
    shared: Arc<Shared>,
}

struct Shared {
    lanes: Mutex<Vec<mpsc::Sender<Waiting>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Pipeline {
    /// Starts the lanes on a runtime.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        judge: Arc<dyn Judge>,
        cut: Lanes,
        on: &Handle,
        feed: Arc<Feed>,
    ) -> Self {
        let (mut lanes, mut tasks) = (Vec::new(), Vec::new());
        for number in 0..cut.lanes.max(1) {
            let (sender, receiver) = mpsc::channel(cut.queue.max(1));
            lanes.push(sender);
            tasks.push(on.spawn(run_lane(
                number,
                receiver,
                store.clone(),
                judge.clone(),
                feed.clone(),
                cut.batch.max(1),
            )));
        }
        Self {
            shared: Arc::new(Shared {
                lanes: Mutex::new(lanes),
                tasks: Mutex::new(tasks),
            }),
        }
    }

    /// Submits a command and waits for its answer. Whoever stops waiting does not stop the command.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] when the lane is full or closing; otherwise what the command came to.
    pub async fn submit(&self, submission: Submission) -> Result<Outcome, ServiceError> {
        let lane = self.lane(&submission).ok_or(ServiceError::Overloaded)?;
        let (sender, receiver) = oneshot::channel();
        lane.try_send((submission, sender))
            .map_err(|_| ServiceError::Overloaded)?;
        outcome(receiver.await.map_err(|_| ServiceError::Lost)??)
    }

    /// Hands in commands in their order and waits for all their answers, which come in the same order. Where a lane is full it
    /// waits for room: whoever has many commands can, and those who have one are not turned away for it.
    pub async fn submit_in_order(&self, submissions: Vec<Submission>) -> Vec<Result<Outcome, ServiceError>> {
        let mut receivers = Vec::with_capacity(submissions.len());
        for submission in submissions {
            let (sender, receiver) = oneshot::channel();
            let handed_in = match self.lane(&submission) {
                Some(lane) => lane.send((submission, sender)).await.is_ok(),
                None => false,
            };
            receivers.push(handed_in.then_some(receiver));
        }
        let mut outcomes = Vec::with_capacity(receivers.len());
        for receiver in receivers {
            outcomes.push(match receiver {
                Some(receiver) => match receiver.await {
                    Ok(reply) => reply.map_err(ServiceError::from).and_then(outcome),
                    Err(_) => Err(ServiceError::Lost),
                },
                None => Err(ServiceError::Overloaded),
            });
        }
        outcomes
    }

    /// Takes no more commands, and returns once all that were taken are answered.
    pub async fn drain(&self) {
        self.shared
            .lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let tasks = std::mem::take(&mut *self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a lane of the pipeline ended badly");
            }
        }
    }

    /// The lane of the community that a command is about; `None` once the pipeline is closing.
    fn lane(&self, submission: &Submission) -> Option<mpsc::Sender<Waiting>> {
        let mut hasher = DefaultHasher::new();
        submission.community.hash(&mut hasher);
        let lanes = self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let count = u64::try_from(lanes.len()).ok().filter(|count| *count > 0)?;
        let index = usize::try_from(hasher.finish() % count).ok()?;
        lanes.get(index).cloned()
    }
}

/// Decides batch after batch until every sender is gone.
async fn run_lane(
    number: usize,
    mut waiting: mpsc::Receiver<Waiting>,
    store: Arc<dyn Store>,
    judge: Arc<dyn Judge>,
    feed: Arc<Feed>,
    cap: usize,
) {
    let sizes = metrics::histogram!("tribune_batch_size");
    let left = metrics::gauge!("tribune_pipeline_waiting", "lane" => number.to_string());
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut gathered = Vec::with_capacity(cap);
    while waiting.recv_many(&mut gathered, cap).await > 0 {
        sizes.record(count(gathered.len()));
        left.set(count(waiting.len()));
        let (batch, callers): (Vec<_>, Vec<_>) = gathered.drain(..).unzip();
        let (store, judge) = (store.clone(), judge.clone());
        // In a task of its own: a panic costs this batch its answers, and the lane goes on.
        let decided = tokio::spawn(async move { store.decide(&batch, &*judge).await }).await;
        feed.ring();
        match decided {
            Ok(replies) => {
                for (caller, reply) in callers.into_iter().zip(replies) {
                    // A caller who has gone away does not need the answer; the act stands.
                    drop(caller.send(reply));
                }
            }
            Err(error) => tracing::error!(%error, "a batch ended badly"),
        }
    }
}
