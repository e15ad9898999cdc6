//! `kill -9` while people are in conversations: nobody is sent back to where they have been, and nothing is done twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hyper::Method;
use serde_json::{Value, json};

use super::checker::Durable;
use crate::store::draw::{self, Dice};
use crate::support::client::{Client, Reply};
use crate::support::server::Server;
use crate::support::wait;

/// How many people talk at once, how often the server is killed among them, and after how many of their steps at the most.
const PEOPLE: usize = 8;
const KILLS: usize = 3;
const STEPS: usize = 60;
/// How long somebody may wait in a flow until time leads on: the shortest that there is.
const TIMEOUT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);

/// A flow that leads through these states, each by the event `go`.
fn flow(states: &[&str], outcome: &str) -> Value {
    let asks = states.iter().zip(states.iter().skip(1).chain(&["done"])).map(|(name, next)| {
        json!({"name": name, "prompt": {"text": "x", "choices": [{"id": "go", "label": "Go"}]}, "on": [{"event": "go", "to": next}]})
    });
    let end = json!({"name": "done", "end": {"outcome": outcome, "text": "x"}});
    json!({"title": "x", "start": states[0], "states": asks.chain([end]).collect::<Vec<_>>()})
}

/// A flow in which nobody does anything, and time leads on.
fn waiting() -> Value {
    let ask = json!({"name": "ask", "prompt": {"text": "x"}, "timeout": {"after": TIMEOUT.as_secs(), "to": "over"}});
    let end = json!({"name": "over", "end": {"outcome": "over", "text": "x"}});
    json!({"title": "x", "start": "ask", "states": [ask, end]})
}

/// Nobody knows whether the server did what it was asked for.
struct Unanswered;

/// Somebody in a conversation.
struct Talk {
    key: String,
    flow: &'static str,
    case: Value,
    /// What they were told last.
    at: Value,
    /// What they said last of that which was answered.
    said: Value,
    /// Whether they have said something since, and were not answered.
    unsure: bool,
}

impl Talk {
    fn new(key: String, flow: &'static str) -> Self {
        Self {
            key,
            flow,
            case: Value::Null,
            at: Value::Null,
            said: Value::Null,
            unsure: false,
        }
    }

    fn member(&self) -> String {
        format!("custom:{}", self.key)
    }

    fn path(&self, base: &str) -> String {
        format!("{base}/conversations/{}", self.at["id"].as_str().unwrap())
    }

    fn runs(&self) -> bool {
        self.at["status"] != "ended"
    }

