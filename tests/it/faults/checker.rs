//! A load of acts under idempotency keys that remembers what it was told, and a checker that compares it with the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::client::{Call, Client};
use crate::support::postgres::TestPostgres;
use crate::support::scratch::{self, Folder};
use crate::support::server::Server;
use crate::support::wait;

/// How many requests the checker has under way.
const AT_A_TIME: usize = 32;

/// A database whose commits survive a crash.
pub(crate) enum Durable {
    Sqlite(Folder),
    Postgres(Box<TestPostgres>),
}

impl Durable {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(scratch::folder("durable"))
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Box::new(TestPostgres::durable().await))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("tribune.db").display()),
            Self::Postgres(database) => database.url(),
        }
    }
}

/// What the clients know: every key that was sent, with the case number if an answer came.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<BTreeMap<String, Option<i64>>>>);

impl Known {
    /// Notes that a key is about to be sent.
    pub(crate) fn sent(&self, key: &str) {
        self.lock().entry(key.to_owned()).or_default();
    }

    fn acknowledged(&self, key: &str, number: i64) {
        let before = self.lock().insert(key.to_owned(), Some(number)).flatten();
        assert!(
            before.is_none_or(|before| before == number),
            "{key} is case {before:?} and {number}"
        );
    }

    pub(crate) fn count_acknowledged(&self) -> usize {
        self.lock().values().flatten().count()
    }

    fn all(&self) -> BTreeMap<String, Option<i64>> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Option<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A community under load.
pub(crate) struct Ledger {
    base: String,
    pub(crate) known: Known,
}

impl Ledger {
    pub(crate) async fn make(server: &Server) -> Self {
        let made = server
            .admin()
            .post("/v1/communities", &json!({"name": "c"}))
            .await
            .expect(201);
        Self {
            base: format!("/v1/communities/{}", made["id"].as_str().unwrap()),
            known: Known::default(),
        }
    }

    pub(crate) fn acts(&self) -> String {
        format!("{}/acts", self.base)
    }

    /// Starts workers that act until the server no longer answers.
    pub(crate) fn load(
        &self,
        server: &Server,
        round: usize,
        workers: usize,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let start = |worker| {
            let (client, path, known) = (server.admin(), self.acts(), self.known.clone());
            tokio::spawn(async move {
                for count in 0.. {
                    let key = format!("{round}/{worker}/{count}");
                    known.sent(&key);
                    let Ok(reply) = call(&client, &path, &key).try_send().await else {
                        return;
                    };
                    match reply.status {
                        201 => known.acknowledged(&key, reply.body["case"]["number"].as_i64().unwrap()),
                        503 => {}
                        other => panic!("{key}: {other} {}", reply.body),
                    }
                }
            })
        };
        (0..workers).map(start).collect()
    }

    /// Waits until so many more acts were acknowledged.
    pub(crate) async fn until_acknowledged(&self, more: usize) {
        let goal = self.known.count_acknowledged() + more;
        wait::until_async("acts to be acknowledged", Duration::from_secs(60), async || {
            (self.known.count_acknowledged() >= goal).then_some(())
        })
        .await;
    }

    /// Repeats every key. What was acknowledged must be answered as before; of what was not, nobody knows whether it was
    /// done, and now it is.
    pub(crate) async fn repeat_all(&self, client: &Client) {
        let known: Vec<_> = self.known.all().into_iter().collect();
        for some in known.chunks(AT_A_TIME) {
            join_all(some.iter().map(|(key, number)| self.repeat(client, key, *number))).await;
        }
    }

    async fn repeat(&self, client: &Client, key: &str, number: Option<i64>) {
        let reply = call(client, &self.acts(), key).send_until_answered().await;
        let replayed = reply.header("idempotent-replayed").map(str::to_owned);
        let body = reply.expect(201);
        let again = body["case"]["number"].as_i64().unwrap();
        if let Some(number) = number {
            assert_eq!(
                (again, replayed.as_deref()),
                (number, Some("true")),
                "{key} was acknowledged"
            );
        }
        self.known.acknowledged(key, again);
    }

