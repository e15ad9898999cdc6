//! Checks of rate limits, in one run with what they are compared with: a bare JSON echo, an empty handler behind the same stack, and what
//! `redis-benchmark` reaches with the same script.
//!
//! The measured process is this executable once more (`serve`), with both routers in it: so the machine, the build and the runtime are
//! the same, and only one of them is called at a time.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tribune::config::{Log, LogFormat};
use tribune::domain::limit::{Algorithm, Rate};
use tribune::domain::plan::Plan;
use tribune::http::api::{ApiState, routes};
use tribune::http::edge::{self, Edge, EdgeLimits};
use tribune::http::gate::Gate;
use tribune::http::json::QuickJson;
use tribune::http::problem::Problem;
use tribune::http::{listener, observe, respond};
use tribune::limiter::memory::Memory;
use tribune::limiter::redis::{Redis, Settings};
use tribune::logging;
use tribune::ports::clock::{Clock, Ticks};
use tribune::ports::limiter::Limiter;
use tribune::service::allowance::Plans;
use tribune::service::caller::Caller;
use tribune::service::pipeline::Lanes;
use tribune::service::{Service, Tuning};
use wire::limit::{CheckAnswer, CheckRequest, CountedBy, Seconds};

use crate::load::{self, Requests, Seen};
use crate::peers::Peer;
use crate::support::ids::TestIds;
use crate::support::process::Process;
use crate::support::store::TestStore;
use crate::support::{clock::TestClock, redis};
use crate::support::{scratch, tuning};
use crate::{CALLERS_OF_CHECKS as CALLERS, LENGTH_OF_CHECKS as LENGTH, report};

/// The limit that all checks are of: so wide that none is denied, and so slow that a key is not idle before the run is over.
const LIMIT: &str = "bench";

struct Machine(std::time::Instant);

impl Clock for Machine {
    fn now(&self) -> DateTime<Utc> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the measured process has the machine's clock, as the real one"
        )]
        Utc::now()
    }
}

