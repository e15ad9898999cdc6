//! A relay: it takes directives in hand, does what they say (which is to write it down in its file), and posts a receipt until that is answered.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::records::{Carried, Line};
use super::world::Doors;
use crate::support::scratch::{self, Folder};
use crate::support::wait;

const BETWEEN: Duration = Duration::from_millis(20);
/// Longer than it waits for directives, and no longer than they are in its hands.
const HANGS_UP: Duration = Duration::from_secs(5);

/// The relay, with the folder of its file.
pub(super) struct Relay {
    folder: Folder,
    task: JoinHandle<()>,
}

impl Relay {
    pub(super) fn start(doors: Doors) -> Self {
        let folder = scratch::folder("relay");
        let file = File::options()
            .create(true)
            .append(true)
            .open(file_in(folder.path()))
            .expect("the relay's file can be written");
        let task = tokio::spawn(work(doors, file));
        Self { folder, task }
    }

    /// What its file says.
    pub(super) fn end(self) -> Carried {
        assert!(!self.task.is_finished(), "the relay gave up; why is said above");
        self.task.abort();
        let lines = std::fs::read_to_string(file_in(self.folder.path())).expect("the relay's file");
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line"));
        Carried(lines.collect())
    }
}

fn file_in(folder: &Path) -> std::path::PathBuf {
    folder.join("carried")
}

async fn work(doors: Doors, mut file: File) {
    let request = json!({"platform": "discord", "limit": 100, "lease": 5, "wait": 2});
    for attempt in 0.. {
        let path = "/v1/directives/lease";
        let Some(leased) = answer(&doors, attempt, (path, &request)).await else {
            wait::pace(BETWEEN).await;
            continue;
        };
        let taken = leased["items"].as_array().unwrap();
        for directive in taken {
            carry_out(&mut file, directive);
        }
        // Told of all before more is taken in hand, so that what was done last is what was wanted last.
        join_all(taken.iter().map(|directive| report(&doors, directive))).await;
    }
}

fn carry_out(file: &mut File, directive: &Value) {
    let text = |field: &str| directive[field].as_str().unwrap().to_owned();
    let line = Line {
        directive: text("id"),
        member: text("member"),
        effect: text("effect"),
        holds: directive["wanted"]["holds"] == true,
    };
    let line = serde_json::to_string(&line).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

async fn report(doors: &Doors, directive: &Value) {
    let path = format!("/v1/directives/{}/receipt", directive["id"].as_str().unwrap());
    let receipt = json!({"outcome": "applied", "lease": directive["lease"]["id"]});
    for attempt in 0.. {
        if answer(doors, attempt, (&path, &receipt)).await.is_some() {
            return;
        }
        wait::pace(BETWEEN).await;
    }
}

/// What an API says to a request, if it says anything.
async fn answer(doors: &Doors, attempt: usize, (path, body): (&str, &Value)) -> Option<Value> {
    let client = doors.some(attempt);
    let call = client.call(Method::POST, path).json(body);
    let reply = tokio::time::timeout(HANGS_UP, call.try_send()).await.ok()?.ok()?;
    match reply.status {
        200 => Some(reply.body),
        503 => None,
        other => panic!("{path}: {other} {}", reply.body),
    }
}