    /// Reads everything back: each key is one case, the one that was acknowledged; numbers and positions have no gaps; the
    /// events tell of each case once; each member's state is that of their history.
    pub(crate) async fn check(&self, client: &Client) {
        let known = self.known.all();
        let cases = all(client, &format!("{}/cases?limit=500", self.base)).await;
        let numbers: BTreeSet<i64> = cases
            .iter()
            .map(|case| case["number"].as_i64().unwrap())
            .collect();
        let last = i64::try_from(cases.len()).unwrap();
        assert!(
            numbers.iter().copied().eq(1..=last),
            "the numbers of {last} cases have gaps: {numbers:?}"
        );

        let acts = cases.iter().filter(|case| case["actor"]["type"] == "key");
        let mut by_key = BTreeMap::new();
        for case in acts {
            let key = case["reason"].as_str().unwrap().to_owned();
            let number = case["number"].as_i64().unwrap();
            assert_eq!(
                by_key.insert(key.clone(), number),
                None,
                "{key} was recorded twice"
            );
        }
        let expected: BTreeMap<String, i64> = known
            .into_iter()
            .map(|(key, number)| (key, number.unwrap()))
            .collect();
        assert_eq!(by_key, expected);

        let events = all(client, "/v1/events?limit=500").await;
        let positions = events
            .iter()
            .map(|event| event["id"].as_str().unwrap().parse::<i64>().unwrap());
        assert!(
            positions.eq(1..=i64::try_from(events.len()).unwrap()),
            "the positions of events have gaps"
        );
        let told = events.iter().filter(|event| event["type"] == "case.created");
        let told: Vec<i64> = told
            .map(|event| event["data"]["case"]["number"].as_i64().unwrap())
            .collect();
        let once: BTreeSet<i64> = told.iter().copied().collect();
        assert_eq!(
            (told.len(), &once),
            (cases.len(), &numbers),
            "events and cases differ"
        );

        self.check_members(client, &cases).await;
    }

    /// That what a member holds is what their cases started.
    async fn check_members(&self, client: &Client, cases: &[Value]) {
        let mut members: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for case in cases {
            let sanctions = members
                .entry(case["member"]["user"].as_str().unwrap())
                .or_default();
            sanctions.extend(case["sanction"]["id"].as_str());
        }
        let check = async |(member, started): (&str, BTreeSet<&str>)| {
            let standing = client
                .get(&format!("{}/members/{member}/standing", self.base))
                .await
                .expect(200);
            let held = standing["sanctions"].as_array().unwrap();
            let held: BTreeSet<&str> = held
                .iter()
                .map(|sanction| sanction["id"].as_str().unwrap())
                .collect();
            assert_eq!(held, started, "{member}");
        };
        let members: Vec<_> = members.into_iter().collect();
        for some in members.chunks(AT_A_TIME) {
            join_all(some.iter().cloned().map(&check)).await;
        }
    }
}

/// Sends the act of a key.
fn call<'a>(client: &'a Client, path: &str, key: &str) -> Call<'a> {
    client
        .call(Method::POST, path)
        .header("idempotency-key", key)
        .json(&act(key))
}

/// The body of the act that a key of the form `round/worker/count` stands for: mostly notes, half of them on a few members
/// whom all workers share, so that batches meet there; now and then a warn that may escalate, or a mute.
pub(crate) fn act(key: &str) -> Value {
    let parts: Vec<u64> = key.split('/').map(|part| part.parse().unwrap()).collect();
    let [round, worker, count] = parts[..] else {
        panic!("{key} is no key of ours");
    };
    let own = (round + 1) * 1_000_000 + worker * 1_000 + count % 1_000;
    let shared = count % 5;
    match (count % 7, count % 2) {
        (0, _) => json!({
            "kind": "mute", "member": format!("discord:{own}"), "reason": key, "duration": 86_400 + count,
        }),
        (3, _) => json!({
            "kind": "warn", "member": format!("discord:{}", worker + 10), "reason": key, "allow_duplicate": true,
        }),
        (_, 0) => json!({"kind": "note", "member": format!("discord:{shared}"), "reason": key}),
        _ => json!({"kind": "note", "member": format!("discord:{own}"), "reason": key}),
    }
}

/// Every item of a list, page by page.
async fn all(client: &Client, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = path.to_owned();
    loop {
        let page = client.get(&next).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        // Events always have a cursor to go on from, and say whether there is more.
        let more = page["has_more"].as_bool().unwrap_or(true);
        match page["next_cursor"].as_str().filter(|_| more) {
            Some(cursor) => {
                let name = if page.get("has_more").is_some() {
                    "after"
                } else {
                    "cursor"
                };
                next = format!("{path}&{name}={cursor}");
            }
            None => return items,
        }
    }
}
