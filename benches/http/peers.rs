//! What others have for the same question, behind a bare server of theirs, under the same load in the same run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::support::process::Process;
use crate::support::scratch;

/// A server of somebody else's.
pub(crate) struct Peer {
    _process: Process,
    /// Where it is reached.
    pub(crate) address: String,
    _folder: scratch::Folder,
}

impl Peer {
    fn start(mut command: Command, argument: Option<&str>) -> Self {
        let folder = scratch::folder("peer");
        command.args(argument);
        let mut process = Process::start(command, &folder.path().join("log"));
        let address = process.wait_in_log("a peer", Duration::from_secs(60), |log| {
            let line = log.lines().find_map(|line| line.strip_prefix("serving "))?;
            Some(line.to_owned())
        });
        Self {
            _process: process,
            address,
            _folder: folder,
        }
    }

    /// The `limitador` crate behind a bare axum, counting in process.
    pub(crate) fn limitador() -> Self {
        Self::start(built(&[]), None)
    }

    /// The same counting in Redis; `None` unless it is asked for, since it takes long to build.
    pub(crate) fn limitador_over(redis: &str) -> Option<Self> {
        let Some(asked) = std::env::var_os("LIMITADOR_REDIS") else {
            println!(
                "  not measured: limitador over Redis; LIMITADOR_REDIS=1 builds it, which takes libclang and long, and any other value is \
                 the program that it built"
            );
            return None;
        };
        let command = if asked == "1" {
            built(&["--features", "redis"])
        } else {
            Command::new(asked)
        };
        Some(Self::start(command, Some(redis)))
    }

    /// `rate-limiter-flexible` behind Node's own server; `None` where it is not installed.
    pub(crate) fn flexible(socket: Option<&str>) -> Option<Self> {
        if !folder().join("node_modules").exists() {
            println!(
                "  not measured: rate-limiter-flexible; `npm install --prefix benches/peers` installs it"
            );
            return None;
        }
        let mut command = Command::new("node");
        command.arg(folder().join("flexible.js"));
        Some(Self::start(command, socket))
    }
}

/// The program of the other package, built with these features.
fn built(features: &[&str]) -> Command {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--manifest-path"])
        .arg(folder().join("Cargo.toml"))
        .args(features)
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the peers do not build");
    Command::new(folder().join("target/release/peers"))
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", "peers"].iter().collect()
}
