//! Use cases: load, decide, commit. One method for each thing a caller can ask; rules live in `domain`, rows in `storage`.

pub mod acts; // acts, lifts, expiries
pub mod caller; // who calls, and what they may do
pub mod error; // why a call was not carried out
pub mod pipeline; // acts wait in lanes and are decided in batches
pub mod show; // what callers read

mod judge; // the pure function that the store calls under lock

pub use crate::ports::answer::{Answer, Claim};
pub use crate::ports::ledger::PersonRef;

use crate::ports::clock::Clock;
use crate::ports::ids::Ids;
use crate::ports::store::Store;
use pipeline::Pipeline;
use std::sync::Arc;

/// The use cases over one store. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Service {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    pipeline: Pipeline,
}

/// A finished change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The document and its tag.
    pub answer: Answer,
    /// Whether this is the first answer to the same idempotency key, given again.
    pub replayed: bool,
}

impl Service {
    /// Over a store. Starts the pipeline's lanes on the running runtime.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        lanes: pipeline::Lanes,
    ) -> Self {
        let judge = Arc::new(judge::ActJudge { ids: ids.clone() });
        let pipeline = Pipeline::start(store.clone(), judge, lanes);
        Self {
            store,
            clock,
            ids,
            pipeline,
        }
    }

    /// Lets what was accepted finish, then closes the store.
    pub async fn shut_down(&self) {
        self.pipeline.drain().await;
        self.store.close().await;
    }
}