impl Ticks for Machine {
    fn ticks(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// Serves both routers until it is killed. `redis` is where the counters are, if not in this process.
pub(crate) async fn serve(redis: Option<&str>) {
    let log = Log {
        format: LogFormat::Text,
        filter: "info".to_owned(),
    };
    logging::init(&log).unwrap();
    let clock = Arc::new(Machine(std::time::Instant::now()));
    let database = TestStore::sqlite().await;
    let store = database.open(TestClock::new()).await;
    let limiter = counters(redis, &clock);
    let lanes = Lanes {
        lanes: 1,
        batch: 256,
        queue: 4_096,
    };
    let service = Service::new(
        store,
        clock.clone(),
        Arc::new(TestIds),
        limiter,
        Handle::current(),
        Tuning {
            plans: plans(clock.clone()),
            ..tuning::with(lanes)
        },
    );
    let (_, secret) = service.bootstrap("bench").await.unwrap().unwrap();
    let anonymous = Rate::new(Algorithm::TokenBucket, 600, 60_000, None).unwrap();
    let gate = Gate::new(service.clone(), anonymous, Arc::default());
    let state = ApiState::new(service);
    let metrics = observe::start_counting().unwrap();
    let empty = Router::new()
        .route("/empty", post(empty))
        .with_state(state.clone());
    let edge_limits = EdgeLimits {
        body: 1 << 20,
        body_time: Duration::from_secs(20),
        time: Duration::from_secs(30),
    };
    let stack = edge::wrap(routes(state).merge(empty), &Edge::new(edge_limits), &gate);
    let echo = Router::new().route("/echo", post(async |Json(body): Json<Value>| Json(body)));
    let (echo_at, stack_at) = (bind().await, bind().await);
    println!(
        "serving {} {} {}",
        echo_at.local_addr().unwrap(),
        stack_at.local_addr().unwrap(),
        secret.reveal()
    );
    let limits = listener::Limits {
        connections: 4_096,
        header: Duration::from_secs(10),
        idle: Duration::from_secs(75),
        grace: Duration::from_secs(1),
    };
    let echo = tokio::spawn(async move { axum::serve(echo_at, echo).await });
    listener::run(stack_at, stack, limits, std::future::pending()).await;
    drop((echo, metrics, database));
}

/// The counters: in Redis, if it is said where, else in this process.
fn counters(redis: Option<&str>, clock: &Arc<Machine>) -> Arc<dyn Limiter> {
    let local = Arc::new(Memory::new(4_000_000, clock.clone()));
    let Some(url) = redis else {
        return local;
    };
    let settings = Settings {
        url: url.to_owned(),
        prefix: "bench:".to_owned(),
        deadline: Duration::from_secs(5),
        clock: None,
    };
    Arc::new(Redis::new(settings, clock.clone(), local).unwrap())
}

/// Requests are counted as they are for everybody, and nobody is refused.
fn plans(ticks: Arc<dyn Ticks>) -> Plans {
    let rate = Rate::new(Algorithm::TokenBucket, 1_000_000, 1_000, None).unwrap();
    Plans::new([(Plan::Standard, rate)], ticks)
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Reads who calls and what, as a check does, and answers as one does, without asking anything.
async fn empty(
    _caller: Caller,
    State(_): State<ApiState>,
    _body: QuickJson<CheckRequest>,
) -> Result<Response, Problem> {
    Ok(respond::document(&CheckAnswer {
        allowed: true,
        limit: 1_000_000,
        remaining: 999_999,
        retry_after: None,
        reset_after: Seconds(86),
        denied_by: None,
        counted_by: CountedBy::Memory,
        limits: Vec::new(),
    }))
}

/// The measured process.
struct Measured {
    process: Process,
    echo: String,
    stack: String,
    key: String,
    _folder: scratch::Folder,
}

impl Measured {
    async fn start(redis: Option<&str>) -> Self {
        let folder = scratch::folder("bench");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("serve-limits").args(redis);
        let mut process = Process::start(command, &folder.path().join("log"));
        let words = process.wait_in_log("the measured process", Duration::from_secs(60), |log| {
            let line = log.lines().find(|line| line.starts_with("serving "))?;
            Some(line.split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>())
        });
        let [echo, stack, key] = words.try_into().unwrap();
        let measured = Self {
            process,
            echo,
            stack,
            key,
            _folder: folder,
        };
        let client =
            crate::support::client::Client::new(&format!("http://{}", measured.stack), &measured.key);
        let limit = json!({"algorithm": "gcra", "capacity": 50_000, "period": 2_678_400, "key": "{user}"});
        let put = client.call(hyper::Method::PUT, &format!("/v1/limits/{LIMIT}"));
        put.json(&limit).send().await.expect(201);
        measured
    }

    /// Processor time so far, in clock ticks of a hundredth of a second.
    fn ticks(&self) -> f64 {
        let stat = std::fs::read_to_string(
            Path::new("/proc")
                .join(self.process.id().to_string())
                .join("stat"),
        )
        .unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
    }

    /// Calls one of the routers, and says what each call costs.
    async fn run(&self, what: &str, address: &str, requests: Requests, checks: f64) -> f64 {
        let before = self.ticks();
        let seen = load::run(&[address.to_owned()], CALLERS, LENGTH, requests).await;
        let all = seen.answers as f64 * LENGTH.as_secs_f64() / (LENGTH.as_secs_f64() * 0.8);
        let micros = (self.ticks() - before) * 1e4 / all;
        line(what, &seen, checks, micros);
        seen.rate * checks
    }

    /// The same checks, asked of somebody else; no rate of who is not there.
    async fn peer(&self, what: &str, peer: Option<&Peer>) -> f64 {
        let Some(peer) = peer else {
            return f64::NAN;
        };
        let requests = checks(&self.key, "/v1/checks", 1, 1_000, false);
        let seen = load::run(std::slice::from_ref(&peer.address), CALLERS, LENGTH, requests).await;
        line(what, &seen, 1.0, f64::NAN);
        seen.rate
    }
}

fn line(what: &str, seen: &Seen, checks: f64, micros: f64) {
    println!(
        "  {what:<58} {:>9.0}/s   p50 {:>6.2} ms   p99 {:>6.2} ms   {micros:>6.1} µs CPU a request",
        seen.rate * checks,
        seen.p50.as_secs_f64() * 1e3,
        seen.p99.as_secs_f64() * 1e3
    );
}

/// Checks of keys drawn from so many, all alike or a few of them most of the time.
fn checks(key: &str, path: &'static str, batch: usize, keys: u64, skewed: bool) -> Requests {
    let key = key.to_owned();
    Arc::new(move |caller, n| {
        let one = |place: u64| {
            let mut draw = crate::world::mix(caller as u64, n * 1_024 + place);
            if skewed {
                // The square of a draw from zero to one: half of the checks are of a quarter of the keys, a tenth of a hundredth.
                let share = (draw >> 11) as f64 / (1_u64 << 53) as f64;
                draw = (share * share * share * share * keys as f64) as u64;
            }
            format!(
                r#"{{"limit":"{LIMIT}","values":{{"user":"discord:{}"}}}}"#,
                draw % keys
            )
        };
        let body = if batch == 1 {
            one(0)
        } else {
            let all: Vec<String> = (0..batch as u64).map(one).collect();
            format!(r#"{{"checks":[{}]}}"#, all.join(","))
        };
        post_bytes(path, &key, &body)
    })
}

fn post_bytes(path: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// How often everything is measured, one after the other: what the machine does besides befalls all alike.
const ROUNDS: usize = 3;

/// The ratio in the middle of those of all rounds.
fn middle(ratios: impl Iterator<Item = f64>) -> f64 {
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Of who was not there nothing is said.
fn compare(what: &str, ratio: f64, target: f64) {
    if !ratio.is_nan() {
        report(what, ratio, target, true);
    }
}

/// All of it.
pub(crate) async fn measure() {
    println!("Rate limits, in process, {CALLERS} callers");
    let it = Measured::start(None).await;
    let single = |path| checks(&it.key, path, 1, 1_000, false);
    let batch = |size| prepared(&checks(&it.key, "/v1/checks/batch", size, 1_000, false));
    let (of_32, of_256) = (batch(32), batch(256));
    let limitador = Peer::limitador();
    let flexible = Peer::flexible(None);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push([
            it.run("bare JSON echo", &it.echo, single("/echo"), 1.0).await,
            it.run(
                "an empty handler behind the same stack",
                &it.stack,
                single("/empty"),
                1.0,
            )
            .await,
            it.run("a check, 1 000 keys", &it.stack, single("/v1/checks"), 1.0)
                .await,
            it.run("checks in batches of 32", &it.stack, of_32.clone(), 32.0)
                .await,
            it.run("checks in batches of 256", &it.stack, of_256.clone(), 256.0)
                .await,
            it.peer("limitador behind a bare axum", Some(&limitador)).await,
            it.peer("rate-limiter-flexible behind Node", flexible.as_ref())
                .await,
        ]);
    }
    drop((limitador, flexible));
    for (what, one, other, target) in [
        ("a check against the echo", 2, 0, 0.75),
        ("a check against the empty handler", 2, 1, 0.95),
        ("batches of 32 against single checks", 3, 2, 12.0),
        ("batches of 256 against single checks", 4, 2, 30.0),
        ("a check against limitador", 2, 5, 1.2),
        ("a check against rate-limiter-flexible", 2, 6, 1.0),
    ] {
        let ratio = middle(rounds.iter().map(|round| round[one] / round[other]));
        compare(what, ratio, target);
    }
    many_keys(&it).await;
    shared().await;
}

/// Some requests, made beforehand: to write large ones takes as long as to answer them.
fn prepared(requests: &Requests) -> Requests {
    let made: Vec<Vec<u8>> = (0..256).map(|n| requests(0, n)).collect();
    Arc::new(move |caller, n| made[(caller + n as usize) % made.len()].clone())
}

/// A million keys that are there.
async fn many_keys(it: &Measured) {
    let resident = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", it.process.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1_024.0
    };
    let before = resident();
    let counter = std::sync::atomic::AtomicU64::new(0);
    let key = it.key.clone();
    let fill: Requests = Arc::new(move |_, _| {
        let from = counter.fetch_add(256, std::sync::atomic::Ordering::Relaxed);
        let all: Vec<String> = (from..from + 256)
            .map(|n| {
                format!(
                    r#"{{"limit":"{LIMIT}","values":{{"user":"discord:{}"}}}}"#,
                    n % 1_000_000
                )
            })
            .collect();
        post_bytes(
            "/v1/checks/batch",
            &key,
            &format!(r#"{{"checks":[{}]}}"#, all.join(",")),
        )
    });
    load::run(std::slice::from_ref(&it.stack), CALLERS, LENGTH, fill).await;
    println!(
        "  memory for each of a million keys: {:.0} bytes",
        (resident() - before) / 1e6
    );
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        for (what, keys, skewed) in [
            ("a check, 1 000 keys", 1_000, false),
            ("a check, 1 000 000 keys, uniform", 1_000_000, false),
            ("a check, 1 000 000 keys, skewed", 1_000_000, true),
        ] {
            let requests = checks(&it.key, "/v1/checks", 1, keys, skewed);
            round.push(it.run(what, &it.stack, requests, 1.0).await);
        }
        rounds.push(round);
    }
    for (index, what) in [(1, "uniform"), (2, "skewed")] {
        let ratio = middle(rounds.iter().map(|round| round[index] / round[0]));
        report(
            &format!("a check of 1 000 000 keys, {what}, against 1 000"),
            ratio,
            0.8,
            true,
        );
    }
}

/// The same over Redis.
async fn shared() {
    println!("Rate limits over Redis, {CALLERS} callers");
    let it = Measured::start(Some(&redis::url())).await;
    let of_32 = prepared(&checks(&it.key, "/v1/checks/batch", 32, 1_000, false));
    let limitador = Peer::limitador_over(&redis::url());
    let flexible = Peer::flexible(Some(redis::url().trim_start_matches("redis+unix://")));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let single = checks(&it.key, "/v1/checks", 1, 1_000, false);
        let check = it.run("a check", &it.stack, single, 1.0).await;
        let limitador = it.peer("limitador behind a bare axum", limitador.as_ref()).await;
        let flexible = it
            .peer("rate-limiter-flexible behind Node", flexible.as_ref())
            .await;
        let plain = redis_benchmark("one at a time", 1);
        let batch = it
            .run("checks in batches of 32", &it.stack, of_32.clone(), 32.0)
            .await;
        let piped = redis_benchmark("16 in a pipeline", 16);
        rounds.push([check / plain, batch / piped, check / limitador, check / flexible]);
    }
    for (index, (what, target)) in [
        ("a check against redis-benchmark, one at a time", 0.9),
        ("batches of 32 against redis-benchmark, 16 in a pipeline", 1.0),
        ("a check against limitador", 1.5),
        ("a check against rate-limiter-flexible", 1.0),
    ]
    .into_iter()
    .enumerate()
    {
        compare(what, middle(rounds.iter().map(|round| round[index])), target);
    }
}

/// How many calls of the same script a second Redis answers to its own tool, for 64 clients and 1 000 keys.
fn redis_benchmark(what: &str, pipeline: usize) -> f64 {
    let script = concat!(
        include_str!("../../src/limiter/redis/common.lua"),
        include_str!("../../src/limiter/redis/check.lua")
    );
    let loaded = redis::command(&["SCRIPT", "LOAD", script]);
    let hash = loaded.lines().last().unwrap().trim().to_owned();
    let socket = redis::url().trim_start_matches("redis+unix://").to_owned();
    let output = Command::new("redis-benchmark")
        .args([
            "-s",
            &socket,
            "-c",
            "64",
            "-n",
            "300000",
            "-r",
            "1000",
            "-P",
            &pipeline.to_string(),
            "--csv",
        ])
        .args([
            "EVALSHA",
            &hash,
            "1",
            "bench:{AAAAAAAAAAAAAAAAAAAAAA}BBBBBBBBBBBBBBBBBBBBBBg2678400000:__rand_int__",
        ])
        .args(["", "1", "0", "g", "50000", "2678400000", "50000", "1", "0"])
        .output()
        .expect("redis-benchmark comes with redis-tools");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().last().unwrap();
    let rate = line.split(',').nth(1).unwrap_or_else(|| panic!("{text}"));
    let rate: f64 = rate
        .trim_matches('"')
        .parse()
        .unwrap_or_else(|_| panic!("{text}"));
    println!(
        "  {:<58} {rate:>9.0}/s",
        format!("redis-benchmark, the same script, {what}")
    );
    rate
}
