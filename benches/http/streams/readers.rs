//! Many readers of a stream of server-sent events, in a process of their own: one alone could not hold both ends.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::Cost;
use crate::load;
use crate::support::process::Process;
use crate::support::{scratch, wait};

/// What comes before the document of an event. A chunk of an answer has whole messages, so this is never cut in two.
const BEFORE_DOCUMENT: &[u8] = b"\ndata: ";
/// How many readers connect at a time.
const AT_A_TIME: usize = 64;
/// How often the process says how much its readers were given.
const SAID_EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(120);
/// Files beside those of the readers.
const OTHER_FILES: usize = 500;

/// Sees to it that this process and those that it starts may have so many connections, as far as the system lets it.
pub(crate) fn raise_limit(readers: usize) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    let hard = line.split_whitespace().nth(4).unwrap();
    let enough = hard
        .parse()
        .is_ok_and(|hard: usize| hard >= readers + OTHER_FILES);
    assert!(
        enough || hard == "unlimited",
        "{hard} files are too few for {readers} readers: raise the hard limit"
    );
    let raised = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string()])
        .arg(format!("--nofile={hard}:{hard}"))
        .status()
        .expect("prlimit comes with util-linux");
    assert!(raised.success(), "the limit of open files cannot be raised");
}

/// Whom to read from.
pub(crate) struct Begin<'a> {
    /// The process that serves.
    pub(crate) process: u32,
    pub(crate) address: String,
    pub(crate) path: &'a str,
    pub(crate) key: &'a str,
}

/// A process with readers.
pub(crate) struct Readers {
    process: Process,
    count: usize,
    /// The process that serves them, and what it took before they came.
    serves: u32,
    before: f64,
    _folder: scratch::Folder,
}

impl Readers {
    /// Lets so many connect, and returns when all have their first bytes.
    pub(crate) async fn start(begin: &Begin<'_>, count: usize) -> Self {
        let before = resident(begin.process);
        let folder = scratch::folder("readers");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["read-streams", &begin.address, begin.path, begin.key]);
        command.arg(count.to_string());
        let mut process = Process::start(command, &folder.path().join("log"));
        tokio::task::block_in_place(|| {
            process.wait_in_log("all readers to be there", PATIENCE, |log| log.find("seen 0\n"));
        });
        Self {
            process,
            count,
            serves: begin.process,
            before,
            _folder: folder,
        }
    }

    /// Lets so many events happen, each given to every reader, and says what that costs the process that serves.
    pub(crate) async fn cost(mut self, events: usize, between: Duration, happen: impl AsyncFn()) -> Cost {
        let begun = ticks(self.serves);
        let mut pace = tokio::time::interval(between);
        for _ in 0..events {
            pace.tick().await;
            happen().await;
        }
        let deliveries = self.count * events;
        tokio::task::block_in_place(|| {
            self.process
                .wait_in_log("everybody to have everything", PATIENCE, |log| {
                    let last = log.lines().rev().find_map(|line| line.strip_prefix("seen "))?;
                    (last.parse::<usize>().ok()? >= deliveries).then_some(())
                });
        });
        Cost {
            micros: (ticks(self.serves) - begun) * 1e4 / deliveries as f64,
            kib: (resident(self.serves) - self.before) / self.count as f64,
        }
    }
}

/// Resident memory, in KiB.
fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Time of the processor so far, in hundredths of a second.
fn ticks(process: u32) -> f64 {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
}

/// The process: reads until it is killed, and says how many documents its readers were given.
pub(crate) async fn read(words: &[&str]) {
    let [address, path, key, count] = words[..] else {
        panic!("an address, a path, a key and a number, not {words:?}");
    };
    let count: usize = count.parse().unwrap();
    let (seen, gate) = (Arc::new(AtomicU64::new(0)), Arc::new(Semaphore::new(AT_A_TIME)));
    let connected = Arc::new(AtomicU64::new(0));
    for _ in 0..count {
        let (address, request) = (address.to_owned(), load::get(path, key));
        let (seen, gate, connected) = (seen.clone(), gate.clone(), connected.clone());
        tokio::spawn(async move {
            let permit = gate.acquire_owned().await.unwrap();
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&request).await.unwrap();
            let mut buffer = vec![0; 4 * 1_024];
            let first = stream.read(&mut buffer).await.unwrap();
            assert!(
                buffer[..first].starts_with(b"HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(&buffer[..first])
            );
            drop(permit);
            connected.fetch_add(1, Ordering::Relaxed);
            follow(stream, buffer, &seen).await;
        });
    }
    tokio::task::block_in_place(|| {
        wait::until("all readers to be connected", PATIENCE, || {
            (connected.load(Ordering::Relaxed) == count as u64).then_some(())
        });
    });
    println!("seen 0");
    let mut said = 0;
    loop {
        tokio::time::sleep(SAID_EVERY).await;
        let now = seen.load(Ordering::Relaxed);
        if now != said {
            println!("seen {now}");
            said = now;
        }
    }
}

/// Counts the documents that come.
async fn follow(mut stream: TcpStream, mut buffer: Vec<u8>, seen: &AtomicU64) {
    let mut matched = 0;
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "a reader was cut off");
        let mut documents = 0;
        for &byte in &buffer[..read] {
            if byte == BEFORE_DOCUMENT[matched] {
                matched += 1;
            } else {
                matched = usize::from(byte == BEFORE_DOCUMENT[0]);
            }
            if matched == BEFORE_DOCUMENT.len() {
                (documents, matched) = (documents + 1, 0);
            }
        }
        seen.fetch_add(documents, Ordering::Relaxed);
    }
}
