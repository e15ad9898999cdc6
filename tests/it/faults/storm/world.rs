//! What the storm rages over: two APIs, two workers that publish, a Postgres and a Redis of its own, and the faults that befall them.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::Mutex;

use super::PATIENCE;
use super::load::Load;
use super::records::Received;
use crate::store::draw::Dice;
use crate::streams;
use crate::support::client::Client;
use crate::support::postgres::TestPostgres;
use crate::support::receiver::Receiver;
use crate::support::redis_nodes::Node;
use crate::support::server::Server;
use crate::support::wait;

/// From how long a storm on leases run out by themselves.
const LONG: Duration = Duration::from_secs(120);
/// How many acts are acknowledged before the next fault, at the most.
const CALM: usize = 24;
/// How often a worker is stopped in the hope that it has something in hand.
const TRIES: usize = 40;

/// Ends that a worker has in hand.
const HELD: &str = "SELECT sanction_id::text FROM timers WHERE leased_until > clock_timestamp()";
/// Ends that nobody has recorded, due or not.
const LEFT: &str = "SELECT sanction_id::text FROM timers";
/// As if the time of leases had passed, and that of pauses before another try.
const SET_BACK: &[&str] = &[
    "UPDATE timers SET leased_until = clock_timestamp() WHERE leased_until > clock_timestamp()",
    "UPDATE deliveries SET due_at = clock_timestamp() WHERE due_at > clock_timestamp()",
];

/// This machine may be called, and nobody waits for long.
const CALLS: &[(&str, &str)] = &[
    ("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8"),
    ("TRIBUNE_OUTBOUND_TIMEOUT", "1s"),
];

/// What may happen. The dice say to which worker, and whether Postgres is stopped or crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    KillApi(usize),
    KillWorker,
    /// It stands still past its leases, and goes on.
    StopWorker,
    Postgres,
    RestartRedis,
    EmptyRedis,
}

/// Each once, for a short storm; a longer one goes on drawing from these.
const FAULTS: &[Fault] = &[
    Fault::KillApi(0),
    Fault::KillApi(1),
    Fault::KillWorker,
    Fault::StopWorker,
    Fault::Postgres,
    Fault::RestartRedis,
    Fault::EmptyRedis,
];

/// Where the APIs are at this moment.
#[derive(Clone)]
pub(super) struct Doors(Arc<std::sync::Mutex<Vec<Client>>>);

impl Doors {
    /// One of them, another one at each attempt.
    pub(super) fn some(&self, attempt: impl TryInto<usize>) -> Client {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = attempt.try_into().unwrap_or_default();
        doors[attempt % doors.len()].clone()
    }

    pub(super) fn first(&self) -> Client {
        self.some(0_usize)
    }

    fn moved(&self, api: usize, url: &str) {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = doors[api].key().to_owned();
        doors[api] = Client::new(url, &key);
    }
}

/// All processes.
pub(super) struct World {
    pub(super) doors: Doors,
    /// The path of the community.
    pub(super) home: String,
    /// The key of the log's stream.
    pub(super) stream: String,
    /// What happened, in order.
    pub(super) told: Vec<String>,
    pub(super) redis: Node,
    /// What webhooks lead to.
    pub(super) receiver: Receiver,
    apis: Vec<Server>,
    workers: Vec<Server>,
    database: TestPostgres,
    length: Duration,
}

impl World {
    pub(super) async fn start() -> Self {
        let database = TestPostgres::durable().await;
        let redis = Node::start(&["--appendonly", "yes"]);
        let url = database.url();
        let apis: Vec<_> = (0..2).map(|_| Server::start_api(&url, CALLS)).collect();
        // Streams are looked after several times a second, also where nothing happens.
        let environment = streams::environment(&redis, &[("STUCK_AFTER", "1s")]);
        let environment = environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let environment: Vec<_> = environment.chain(CALLS.iter().copied()).collect();
        let work = || Server::start_worker_with_environment(&url, &environment);
        let workers = (0..2).map(|_| work()).collect();
        // The first start made the key.
        let admin = apis[0].admin();
        let doors = apis.iter().map(|api| Client::new(&api.url, admin.key()));
        let home = format!("/v1/communities/{}", streams::community(&admin).await);
        let link = json!({"platform": "discord", "space": "guild"});
        admin.post(&format!("{home}/links"), &link).await.expect(201);
        let receiver = Receiver::start().await;
        let webhook = json!({"url": receiver.url, "after": "0"});
        admin.post("/v1/webhooks", &webhook).await.expect(201);
        let seconds = std::env::var("TRIBUNE_STORM_SECONDS");
        Self {
            doors: Doors(Arc::new(std::sync::Mutex::new(doors.collect()))),
            home,
            stream: streams::key(&admin).await,
            told: Vec::new(),
            receiver,
            redis,
            apis,
            workers,
            database,
            length: Duration::from_secs(seconds.map_or(0, |seconds| seconds.parse().unwrap())),
        }
    }

