//! The real `tribune` executable as a process of its own: what users start, and what can be killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use super::client::Client;
use super::process::Process;
use super::scratch::{self, Folder};

/// What a start may take, migrations on a busy machine included.
const TO_START: Duration = Duration::from_secs(60);

/// `tribune serve` on a free port with a data folder of its own.
pub(crate) struct Server {
    /// Where it listens (`http://127.0.0.1:…`); another port after each start.
    pub(crate) url: String,
    /// The key in `admin.key`, which the first start on a database writes; empty when there is no such file.
    pub(crate) admin_key: String,
    setup: Setup,
    process: Process,
}

/// What stays the same from start to start.
struct Setup {
    role: &'static str,
    database_url: String,
    options: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Folder,
    /// The data folder, where it is not the one within `folder`.
    data: Option<PathBuf>,
    starts: u32,
}

impl Server {
    /// Starts it over the database at `database_url` and returns when it listens.
    pub(crate) fn start(database_url: &str) -> Self {
        Self::start_with(database_url, &[])
    }

    /// [`start`](Self::start) with more command-line options.
    pub(crate) fn start_with(database_url: &str, options: &[&str]) -> Self {
        Self::launch(database_url, options, &[])
    }

    /// [`start`](Self::start) with environment variables.
    pub(crate) fn start_with_environment(database_url: &str, environment: &[(&str, &str)]) -> Self {
        Self::launch(database_url, &[], environment)
    }

    /// `tribune serve --no-jobs` with environment variables.
    pub(crate) fn start_api(database_url: &str, environment: &[(&str, &str)]) -> Self {
        Self::launch(database_url, &["--no-jobs"], environment)
    }

    /// `tribune work` on a free port: it has no key, and answers probes alone.
    pub(crate) fn start_worker(database_url: &str) -> Self {
        Self::start_worker_with_environment(database_url, &[])
    }

    /// [`start_worker`](Self::start_worker) with environment variables.
    pub(crate) fn start_worker_with_environment(database_url: &str, environment: &[(&str, &str)]) -> Self {
        Self::launch_in("work", None, database_url, &[], environment)
    }

    /// [`start`](Self::start) over a data folder that is there already, and stays.
    pub(crate) fn start_in(database_url: &str, data: &Path) -> Self {
        Self::launch_in("serve", Some(data), database_url, &[], &[])
    }

    fn launch(database_url: &str, options: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::launch_in("serve", None, database_url, options, environment)
    }

    fn launch_in(
        role: &'static str,
        data: Option<&Path>,
        database_url: &str,
        options: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let mut setup = Setup {
            role,
            database_url: database_url.to_owned(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            environment: environment.iter().map(owned).collect(),
            folder: scratch::folder("server"),
            data: data.map(Path::to_owned),
            starts: 0,
        };
        let process = setup.spawn();
        let mut server = Self {
            url: String::new(),
            admin_key: String::new(),
            setup,
            process,
        };
        server.wait_until_it_listens();
        server
    }

    /// The first administrator.
    pub(crate) fn admin(&self) -> Client {
        Client::new(&self.url, &self.admin_key)
    }

    /// Someone without a key.
    pub(crate) fn anonymous(&self) -> Client {
        Client::anonymous(&self.url)
    }

    /// Its data folder.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.setup.data_dir()
    }

    /// All that it has said since its latest start.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Its process number, for signals and for `/proc`.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends the signal `name` ("STOP", "CONT", …).
    pub(crate) fn signal(&mut self, name: &str) {
        self.process.signal(name);
    }

    /// SIGTERM, and the wait until it has finished its work.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.process.terminate()
    }

    /// Waits until it has ended by itself, or because of a signal.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Starts it once more over the same data. Kills it first if it still runs.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.process = self.setup.spawn();
        self.wait_until_it_listens();
    }

    fn wait_until_it_listens(&mut self) {
        self.url = self
            .process
            .wait_in_log("the server to listen", TO_START, address);
        let key = fs::read_to_string(self.data_dir().join("admin.key")).unwrap_or_default();
        self.admin_key = key.trim().to_owned();
    }
}

impl Setup {
    fn data_dir(&self) -> PathBuf {
        let within = || self.folder.path().join("data");
        self.data.clone().unwrap_or_else(within)
    }

    fn spawn(&mut self) -> Process {
        self.starts += 1;
        let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
        command.args([
            self.role,
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &self.database_url,
        ]);
        command.arg("--data-dir").arg(self.data_dir()).args(&self.options);
        // The settings of whoever runs the tests are not those under test, nor is a configuration file that lies about.
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(self.environment.iter().cloned());
        command.current_dir(self.folder.path());
        Process::start(command, &self.folder.path().join(format!("log{}", self.starts)))
    }
}

/// The address in the line that says where the server listens, once that line is whole.
fn address(log: &str) -> Option<String> {
    let (_, after) = log.split_once("listening on http://")?;
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '[' | ']')))?;
    Some(format!("http://{}", &after[..end]))
}

#[test]
fn the_address_is_read_once_it_is_whole() {
    assert_eq!(address("INFO x\nlistening on http://127.0.0.1:4"), None);
    assert_eq!(
        address("listening on http://127.0.0.1:40\n").as_deref(),
        Some("http://127.0.0.1:40")
    );
    assert_eq!(
        address("{\"m\":\"listening on http://[::1]:40\"}").as_deref(),
        Some("http://[::1]:40")
    );
}

#[test]
#[should_panic(expected = "it ended")]
fn a_server_that_cannot_start_is_quoted() {
    Server::start_with("sqlite::memory:", &["--no-such-option"]);
}
