//! A Postgres server of our own: made by `initdb` in the scratch folder, on a Unix socket only, gone with the tests.
//!
//! Debian's own clusters are never touched. The binaries are the newest under `/usr/lib/postgresql`, or those in `PG_BINDIR`.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::process::Process;
use super::scratch::{self, Folder};
use super::wait;

/// What a cold, busy machine may take to start a server.
const TO_START: Duration = Duration::from_secs(60);

/// Whether a commit reaches the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fsync {
    /// For tests of behaviour: nothing is asked to survive a crash of the machine.
    Off,
    /// For tests of durability and for measurements.
    On,
}

/// A Postgres server with its data.
pub(crate) struct Cluster {
    binaries: PathBuf,
    fsync: Fsync,
    process: Option<Process>,
    folder: Folder,
}

impl Cluster {
    /// Makes and starts one. It takes about a second.
    pub(crate) fn start(fsync: Fsync) -> Self {
        let binaries = binaries();
        let folder = scratch::folder("pg");
        if let Some((user, group)) = lesser_user() {
            chown(folder.path(), Some(user), Some(group)).expect("the superuser may give folders away");
        }
        let mut cluster = Self {
            binaries,
            fsync,
            process: None,
            folder,
        };
        cluster.initialise();
        cluster.start_again();
        cluster
    }

    /// The URL of one of its databases, for sqlx and for `--database-url`.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&user=postgres",
            self.folder.path().display()
        )
    }

    /// The version's first number: 15 for 15.8.
    pub(crate) fn major_version(&self) -> u32 {
        major_version(&self.binaries)
    }

    /// Stops at once, as in a crash: what was not on disk is lost, and the next start recovers from the log.
    pub(crate) fn crash(&mut self) {
        let mut process = self.process.take().expect("the server runs");
        process.signal("QUIT");
        process.wait();
    }

    /// Stops in order: sessions are cut, what is in memory is written.
    pub(crate) fn stop(&mut self) {
        let mut process = self.process.take().expect("the server runs");
        process.signal("INT");
        process.wait();
    }

    /// Starts the server again over the same data, and returns when it takes connections.
    pub(crate) fn start_again(&mut self) {
        assert!(self.process.is_none(), "the server already runs");
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path());
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        let log = self.folder.path().join("log");
        let earlier = fs::read(&log).map_or(0, |bytes| bytes.len());
        // SIGQUIT takes the server's children and its shared memory along.
        let mut process = Process::start_ended_by("QUIT", command, &log);
        process.wait_in_log("Postgres to take connections", TO_START, |log| {
            log.get(earlier..)?
                .contains("is ready to accept connections")
                .then_some(())
        });
        self.process = Some(process);
    }

    /// The process number of the server.
    pub(crate) fn id(&self) -> u32 {
        self.process.as_ref().expect("the server runs").id()
    }

    /// Where it keeps its data, socket and log.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// All that the server has said.
    pub(crate) fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn initialise(&self) {
        let mut command = self.command("initdb");
        command.arg("-D").arg(self.data());
        command.args([
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        if self.major_version() >= 15 {
            // As on a real server, text does not sort by bytes: a query that relies on it must fail here, not there.
            command.args(["--locale-provider=icu", "--icu-locale=en-US"]);
        }
        let output = command
            .output()
            .unwrap_or_else(|e| panic!("cannot start initdb: {e}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "initdb failed: {}\n{said}",
            output.status
        );
    }

    fn settings(&self) -> Vec<&'static str> {
        let mut settings = vec!["listen_addresses=", "max_connections=400", "timezone=UTC"];
        if self.fsync == Fsync::Off {
            // Hundreds of short-lived databases: none lives long enough to be worth vacuuming or compiling queries for.
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
            settings.extend(["autovacuum=off", "jit=off", "max_wal_size=4GB"]);
        }
        settings
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.folder.path()).env_remove("PGDATA");
        if let Some((user, group)) = lesser_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.crash();
        }
    }
}

/// Runs one statement that takes no part in a transaction, such as `CREATE DATABASE`.
pub(crate) async fn run(connection: &mut PgConnection, statement: String) {
    let result = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .execute(connection)
        .await;
    result.unwrap_or_else(|e| panic!("{statement}: {e}"));
}

/// Connects to `url`, trying until the server answers.
pub(crate) async fn connect(url: &str) -> PgConnection {
    wait::until_async("a connection to Postgres", TO_START, || async {
        PgConnection::connect(url).await.ok()
    })
    .await
}

/// Postgres refuses to run as the superuser: then `postgres`, or else `nobody`, runs it. Nothing when we are neither.
fn lesser_user() -> Option<(u32, u32)> {
    if !scratch::we_are_root() {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
    let ids = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| ids_of(&passwd, name));
    Some(ids.expect("Postgres does not run as root, and there is neither a user postgres nor nobody"))
}

fn ids_of(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn binaries() -> PathBuf {
    if let Some(folder) = env::var_os("PG_BINDIR") {
        return PathBuf::from(folder);
    }
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max()
        .map(|(_, bin)| bin)
        .expect("no Postgres under /usr/lib/postgresql: ./test installs it, or PG_BINDIR names the folder of initdb")
}

fn major_version(binaries: &Path) -> u32 {
    let output = Command::new(binaries.join("postgres")).arg("--version").output();
    let said = output
        .unwrap_or_else(|e| panic!("cannot run postgres in {}: {e}", binaries.display()))
        .stdout;
    let said = String::from_utf8_lossy(&said);
    let digits = said
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit);
    digits
        .collect::<String>()
        .parse()
        .unwrap_or_else(|e| panic!("no version in {said:?}: {e}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\npostgres2:x:7:8::/:/bin/sh\npostgres:x:105:113::/:/bin/sh\n";
        assert_eq!(ids_of(passwd, "postgres"), Some((105, 113)));
        assert_eq!(ids_of(passwd, "nobody"), None);
    }

    #[tokio::test]
    async fn a_durable_cluster_keeps_what_was_committed_before_a_crash() {
        let mut cluster = Cluster::start(Fsync::On);
        let mut connection = connect(&cluster.url("postgres")).await;
        let fsync: String = sqlx::query_scalar("SHOW fsync")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(fsync, "on");
        run(
            &mut connection,
            "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)".to_owned(),
        )
        .await;

        cluster.crash();
        assert!(PgConnection::connect(&cluster.url("postgres")).await.is_err());
        cluster.start_again();

        let mut connection = connect(&cluster.url("postgres")).await;
        let n: i32 = sqlx::query_scalar("SELECT n FROM kept")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(n, 7);
        assert!(cluster.log().contains("automatic recovery in progress"));
    }

    #[test]
    fn the_data_belongs_to_someone_who_is_not_root() {
        let cluster = Cluster::start(Fsync::Off);
        assert_ne!(fs::metadata(cluster.data()).unwrap().uid(), 0);
    }
}
