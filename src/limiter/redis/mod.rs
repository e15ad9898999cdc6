//! Counters in Redis, shared by all processes: one call of a script for all checks that wait at the same time, by the server's clock.
//!
//! While Redis cannot be asked, each limit says what its checks come to; this process counts for itself where it is told to.

use self::breaker::Breaker;
use self::gather::{Gatherer, Job};
use super::memory::Memory;
use crate::domain::limit::Verdict;
use crate::domain::limit::adaptive::{Adaptive, Signal};
use crate::domain::limit::named::OnFailure;
use crate::nodes::{Link, NotAnAddress, Target};
use crate::ports::clock::Ticks;
use crate::ports::limiter::{Answer, Check, CountedBy, Limiter, Tight, Unreachable};
use async_trait::async_trait;
use metrics::counter;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};

mod breaker;
mod gather;
mod script;

/// How many requests may wait. Beyond it they are answered as if Redis were away.
const QUEUE: usize = 8_192;
/// How many calls are under way at the same time: while one is, the next gathers.
const CALLS: usize = 2;
/// After how many milliseconds to come back when nobody can count.
const COME_BACK: u64 = 1_000;

/// How to reach Redis.
pub struct Settings {
    /// Where it is.
    pub url: String,
    /// What our keys begin with.
    pub prefix: String,
    /// How long a check waits for it.
    pub deadline: Duration,
    /// A clock of a test's instead of the server's.
    pub clock: Option<Arc<dyn Ticks>>,
}

/// Counters in Redis.
pub struct Redis {
    queue: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    local: Arc<Memory>,
}

/// What all calls have in common.
struct Shared {
    target: Target,
    prefix: String,
    deadline: Duration,
    clock: Option<Arc<dyn Ticks>>,
    ticks: Arc<dyn Ticks>,
    breaker: Breaker,
    link: Mutex<Option<Link>>,
}

impl Redis {
    /// Over Redis; nothing is asked of it before the first check. `local` counts while it is away.
    ///
    /// # Errors
    /// [`NotAnAddress`].
    pub fn new(settings: Settings, ticks: Arc<dyn Ticks>, local: Arc<Memory>) -> Result<Self, NotAnAddress> {
        let shared = Arc::new(Shared {
            target: Target::parse(&settings.url, settings.deadline)?,
            prefix: settings.prefix,
            deadline: settings.deadline,
            clock: settings.clock,
            ticks,
            breaker: Breaker::default(),
            link: Mutex::new(None),
        });
        let (queue, jobs) = mpsc::channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..CALLS {
            let gatherer = Gatherer {
                jobs: jobs.clone(),
                shared: shared.clone(),
            };
            tokio::spawn(gatherer.run());
        }
        Ok(Self { queue, shared, local })
    }

    /// Asks Redis whether it is there.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn ping(&self) -> Result<(), Unreachable> {
        let ping = redis::cmd("PING");
        self.shared
            .within(async |link| link.send::<String>(&ping).await)
            .await
            .map(|_| ())
    }

    /// The answers of Redis, if it gives them in time.
    async fn ask(&self, checks: Vec<Check>) -> Result<Vec<Vec<Verdict>>, Vec<Check>> {
        let checks = Arc::new(checks);
        let back = |checks: Arc<Vec<Check>>| Arc::try_unwrap(checks).unwrap_or_else(|shared| shared.to_vec());
        if !self.shared.admits() {
            return Err(back(checks));
        }
        let (reply, answer) = oneshot::channel();
        let job = Job {
            checks: checks.clone(),
            reply,
        };
        if self.queue.try_send(job).is_err() {
            return Err(back(checks));
        }
        match tokio::time::timeout(self.shared.deadline, answer).await {
            Ok(Ok(verdicts)) => Ok(verdicts),
            _ => Err(back(checks)),
        }
    }

    /// What a check comes to that nobody else could count.
    fn instead(&self, check: &Check) -> Answer {
        let wants = |wanted: OnFailure| check.demands.iter().any(|demand| demand.on_failure == wanted);
        let denied = wants(OnFailure::Deny);
        if !denied && wants(OnFailure::Local) {
            counter!("tribune_limits_unreached_total", "outcome" => "local").increment(1);
            let counted = Check {
                demands: check
                    .demands
                    .iter()
                    .filter(|d| d.on_failure == OnFailure::Local)
                    .cloned()
                    .collect(),
                peek: check.peek,
            };
            let mut local = self.local.decide(&counted).verdicts.into_iter();
            let verdicts = check.demands.iter().map(|demand| match demand.on_failure {
                OnFailure::Local => local.next().unwrap_or_else(|| unknown(demand.rate.size(), false)),
                _ => unknown(demand.rate.size(), true),
            });
            return Answer {
                verdicts: verdicts.collect(),
                by: CountedBy::Local,
            };
        }
        let outcome = if denied { "deny" } else { "allow" };
        counter!("tribune_limits_unreached_total", "outcome" => outcome).increment(1);
        let verdicts = check
            .demands
            .iter()
            .map(|demand| unknown(demand.rate.size(), demand.on_failure != OnFailure::Deny));
        Answer {
            verdicts: verdicts.collect(),
            by: CountedBy::Nobody,
        }
    }
}

