//! Puts the program together and runs the role that the command line asks for.

mod banner; // what a person needs next
mod convert; // another bot's records
mod copies; // whole communities, out and in again
mod doctor; // what is wrong, and what to do about it
mod engine; // the store and what is done with it
mod folder; // the data folder, closed to others
mod import; // another bot's records, into a community
mod jobs; // which jobs there are
mod kept; // the files that keep admin keys
mod key; // keys without a server
mod limiter; // which counters
mod outbound; // calls to others
mod place; // which community, in which database
mod policy; // policies as files
mod process; // what every process that answers over HTTP has of the settings
mod serve; // the server, from start to end
mod signals; // when to stop
mod store; // which store, and how it is opened
mod streams; // the log in Redis Streams
mod system; // this machine's clock and randomness
mod work; // the jobs alone
mod writers; // threads for whatever writes

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use self::serve::Jobs;
use crate::adapters::ConvertError;
use crate::cli::{self, Cli, Command};
use crate::config::{Config, ConfigError, DatabaseUrl, RedisUrl};
use crate::health::{self, HealthError};
use crate::http::openapi;
use crate::logging::{self, LoggingError};
use crate::nodes::NotAnAddress;
use crate::outbound::Unusable;
use crate::service::error::{ServiceError, chain};
use crate::service::health::NotReady;
use crate::storage::{migrations, open::OpenError};

