//! A store with a tenant, a community and a clock, and short words for what tests do with them.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use tribune::domain::act::{Act, Command, Detail};
use tribune::domain::case::{Case, Particulars};
use tribune::domain::id::{CommunityId, KeyId, SanctionId, TenantId, UserId};
use tribune::domain::identity::{Identity, NativeId, Platform};
use tribune::domain::kind::Kind;
use tribune::domain::plan::Plan;
use tribune::domain::policy::Policy;
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::time::{Instant, Span};
use tribune::ports::answer::{Answer, Claim};
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{After, ApiKey, Applied, Change, Link, Order};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{ActorRef, PersonRef, Reply, Submission};
use tribune::ports::record::{CaseFilter, Event, EventFilter, Log};
use tribune::ports::store::Store;
use uuid::Uuid;

use super::judge::{Plain, Simple};
use crate::support::clock::TestClock;
use crate::support::store::TestStore;

/// Where a test lives.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) home: Home,
    /// Kept, because the database goes with it.
    pub(crate) database: TestStore,
}

/// A tenant with a community, and the key that acts there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    pub(crate) tenant: TenantId,
    pub(crate) community: CommunityId,
    pub(crate) key: KeyId,
}

/// A fresh identifier; later ones are greater.
pub(crate) fn uuid() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = u128::from(NEXT.fetch_add(1, Ordering::Relaxed));
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number)
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity::parse(&format!("discord:{name}")).unwrap()
}

pub(crate) fn person(name: &str) -> PersonRef {
    PersonRef::Identity(identity(name))
}

pub(crate) fn link(space: &str) -> Link {
    Link {
        platform: Platform::parse("discord").unwrap(),
        space: NativeId::parse(space).unwrap(),
    }
}

pub(crate) fn claim(key: &str, body: u8) -> Claim {
    Claim {
        key: key.to_owned(),
        fingerprint: [body; 32],
    }
}

/// The first page, longer than any test needs.
pub(crate) fn everything<K>() -> After<K> {
    After {
        after: None,
        limit: 10_000,
    }
}

pub(crate) fn page<K>(after: Option<K>, limit: u32) -> After<K> {
    After { after, limit }
}

pub(crate) fn not_found<T: std::fmt::Debug>(result: Result<T, StoreError>, what: &str) {
    match result {
        Err(StoreError::NotFound(named)) => assert_eq!(named, what),
        other => panic!("expected no such {what}, got {other:?}"),
    }
}

/// An act by the key of a home.
pub(crate) fn act(
    home: Home,
    member: PersonRef,
    kind: Kind,
    seconds: Option<i64>,
    reason: &str,
) -> Submission {
    let particulars = Particulars {
        reason: Some(reason.to_owned()),
        ..Particulars::default()
    };
    let duration = seconds.map(|seconds| Span::new(seconds).unwrap());
    command(
        home,
        member,
        Command::Act(Act::new(kind, Detail::lasting(duration), particulars).unwrap()),
    )
}

pub(crate) fn warn(home: Home, name: &str) -> Submission {
    act(home, person(name), Kind::Warn, None, "be kind")
}

pub(crate) fn mute(home: Home, name: &str, seconds: i64) -> Submission {
    act(home, person(name), Kind::Mute, Some(seconds), "be quiet")
}

pub(crate) fn command(home: Home, member: PersonRef, command: Command) -> Submission {
    Submission {
        tenant: home.tenant,
        community: home.community,
        member,
        actor: ActorRef::Key {
            key: home.key,
            authority: Authority::of(Rank::Owner),
        },
        command,
        claim: None,
        in_hand: None,
        run: None,
    }
}

pub(crate) fn with_claim(mut submission: Submission, key: &str, body: u8) -> Submission {
    submission.claim = Some(claim(key, body));
    submission
}

/// A human of the home's key, with their stored rank.
pub(crate) fn human(home: Home, name: &str) -> ActorRef {
    ActorRef::Human {
        person: person(name),
        asserted: None,
        key: home.key,
    }
}

