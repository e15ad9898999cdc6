//! Callers who act, each act under a key of its own, repeated at whichever API answers until it is acknowledged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::records::Answered;
use super::world::{Doors, World};
use crate::support::wait;

const CALLERS: u64 = 16;
/// Between an answer and the next act, and between a try and the next one.
const BETWEEN: Duration = Duration::from_millis(20);
/// A caller who has no answer by then hangs up and asks again.
const HANGS_UP: Duration = Duration::from_secs(8);
/// How many milliseconds, at the most, those wait at first who are impatient: many of their acts are done, and they do not know.
const IMPATIENT: u64 = 60;
/// Longer than any fault lasts.
const PATIENCE: Duration = Duration::from_secs(90);

type Known = Arc<Mutex<BTreeMap<String, Answered>>>;

/// The callers.
pub(super) struct Load {
    known: Known,
    over: Arc<AtomicBool>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    pub(super) fn start(world: &World) -> Self {
        let (known, over) = (Known::default(), Arc::new(AtomicBool::new(false)));
        let start = |caller| {
            let path = format!("{}/acts", world.home);
            tokio::spawn(call(
                caller,
                world.doors.clone(),
                path,
                known.clone(),
                over.clone(),
            ))
        };
        let callers = (0..CALLERS).map(start).collect();
        Self { known, over, callers }
    }

    /// Waits until so many more acts were acknowledged.
    pub(super) async fn more(&self, count: usize) {
        let acknowledged = || self.known.lock().unwrap_or_else(PoisonError::into_inner).len();
        let goal = acknowledged() + count;
        wait::until_async("acts to be acknowledged", PATIENCE, async || {
            let dead = self.callers.iter().any(JoinHandle::is_finished);
            assert!(!dead, "a caller gave up; why is said above");
            (acknowledged() >= goal).then_some(())
        })
        .await;
    }

    /// Lets every caller have the answer to their last act; what they were told.
    pub(super) async fn end(self) -> BTreeMap<String, Answered> {
        self.over.store(true, Ordering::Relaxed);
        for caller in self.callers {
            tokio::time::timeout(PATIENCE, caller)
                .await
                .expect("the last acts are acknowledged")
                .unwrap();
        }
        std::mem::take(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn call(caller: u64, doors: Doors, path: String, known: Known, over: Arc<AtomicBool>) {
    for count in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{caller}/{count}");
        let body = act(caller, count);
        let answered = Answered {
            number: until_acknowledged(&doors, (&path, &key, &body), patience(count)).await,
            over: body["kind"] == "mute",
        };
        known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, answered);
        wait::pace(BETWEEN).await;
    }
}

/// How long a caller waits for the first answer to an act.
fn patience(count: u64) -> Duration {
    if count % 5 == 4 {
        Duration::from_millis(count * 7 % IMPATIENT)
    } else {
        HANGS_UP
    }
}

/// The number of the case that the act of a key became.
async fn until_acknowledged(
    doors: &Doors,
    (path, key, body): (&str, &str, &Value),
    mut patience: Duration,
) -> i64 {
    for attempt in 0.. {
        let client = doors.some(attempt);
        let call = client.call(Method::POST, path).header("idempotency-key", key);
        let answer = tokio::time::timeout(patience, call.json(body).try_send()).await;
        patience = HANGS_UP;
        if let Ok(Ok(reply)) = answer {
            match (reply.status, reply.body["code"].as_str()) {
                (201, _) => return reply.body["case"]["number"].as_i64().unwrap(),
                (503, _) | (409, Some("idempotency_in_flight")) => {}
                (other, _) => panic!("{key}: {other} {}", reply.body),
            }
        }
        wait::pace(BETWEEN).await;
    }
    unreachable!("it is tried for ever")
}

/// The act of a caller: short mutes and kicks of somebody new, notes on a few whom all share, and warns that escalate now and then. Its reason
/// is its key.
fn act(caller: u64, count: u64) -> Value {
    let (own, reason) = (1_000_000 * (caller + 1) + count, format!("{caller}/{count}"));
    let (kind, member) = match count % 4 {
        0 => ("mute", own),
        1 => ("note", count % 5),
        2 => ("warn", 100 * (caller + 1) + count / 16),
        _ => ("kick", own),
    };
    // An act that was done twice must not be kept from it by the rule against duplicates.
    let mut act = json!({
        "kind": kind, "member": format!("discord:{member}"), "reason": reason, "allow_duplicate": true,
    });
    if kind == "mute" {
        act["duration"] = json!(1 + count % 3);
    }
    act
}