/// Why the program ends without success.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The address of Redis is none.
    #[error("redis.url cannot be used: {url}")]
    Redis {
        /// The address, without its password.
        url: RedisUrl,
        /// What is wrong with it.
        #[source]
        cause: NotAnAddress,
    },
    /// Calls to others cannot be made.
    #[error("outbound.ca_file cannot be used")]
    Outbound(#[from] Unusable),
    /// The settings cannot be used.
    #[error("the configuration cannot be used")]
    Config(#[from] ConfigError),
    /// A value on the command line cannot be used.
    #[error("{0}")]
    Arguments(String),
    /// There is no log.
    #[error("the log cannot be set up")]
    Logging(#[from] LoggingError),
    /// There are no counters.
    #[error("the counters cannot be set up")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// The operating system refuses threads or sockets.
    #[error("the operating system refuses what a server needs")]
    Runtime(#[source] std::io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}; stop what uses it, or choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Serving and the jobs cannot be in processes of their own.
    #[error(
        "{url} is one process's alone, so nobody else can do the jobs: run `tribune serve` without --no-jobs, \
         or use Postgres (DATABASE_URL=postgres://…)"
    )]
    OneProcess {
        /// The database.
        url: DatabaseUrl,
    },
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}; choose another with --data-dir", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The database cannot be used; the address is shown without its password.
    #[error("cannot use {url}")]
    Store {
        /// The database.
        url: DatabaseUrl,
        /// Why.
        #[source]
        cause: OpenError,
    },
    /// There is no database to work on, and none is made for it.
    #[error(
        "there is no database {}; the first `tribune serve` makes it, and a key; if it is elsewhere, name its folder with \
         --data-dir or its address with --database-url",
        path.display()
    )]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The database was opened and then did not do what it should.
    #[error("the first work on the database failed")]
    Work(#[from] ServiceError),
    /// The database was opened, but cannot be served.
    #[error("the database cannot be served")]
    NotReady(#[from] NotReady),
    /// The server that was asked is not healthy.
    #[error("not healthy")]
    Health(#[from] HealthError),
    /// The doctor has found something.
    #[error("{failures} of the above must be put right before the server can serve")]
    Unwell {
        /// How many lines say FAIL.
        failures: usize,
    },
    /// Another bot's file cannot be converted.
    #[error("cannot convert {}", path.display())]
    Convert {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: ConvertError,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Lines of an import cannot be taken.
    #[error("nothing was written")]
    Lines {
        /// How many values of lines were refused.
        count: usize,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Standard output is closed.
    #[error("cannot write to standard output")]
    Output(#[from] std::io::Error),
}

impl BootError {
    /// The error with its causes, in one line for the person at the terminal.
    #[must_use]
    pub fn told(&self) -> String {
        chain(self)
    }
}

/// Runs until the role is done; gives the code to exit with.
///
/// # Errors
/// Whatever ends it early.
pub fn run(cli: Cli) -> Result<ExitCode, BootError> {
    let done = match cli.command {
        Command::Convert(args) => return convert::run(&args),
        Command::Import(args) => return import::run(&args),
        Command::Serve(args) => {
            let (config, _) = Config::load(&args.served.inputs())?;
            logging::init(&config.log)?;
            let jobs = if args.no_jobs { Jobs::Elsewhere } else { Jobs::Here };
            on_all_cores(serve::run(&config, jobs))
        }
        Command::Work(args) => {
            let (config, _) = Config::load(&args.inputs())?;
            logging::init(&config.log)?;
            on_all_cores(work::run(&config))
        }
        Command::Migrate(args) => on_all_cores(migrate(&args)),
        Command::Openapi(args) => write_document(args.write.as_deref()),
        Command::Doctor(args) => on_all_cores(doctor::run(&args)),
        Command::Health(health) => Ok(health::probe(&health.url)?),
        Command::Export(args) => on_all_cores(copies::export(&args)),
        Command::Restore(args) => on_all_cores(copies::restore(&args)),
        Command::Key(cli::Key::Create(args)) => on_all_cores(key::create(&args)),
        Command::Policy(command) => return run_policy(command),
        Command::Config(cli::Config::Show(show)) => show_config(&show),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn run_policy(command: cli::Policy) -> Result<ExitCode, BootError> {
    match command {
        cli::Policy::Check(args) => policy::check(&args.file),
        cli::Policy::Preset(args) => policy::preset(&args.name),
        cli::Policy::Show(args) => on_all_cores(policy::show(&args)),
        cli::Policy::Diff(args) => on_all_cores(policy::diff(&args)),
        cli::Policy::Apply(args) => on_all_cores(policy::apply(&args)),
        cli::Policy::History(place) => on_all_cores(policy::history(&place)),
        cli::Policy::Restore(args) => on_all_cores(policy::restore(&args)),
    }
}

/// Runs with a thread for each core.
fn on_all_cores<T>(work: impl Future<Output = Result<T, BootError>>) -> Result<T, BootError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(BootError::Runtime)?.block_on(work)
}

/// Brings the tables up to date, whether or not starting may.
async fn migrate(args: &cli::Settings) -> Result<(), BootError> {
    let (config, _) = Config::load(&args.inputs())?;
    let store = store::open(&config, Arc::new(system::SystemClock), store::Purpose::Migrate).await?;
    store.close().await;
    let newest = migrations::newest();
    writeln!(
        std::io::stdout(),
        "{} has schema {newest}, the newest of this build",
        config.database_url()
    )?;
    Ok(())
}

/// Prints the OpenAPI document, or writes it to a file.
fn write_document(file: Option<&Path>) -> Result<(), BootError> {
    let document = openapi::document();
    let Some(path) = file else {
        return Ok(std::io::stdout().write_all(document.as_bytes())?);
    };
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, document)
    };
    write().map_err(|cause| BootError::Write {
        path: path.to_owned(),
        cause,
    })
}

/// Prints the settings as `key = value`, aligned, with their sources if asked for.
fn show_config(show: &cli::ConfigShow) -> Result<(), BootError> {
    let (_, sources) = Config::load(&show.serve.inputs())?;
    let lines: Vec<_> = sources
        .rows()
        .map(|(key, value, origin)| (format!("{key} = {value}"), origin))
        .collect();
    let width = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .max()
        .unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for (line, origin) in lines {
        if show.sources {
            writeln!(out, "{line:width$}  # {origin}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