    /// The state that comes after the one in which they were told that they stand.
    fn next(&self) -> &'static str {
        match self.at["state"].as_str().unwrap() {
            "statement" => "check",
            "check" => "filed",
            "a" => "b",
            "b" => "c",
            "x" => "y",
            _ => "done",
        }
    }

    /// A request under a key, which is answered the same however often it is sent.
    async fn once(&self, client: &Client, path: &str, body: &Value) -> Result<Value, Unanswered> {
        let call = client
            .call(Method::POST, path)
            .header("idempotency-key", &format!("{path} {}", self.key));
        let reply = call.json(body).try_send().await.map_err(|_| Unanswered)?;
        Ok(reply.expect(201))
    }

    /// Goes on from where they are to the end.
    async fn go_on(&mut self, client: &Client, base: &str, told: &AtomicUsize) -> Result<(), Unanswered> {
        if self.flow == "tribune.appeal" && self.case.is_null() {
            let act = json!({"kind": "warn", "member": self.member(), "reason": "x"});
            let done = self.once(client, &format!("{base}/acts"), &act).await?;
            self.case = done["case"]["number"].clone();
        }
        if self.at.is_null() {
            let data = if self.case.is_null() {
                json!({})
            } else {
                json!({"case": self.case})
            };
            let start = json!({"flow": self.flow, "member": self.member(), "channel": "x", "data": data});
            self.at = self
                .once(client, &format!("{base}/conversations"), &start)
                .await?;
            told.fetch_add(1, Ordering::Relaxed);
        }
        while self.runs() {
            self.step(client, base).await?;
            told.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Says what leads on from where they were told that they stand, without a key.
    async fn step(&mut self, client: &Client, base: &str) -> Result<(), Unanswered> {
        let (event, answers) = match self.at["state"].as_str().unwrap() {
            "statement" => ("submit", json!({"statement": self.key})),
            "check" => ("file", json!({})),
            _ => ("go", json!({})),
        };
        let body = json!({"step": self.at["step"], "event": event, "answers": answers, "by": self.member()});
        let path = format!("{}/advance", self.path(base));
        let reply: Result<Reply, _> = client.call(Method::POST, &path).json(&body).try_send().await;
        let Ok(reply) = reply else {
            self.unsure = true;
            return Err(Unanswered);
        };
        let (before, next) = (self.at.clone(), self.next());
        if reply.status == 409 {
            // It was done before the server died, and is not done again.
            assert!(self.unsure, "{}: {}", self.key, reply.body);
            is_behind(&reply);
            self.at = client.get(&self.path(base)).await.expect(200);
        } else {
            self.at = reply.expect(200);
        }
        (self.said, self.unsure) = (body, false);
        assert_eq!(self.at["state"], next, "{before} and then {}", self.at);
        assert_eq!(self.at["version"], before["version"]);
        Ok(())
    }

    /// That they stand where they were told; where an answer is missing, by one thing further at the most. What was answered is not done again.
    async fn check(&self, client: &Client, base: &str) {
        if self.at.is_null() {
            return;
        }
        if !self.said.is_null() {
            let path = format!("{}/advance", self.path(base));
            is_behind(&client.post(&path, &self.said).await);
        }
        let now = client.get(&self.path(base)).await.expect(200);
        if now["step"] == self.at["step"] || !self.unsure {
            assert_eq!(now, self.at, "{}", self.key);
            return;
        }
        assert_eq!(
            (&now["state"], &now["version"]),
            (&json!(self.next()), &self.at["version"]),
            "{}",
            self.key
        );
    }
}

/// That a press comes too late: the conversation has moved on.
fn is_behind(reply: &Reply) {
    let code = reply.body["code"].as_str().unwrap_or_default();
    let moved = matches!(code, "conversation_moved" | "conversation_event");
    assert!(reply.status == 409 && moved, "{}", reply.body);
}

/// One person after the other, until the server no longer answers, or until they are told to stop.
async fn talk(
    client: Client,
    base: String,
    mut talks: Vec<Talk>,
    told: Arc<AtomicUsize>,
    more: bool,
) -> Vec<Talk> {
    let name = talks[0].key.clone();
    loop {
        let number = talks.len();
        let last = talks.last_mut().unwrap();
        if last.go_on(&client, &base, &told).await.is_err() || !more {
            return talks;
        }
        let flow = if number.is_multiple_of(2) {
            "tribune.appeal"
        } else {
            "talk"
        };
        talks.push(Talk::new(format!("{name}-{number}"), flow));
    }
}

async fn put(client: &Client, name: &str, flow: &Value, seen: Option<&str>) {
    let call = client.call(Method::PUT, &format!("/v1/flows/{name}"));
    let call = match seen {
        Some(tag) => call.header("if-match", tag),
        None => call,
    };
    let status = call.json(flow).send().await.status;
    assert!(matches!(status, 200 | 201), "{status}");
}

/// A server, and whoever talks with it.
struct World {
    server: Server,
    base: String,
    talks: Vec<Vec<Talk>>,
    /// Somebody who began before the flow had another version, and takes their time.
    old: Talk,
    /// Somebody for whom time leads on, and since when.
    late: (Talk, Instant),
}

impl World {
    async fn make(database: &Durable) -> Self {
        let server = Server::start(&database.url());
        let admin = server.admin();
        let made = admin
            .post("/v1/communities", &json!({"name": "c"}))
            .await
            .expect(201);
        put(&admin, "talk", &flow(&["a", "b", "c"], "one"), None).await;
        put(&admin, "waiting", &waiting(), None).await;
        let mut world = Self {
            server,
            base: format!("/v1/communities/{}", made["id"].as_str().unwrap()),
            talks: (0..PEOPLE)
                .map(|n| vec![Talk::new(format!("p{n}"), "talk")])
                .collect(),
            old: Talk::new("old".to_owned(), "talk"),
            late: (Talk::new("late".to_owned(), "waiting"), Instant::now()),
        };
        world.old.at = world.begin(&world.old).await;
        world
    }

    async fn begin(&self, talk: &Talk) -> Value {
        let start = json!({"flow": talk.flow, "member": talk.member(), "channel": "x"});
        let path = format!("{}/conversations", self.base);
        self.server.admin().post(&path, &start).await.expect(201)
    }

    /// Has everybody talk until that many steps were answered, and kills the server then; or until they are done, where none is said.
    async fn round(&mut self, steps: Option<usize>, news: Option<Value>) {
        let told = Arc::new(AtomicUsize::new(0));
        let people: Vec<_> = std::mem::take(&mut self.talks)
            .into_iter()
            .map(|talks| {
                let (client, base) = (self.server.admin(), self.base.clone());
                tokio::spawn(talk(client, base, talks, told.clone(), steps.is_some()))
            })
            .collect();
        if let Some(flow) = news {
            put(&self.server.admin(), "talk", &flow, Some("\"1\"")).await;
        }
        if let Some(steps) = steps {
            wait::until_async("people to get on", PATIENCE, async || {
                (told.load(Ordering::Relaxed) >= steps).then_some(())
            })
            .await;
            self.server.kill();
        }
        let done = join_all(people).await;
        self.talks = done.into_iter().map(|talks| talks.unwrap()).collect();
    }

    /// Kills the server among them, again and again, and has it started again.
    async fn rage(&mut self, dice: &mut Dice) {
        for kill in 0..KILLS {
            if kill + 2 == KILLS {
                let at = self.begin(&self.late.0).await;
                self.late.0.at = at;
                self.late.1 = Instant::now();
            }
            let news = (kill == 1).then(|| flow(&["x", "y"], "two"));
            self.round(Some(dice.below(STEPS)), news).await;
            if kill + 1 == KILLS {
                // Time goes on while nobody serves.
                wait::until_async("the timeout to fall due", PATIENCE, async || {
                    (self.late.1.elapsed() > TIMEOUT).then_some(())
                })
                .await;
            }
            self.server.restart();
            let (admin, base) = (self.server.admin(), self.base.as_str());
            let talks = self.talks.iter().flatten().chain([&self.old]);
            join_all(talks.map(|talk| talk.check(&admin, base))).await;
            if kill == 1 {
                assert!(self.old.step(&admin, base).await.is_ok());
                assert_eq!(self.old.at["state"], "b");
            }
        }
    }

    /// Time led on once, when it was due, and the log tells it.
    async fn check_late(&self) {
        let (admin, late) = (self.server.admin(), &self.late.0);
        let over = admin.get(&late.path(&self.base)).await.expect(200);
        assert_eq!(
            (&over["outcome"], &over["ended_at"]),
            (&json!("over"), &late.at["deadline"])
        );
        wait::until_async("what time did to be told", PATIENCE, async || {
            let ended = admin
                .all("/v1/events?limit=500&type=conversation.ended", "after")
                .await;
            let mut ids = ended.iter().map(|event| &event["data"]["conversation"]["id"]);
            ids.any(|id| *id == late.at["id"]).then_some(())
        })
        .await;
    }
}

/// What the log says of each conversation, and how often it says of a case that it is appealed.
async fn check_log(client: &Client, talks: &[&Talk]) {
    let log = client.all("/v1/events?limit=500", "after").await;
    let of = |talk: &Talk| -> Vec<(&str, i64)> {
        let news = log
            .iter()
            .filter(|event| event["data"]["conversation"]["id"] == talk.at["id"]);
        news.map(|event| {
            let step = event["data"]["conversation"]["step"].as_i64().unwrap();
            (event["type"].as_str().unwrap(), step)
        })
        .collect()
    };
    for talk in talks {
        let told = of(talk);
        let count = |kind: &str| told.iter().filter(|(told, _)| *told == kind).count();
        assert_eq!(
            (count("conversation.started"), count("conversation.ended")),
            (1, 1),
            "{told:?}"
        );
        let moves = told.iter().filter(|(kind, _)| *kind != "conversation.completed");
        assert!(
            moves.map(|(_, step)| step).is_sorted_by(|one, next| one < next),
            "{told:?}"
        );
    }
    let filed = log.iter().filter(|event| event["type"] == "appeal.filed").count();
    let appeals = talks.iter().filter(|talk| talk.flow == "tribune.appeal").count();
    assert_eq!(filed, appeals);
}

/// That each appeal is there once, with what was said.
async fn check_appeals(client: &Client, base: &str, talks: &[&Talk]) {
    let mut said = BTreeMap::new();
    for appeal in client.all(&format!("{base}/appeals?limit=100"), "cursor").await {
        let before = said.insert(appeal["case"].as_i64(), appeal["id"].clone());
        assert_eq!(before, None, "a case is appealed twice: {appeal}");
    }
    let appealed: Vec<_> = talks
        .iter()
        .filter(|talk| talk.flow == "tribune.appeal")
        .collect();
    assert_eq!(appealed.len(), said.len());
    for talk in appealed {
        let id = said[&talk.case.as_i64()].as_str().unwrap();
        assert_eq!(talk.at["data"]["appeal"], id);
        let appeal = client.get(&format!("{base}/appeals/{id}")).await.expect(200);
        assert_eq!(appeal["statements"][0]["text"], talk.key.as_str());
    }
}

async fn kill_while_people_talk(database: &Durable) {
    let seed = draw::seeds((&[], 1))[0];
    // Shown if it fails, wherever it does.
    println!("TRIBUNE_SEED={seed}");
    let mut world = World::make(database).await;
    world.rage(&mut Dice(seed)).await;
    world.check_late().await;
    world.round(None, None).await;
    let (admin, base) = (world.server.admin(), world.base.as_str());
    assert!(world.old.go_on(&admin, base, &AtomicUsize::new(0)).await.is_ok());
    let mut all: Vec<&Talk> = world.talks.iter().flatten().chain([&world.old]).collect();
    for talk in &all {
        let outcome = match (talk.flow, talk.at["version"].as_i64()) {
            ("tribune.appeal", _) => "filed",
            (_, Some(1)) => "one",
            _ => "two",
        };
        assert_eq!(talk.at["outcome"], outcome, "{}", talk.at);
    }
    check_appeals(&admin, base, &all).await;
    all.push(&world.late.0);
    check_log(&admin, &all).await;
    assert!(world.server.terminate().success(), "{}", world.server.log());
}

#[tokio::test]
async fn a_killed_server_sends_nobody_back_in_a_conversation_on_sqlite() {
    kill_while_people_talk(&Durable::sqlite()).await;
}

#[tokio::test]
async fn a_killed_server_sends_nobody_back_in_a_conversation_on_postgres() {
    kill_while_people_talk(&Durable::postgres().await).await;
}
