//! A private Redis on a Unix socket, shared by all tests of the process. It keeps nothing on disk.
//!
//! Tests share its one keyspace, so each takes keys under a prefix of its own and none flushes.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::process::Process;
use super::scratch::{self, Folder};

struct Redis {
    process: Process,
    folder: Folder,
}

/// The address of the private Redis (`redis+unix:///…`), which the first call starts.
///
/// Panics when `redis-server` is missing: a test that needs Redis fails without it.
pub(crate) fn url() -> String {
    format!("redis+unix://{}", socket())
}

/// Sends a command and gives the answer as it came.
pub(crate) fn command(words: &[&str]) -> String {
    use std::io::{Read as _, Write as _};

    let mut stream = std::os::unix::net::UnixStream::connect(socket()).unwrap();
    let words: String = words
        .iter()
        .map(|word| format!("${}\r\n{word}\r\n", word.len()))
        .collect();
    let count = words.matches('$').count();
    stream
        .write_all(format!("*{count}\r\n{words}").as_bytes())
        .unwrap();
    let mut answer = vec![0; 4_096];
    let length = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..length]).trim_end().to_owned()
}

fn socket() -> String {
    static SHARED: OnceLock<Redis> = OnceLock::new();
    let redis = SHARED.get_or_init(start);
    redis.folder.path().join("s").display().to_string()
}

fn start() -> Redis {
    let folder = scratch::folder("redis");
    let mut command = Command::new("redis-server");
    command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
    command.arg("--unixsocket").arg(folder.path().join("s"));
    command.arg("--dir").arg(folder.path());
    let mut process = Process::start(command, &folder.path().join("log"));
    process.wait_in_log("redis-server to listen", Duration::from_secs(20), |log| {
        log.contains("eady to accept connections").then_some(())
    });
    Redis { process, folder }
}

#[test]
fn answers_a_ping() {
    use std::io::{Read, Write};

    let mut stream = std::os::unix::net::UnixStream::connect(socket()).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
    assert!(url().starts_with("redis+unix:///"));
}