    /// Lets every fault happen once, in any order and at any moment, and goes on until it has lasted long enough.
    pub(super) async fn rage(&mut self, dice: &mut Dice, load: &Load) {
        let begun = Instant::now();
        let mut faults = FAULTS.to_vec();
        while !faults.is_empty() || begun.elapsed() < self.length {
            let fault = if faults.is_empty() {
                dice.of(FAULTS)
            } else {
                faults.remove(dice.below(faults.len()))
            };
            load.more(1 + dice.below(CALM)).await;
            self.strike(fault, dice, load).await;
            self.told
                .push(format!("{fault:?} {:.1}", begun.elapsed().as_secs_f64()));
        }
        load.more(CALM).await;
    }

    async fn strike(&mut self, fault: Fault, dice: &mut Dice, load: &Load) {
        match fault {
            Fault::KillApi(api) => {
                self.apis[api].kill();
                load.more(dice.below(CALM)).await;
                self.apis[api].restart();
                self.doors.moved(api, &self.apis[api].url);
            }
            Fault::KillWorker => {
                let worker = dice.below(2);
                self.workers[worker].kill();
                load.more(dice.below(CALM)).await;
                self.workers[worker].restart();
            }
            Fault::StopWorker => self.stop(dice.below(2), dice, load).await,
            Fault::Postgres => {
                let database = self.database.cluster();
                if dice.below(3) == 0 {
                    database.stop();
                } else {
                    database.crash();
                }
                database.start_again();
            }
            Fault::RestartRedis => self.redis.restart(),
            Fault::EmptyRedis => self.redis.restart_empty(),
        }
    }

    /// Stops a worker that has ends of mutes in hand, lets their leases pass and the other worker see to them, and has the first one go on.
    async fn stop(&mut self, worker: usize, dice: &mut Dice, load: &Load) {
        // All is left to the one, so that it surely has something to do.
        self.workers[1 - worker].kill();
        let held = self.stop_with_something_in_hand(worker).await;
        self.told.push(format!("{} ends in a stopped hand", held.len()));
        self.workers[1 - worker].restart();
        load.more(dice.below(CALM)).await;
        let database = Mutex::new(self.connect().await);
        wait::until_async("another worker to see to them", PATIENCE, async || {
            self.forget_leases().await;
            let left = ends(&database, LEFT).await;
            (!held.iter().any(|sanction| left.contains(sanction))).then_some(())
        })
        .await;
        self.workers[worker].signal("CONT");
    }

    /// Which ends it has in hand; none if it was quicker each time.
    async fn stop_with_something_in_hand(&mut self, worker: usize) -> Vec<String> {
        self.set_back().await;
        let database = Mutex::new(self.connect().await);
        for _ in 0..TRIES {
            let held = wait::until_async("the worker to have something in hand", PATIENCE, async || {
                Some(ends(&database, HELD).await).filter(|held| !held.is_empty())
            });
            let mut held = held.await;
            self.workers[worker].signal("STOP");
            // What was committed just before is seen to be.
            let still = ends(&database, HELD).await;
            held.retain(|sanction| still.contains(sanction));
            if !held.is_empty() {
                return held;
            }
            self.workers[worker].signal("CONT");
        }
        self.workers[worker].signal("STOP");
        Vec::new()
    }

    /// What processes had in hand that were killed or stopped is somebody else's now, and not only in half a minute.
    pub(super) async fn forget_leases(&self) {
        if self.length < LONG {
            self.set_back().await;
        }
    }

    async fn set_back(&self) {
        let mut database = self.connect().await;
        for statement in SET_BACK {
            sqlx::query(*statement).execute(&mut database).await.unwrap();
        }
    }

    /// Waits until the receiver was given so many events.
    pub(super) async fn until_received(&self, count: usize) {
        wait::until_async("everything to arrive at the webhook", PATIENCE, async || {
            self.forget_leases().await;
            let received = Received(self.receiver.messages());
            (received.positions().len() >= count).then_some(())
        })
        .await;
    }

    /// Waits until Redis has so many events.
    pub(super) async fn until_published(&self, count: usize) {
        wait::until_async("the stream to be up to its log", PATIENCE, async || {
            let length: usize = self.redis.call(&["XLEN", &self.stream]).unwrap();
            (length >= count).then_some(())
        })
        .await;
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.database.url()).await.unwrap()
    }
}

/// The sanctions that a query finds.
async fn ends(database: &Mutex<PgConnection>, query: &'static str) -> Vec<String> {
    let mut database = database.lock().await;
    sqlx::query_scalar(query).fetch_all(&mut *database).await.unwrap()
}