pub(crate) fn api_key(tenant: TenantId, clock: &TestClock) -> ApiKey {
    let id = uuid();
    let mut hash = [7; 32];
    hash[..16].copy_from_slice(id.as_bytes());
    ApiKey {
        id: KeyId(id),
        tenant,
        name: "key".into(),
        hint: "trb_live_abc".into(),
        hash,
        scopes: vec!["acts:write".into(), "cases:read".into()],
        communities: None,
        rank: Rank::Admin,
        created_at: clock.now(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

/// The answer of what was done now.
pub(crate) fn done(reply: Result<Reply, StoreError>) -> Answer {
    match reply {
        Ok(Reply::Done(answer)) => answer,
        other => panic!("expected it to be done, got {other:?}"),
    }
}

/// The answer of a change that was made now.
pub(crate) fn changed(applied: Result<Applied, StoreError>) -> Answer {
    match applied {
        Ok(Applied::Done(answer)) => answer,
        other => panic!("expected the change to be made, got {other:?}"),
    }
}

impl World {
    /// Opens the database and makes a first tenant with a community.
    pub(crate) async fn new(database: TestStore) -> Self {
        let clock = TestClock::new();
        let store = database.open(Arc::<TestClock>::clone(&clock)).await;
        let nobody = Home {
            tenant: TenantId(Uuid::nil()),
            community: CommunityId(Uuid::nil()),
            key: KeyId(Uuid::nil()),
        };
        let mut world = Self {
            store,
            clock,
            home: nobody,
            database,
        };
        world.home = world.another_home().await;
        world
    }

    /// Another tenant with a community and a key.
    pub(crate) async fn another_home(&self) -> Home {
        let tenant = TenantId(uuid());
        let key = Box::new(api_key(tenant, &self.clock));
        let home = Home {
            tenant,
            community: CommunityId(uuid()),
            key: key.id,
        };
        let create = Change::CreateTenant {
            id: tenant,
            name: "tenant".into(),
            plan: Plan::default(),
            key,
        };
        changed(self.apply(tenant, create).await);
        self.make_community(home).await;
        home
    }

    /// Another community of the same tenant.
    pub(crate) async fn another_community(&self) -> Home {
        let home = Home {
            community: CommunityId(uuid()),
            ..self.home
        };
        self.make_community(home).await;
        home
    }

    pub(crate) async fn make_community(&self, home: Home) {
        let create = Change::CreateCommunity {
            id: home.community,
            name: "community".into(),
            links: vec![],
            looks: tribune::ports::directory::Looks::default(),
            policy: Policy::default(),
        };
        changed(self.apply(home.tenant, create).await);
    }

    pub(crate) async fn apply(&self, tenant: TenantId, change: Change) -> Result<Applied, StoreError> {
        self.order(tenant, change, None).await
    }

    pub(crate) async fn order(
        &self,
        tenant: TenantId,
        change: Change,
        claim: Option<Claim>,
    ) -> Result<Applied, StoreError> {
        let order = Order {
            tenant,
            by: ActorRef::System,
            change,
            claim,
        };
        self.store.apply(&order, &Plain).await
    }

    /// Decides one submission.
    pub(crate) async fn decide(&self, submission: Submission) -> Result<Reply, StoreError> {
        let mut replies = self.decide_all(&[submission]).await;
        assert_eq!(replies.len(), 1);
        replies.remove(0)
    }

    pub(crate) async fn decide_all(&self, batch: &[Submission]) -> Vec<Result<Reply, StoreError>> {
        let replies = self.store.decide(batch, &Simple).await;
        assert_eq!(replies.len(), batch.len(), "an answer each");
        replies
    }

    /// Decides one submission that is done, and returns the number of its case.
    pub(crate) async fn case(&self, submission: Submission) -> i64 {
        done(self.decide(submission).await).tag.parse().unwrap()
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        self.store.user(self.home.tenant, &person(name)).await.unwrap().id
    }

    /// The cases of a home, oldest first.
    pub(crate) async fn cases(&self, home: Home) -> Vec<Case> {
        let filter = CaseFilter::default();
        let cases = self
            .store
            .cases(home.tenant, home.community, &filter, everything())
            .await;
        let mut cases = cases.unwrap();
        cases.reverse();
        cases
    }

    /// The whole log of a tenant.
    pub(crate) async fn events(&self, tenant: TenantId) -> Vec<Event> {
        let filter = EventFilter::default();
        let Log { events, upto, .. } = self.store.events(tenant, &filter, everything()).await.unwrap();
        let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
        let expected: Vec<i64> = (1..=upto).collect();
        assert_eq!(positions, expected, "positions have no gaps");
        events
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_utc(self.clock.now()).unwrap()
    }
}

/// The sanction that the simple judge starts with a case.
pub(crate) fn sanction_of(home: Home, case: i64) -> SanctionId {
    let number = u128::try_from(case).unwrap() << 80;
    SanctionId(Uuid::from_u128(
        number | (home.community.0.as_u128() & 0xffff_ffff_ffff),
    ))
}

/// Polls a call so many times, and then drops it wherever it stands: just after it has asked the database something.
pub(crate) async fn hang_up_after<T>(polls: u32, call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    let mut left = polls;
    poll_fn(|context| {
        left -= 1;
        match call.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