/// Where nothing is known, what is left is all or nothing.
fn unknown(limit: u32, allowed: bool) -> Verdict {
    Verdict {
        allowed,
        limit,
        remaining: if allowed { limit } else { 0 },
        retry_after: (!allowed).then_some(COME_BACK),
        reset_after: if allowed { 0 } else { COME_BACK },
    }
}

impl Shared {
    fn admits(&self) -> bool {
        let patience = u64::try_from(self.deadline.as_millis()).unwrap_or(u64::MAX);
        self.breaker.admits(self.ticks.ticks(), patience)
    }

    /// That it is worth asking: nobody waits for what did not answer a moment ago.
    fn admitted(&self) -> Result<(), Unreachable> {
        if self.admits() {
            return Ok(());
        }
        let reason = "it did not answer a moment ago, and is asked again shortly".to_owned();
        Err(Unreachable { reason })
    }

    /// The moment of a test's clock, if there is one.
    fn moment(&self) -> Option<u64> {
        self.clock.as_ref().map(|clock| clock.ticks())
    }

    /// Does something over the connection within the deadline. A connection that failed is given up; the next one who asks makes another.
    async fn within<T>(
        &self,
        ask: impl AsyncFnOnce(&mut Link) -> Result<T, redis::RedisError>,
    ) -> Result<T, Unreachable> {
        let asking = async {
            let mut link = self.link().await?;
            ask(&mut link).await
        };
        let reason = match tokio::time::timeout(self.deadline, asking).await {
            Ok(Ok(answer)) => {
                if self.breaker.succeeded() {
                    tracing::info!("the counters of limits are back");
                }
                return Ok(answer);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", self.deadline.as_millis()),
        };
        *self.link.lock().await = None;
        let dice = RandomState::new().build_hasher().finish();
        if self.breaker.failed(self.ticks.ticks(), dice) {
            tracing::warn!(
                reason,
                "the counters of limits cannot be reached: each limit says what happens meanwhile"
            );
        }
        Err(Unreachable { reason })
    }

    async fn link(&self) -> Result<Link, redis::RedisError> {
        let mut link = self.link.lock().await;
        if let Some(link) = &*link {
            return Ok(link.clone());
        }
        let made = self.target.connect().await?;
        *link = Some(made.clone());
        Ok(made)
    }
}

#[async_trait]
impl Limiter for Redis {
    async fn check(&self, checks: Vec<Check>) -> Vec<Answer> {
        match self.ask(checks).await {
            Ok(verdicts) => verdicts
                .into_iter()
                .map(|verdicts| Answer {
                    verdicts,
                    by: CountedBy::Redis,
                })
                .collect(),
            Err(checks) => checks.iter().map(|check| self.instead(check)).collect(),
        }
    }

    async fn reset(&self, keys: &[String]) -> Result<(), Unreachable> {
        self.local.reset(keys).await?;
        self.shared.admitted()?;
        let mut command = redis::cmd("UNLINK");
        for key in keys {
            command.arg(format!("{}{key}", self.shared.prefix));
        }
        self.shared
            .within(async |link| link.send::<i64>(&command).await)
            .await
            .map(|_| ())
    }

    async fn signal(
        &self,
        key: &str,
        adaptive: &Adaptive,
        signal: Option<Signal>,
    ) -> Result<Tight, Unreachable> {
        self.shared.admitted()?;
        let mut call = script::at(self.shared.moment());
        script::add_signal(&mut call, (&self.shared.prefix, key), adaptive, signal);
        let numbers: Vec<i64> = self
            .shared
            .within(async |link| link.run(&script::SIGNAL, &call).await)
            .await?;
        script::tight(&numbers).ok_or_else(|| Unreachable {
            reason: "the script's answer has another form".to_owned(),
        })
    }
}
