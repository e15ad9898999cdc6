//! Use cases: load, decide, commit. One method for each thing a caller can ask; rules live in `domain`, rows in `storage`.

pub mod acts; // acts, lifts, expiries
pub mod allowance; // how many requests each key may make
pub mod appeal_links; // what lets members in, to one case
pub mod appeals; // a case is looked at again
pub mod auth; // from the text of a key to its caller
pub mod bootstrap; // the first tenant, and keys made at the server's own console
pub mod bulk; // many acts in one request
pub mod caller; // who calls, and what they may do
pub mod communities; // communities and their links
pub mod console; // communities and policies at the server's own console
pub mod conversations; // one question after the other
pub mod directives; // what platforms are to do
pub mod drift; // what differs from the record
pub mod dry_runs; // jobs that only try their items out
pub mod error; // why a call was not carried out
pub mod events; // the log, read
pub mod exports; // whole communities, out and in again
pub mod feed; // the log, followed
pub mod flows; // what conversations go by
pub mod health; // whether this process can serve
pub mod holds; // acts that wait for others
pub mod imports; // acts of another bot's records
pub mod insight; // searches and reports
pub mod intake; // room for files
pub mod jobs; // many items, worked off later
pub mod keys; // API keys
pub mod limits; // rate limits, and checks of them
pub mod listing; // lists in pages
pub mod members; // users as members of a community
pub mod merges; // two users who are one person
pub mod notices; // what members are told
pub mod pipeline; // acts wait in lanes and are decided in batches
pub mod policies; // versions of a community's policy
pub mod publishing; // the log, for streams elsewhere
pub mod reason; // another reason for a case
pub mod records; // cases and sanctions, read back
pub mod rules; // from the rules of a request to a policy
pub mod runs; // schedules whose time has come
pub mod schedules; // what is to be done at a time that was set before
pub mod secret; // what an API key looks like
pub mod show; // what callers read
pub mod simulations; // history under another policy
pub mod standing; // points and restrictions at a moment, and why
pub mod tenants; // owners of communities and keys
pub mod undo; // plans to void what many acts did
pub mod users; // people and their identities
pub mod visits; // members who come by a link
pub mod voids; // a case no longer counts
pub mod webhooks; // where events are sent

mod directory; // changes to all that is not an act, and what is written of each
mod judge; // the pure function that the store calls under lock
mod past; // looking back, as often as it takes
mod preview; // what would come of an act
mod quota; // a limit as answers tell of it
mod rehearsal; // many acts tried out, one after the other

pub use quota::Quota;

pub use crate::ports::answer::{Answer, Claim};
pub use crate::ports::appeals::QueueFilter;
pub use crate::ports::directory::{After, Link, Looks, LooksChange};
pub use crate::ports::drift::{DriftFilter, Snapshot};
pub use crate::ports::error::StoreError;
pub use crate::ports::jobs::ItemResult;
pub use crate::ports::ledger::PersonRef;
pub use crate::ports::notices::NoticeFilter;

use crate::domain::id::HeldId;
use crate::ports::clock::Clock;
use crate::ports::courier::Courier;
use crate::ports::ids::Ids;
use crate::ports::limiter::Limiter;
use crate::ports::store::Store;
use auth::KeyRing;
use error::ServiceError;
use pipeline::Pipeline;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};
use tracing::Instrument as _;

/// The use cases over one store. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

/// What the use cases work with, behind one count of references: a request clones its service several times.
pub struct Parts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    pipeline: Pipeline,
    keys: Arc<KeyRing>,
    writes: Handle,
    limiter: Arc<dyn Limiter>,
    limits: Arc<limits::Book>,
    plans: allowance::Plans,
    feed: Arc<feed::Feed>,
    courier: Arc<dyn Courier>,
    /// A permit for each simulation that may be under way.
    simulations: Arc<Semaphore>,
    /// A permit for each file that may be taken in.
    intakes: Arc<Semaphore>,
    /// Where browsers reach this service, if that is known.
    site: Option<Site>,
    /// What links are signed with, once it was needed.
    link_keys: OnceCell<visits::Keys>,
}

/// How much a process takes on at a time.
#[derive(Clone)]
pub struct Tuning {
    /// How commands are decided.
    pub lanes: pipeline::Lanes,
    /// How many requests keys may make.
    pub plans: allowance::Plans,
    /// How those who follow events are told.
    pub feed: feed::Pace,
    /// How addresses are called that tenants have given.
    pub courier: Arc<dyn Courier>,
    /// Where browsers reach this service, if that is known.
    pub site: Option<Site>,
}

/// Where browsers reach this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The address, without a slash at the end.
    pub url: Arc<str>,
    /// The operator has said that it is this one; else it leads to this machine alone, and is of no use to members elsewhere.
    pub is_public: bool,
}

/// A finished change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The document and its tag.
    pub answer: Answer,
    /// Whether this is the first answer to the same idempotency key, given again.
    pub replayed: bool,
}

impl Outcome {
    /// Whether it is an act that waits for others, or would.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.answer.tag.starts_with(HeldId::PREFIX)
    }
}

impl std::ops::Deref for Service {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Service {
    /// Over a store and counters of rate limits. Whatever writes runs on the runtime of `writes`, the pipeline's lanes to begin with.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        limiter: Arc<dyn Limiter>,
        writes: Handle,
        tuning: Tuning,
    ) -> Self {
        let Tuning {
            lanes,
            plans,
            feed,
            courier,
            site,
        } = tuning;
        let feed = Arc::new(feed::Feed::new(feed));
        let links = site.as_ref().is_some_and(|site| site.is_public);
        let judge = Arc::new(judge::ActJudge {
            ids: ids.clone(),
            links,
        });
        let pipeline = Pipeline::start(store.clone(), judge, lanes, &writes, feed.clone());
        Self(Arc::new(Parts {
            store,
            clock,
            ids,
            pipeline,
            keys: Arc::default(),
            writes,
            limiter,
            limits: Arc::default(),
            plans,
            feed,
            courier,
            simulations: Arc::new(Semaphore::new(simulations::MOST_SIMULATIONS)),
            intakes: Arc::new(Semaphore::new(intake::MOST_FILES)),
            site,
            link_keys: OnceCell::new(),
        }))
    }

    /// Whether members can reach pages of this service.
    fn has_public_pages(&self) -> bool {
        self.site.as_ref().is_some_and(|site| site.is_public)
    }

    /// Has those who follow events told of new ones, until [`Service::end_streams`].
    pub async fn feed(&self) {
        self.feed.run(&*self.store, &*self.clock).await;
    }

    /// Ends all streams, now and from now on.
    pub fn end_streams(&self) {
        self.feed.close();
    }

    /// Lets what was accepted finish, then closes the store.
    pub async fn shut_down(&self) {
        self.pipeline.drain().await;
        self.store.close().await;
    }

    /// Carries a change out to its end, though whoever asked for it may have gone: a request that is dropped half-way must not
    /// drop a transaction with it. Acts have the pipeline for this; every other change of the store goes through here.
    ///
    /// # Errors
    /// What the work comes to; [`ServiceError::Lost`] when it panicked.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let done = self.writes.spawn(work.in_current_span()).await;
        self.feed.ring();
        match done {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(%error, "a change ended without an answer");
                Err(ServiceError::Lost)
            }
        }
    }
}
