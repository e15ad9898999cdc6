//! The command line: what can be asked of the program, and how it explains itself.

mod convert; // another bot's records
mod history; // into a community
mod place; // which community
mod policy; // policies in files, and their versions

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::convert::{Convert, DateOrder, Origin, Reading};
pub use self::history::{Export, Import, Restore};
pub use self::place::CommunityPlace;
pub use self::policy::{Policy, PolicyApply, PolicyDiff, PolicyRestore, PolicyShow, PolicyWrite};
use crate::config::{Flag, Inputs, SecretText};

/// Moderation as a service: acts, points, cases and sanctions over HTTP, for any bot.
#[derive(Debug, Parser)]
#[command(
    name = "tribune",
    version,
    after_help = "Examples:\n  tribune serve                              everything on this machine, in ./tribune-data\n  \
        DATABASE_URL=postgres://… tribune serve    with Postgres\n  tribune config show --sources              what is set, and where\n\n\
        Every setting has an environment variable TRIBUNE_<SECTION>_<NAME>; `tribune config show` lists them all."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The roles of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API, the documentation and the background jobs.
    ///
    /// The first start creates the database, a tenant and an admin key, and prints the key once.
    #[command(
        after_help = "Examples:\n  tribune serve\n  tribune serve --listen 0.0.0.0:8080 --data-dir /var/lib/tribune\n  \
        tribune serve --config tribune.toml"
    )]
    Serve(Serve),
    /// Do the background jobs alone, beside processes that run `serve --no-jobs`. Postgres only.
    ///
    /// Any number of processes may work side by side: what each is given, nobody else is given meanwhile. It answers /livez, /readyz
    /// and /metrics, and nothing else.
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://… tribune work --listen 127.0.0.1:8081")]
    Work(Work),
    /// Bring the database's schema up to date, then exit.
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://… tribune migrate")]
    Migrate(Settings),
    /// Print the OpenAPI document.
    #[command(after_help = "Examples:\n  tribune openapi > openapi.json\n  tribune openapi --write")]
    Openapi(Openapi),
    /// Check settings, database, schema and clock, and say what to do about what is wrong.
    #[command(after_help = "Example:\n  tribune doctor --data-dir /var/lib/tribune")]
    Doctor(Served),
    /// Ask a running server whether it is ready; exit code 0 means yes. For container health checks.
    #[command(after_help = "Example:\n  tribune health --url http://127.0.0.1:8080/readyz")]
    Health(Health),
    /// Manage API keys on the database, without a running server or a key.
    #[command(subcommand)]
    Key(Key),
    /// Keep policies in files: check them, compare them with a community's, make them its next version.
    #[command(subcommand)]
    Policy(Policy),
    /// Look at the settings.
    #[command(subcommand)]
    Config(Config),
    /// Turn another bot's records into lines of an import, and say what could not be mapped.
    ///
    /// The lines are NDJSON on standard output, the report is on standard error.
    #[command(after_help = convert::EXAMPLES)]
    Convert(Box<Convert>),
    /// Take another bot's records into a community, as if they had been recorded at their time.
    ///
    /// Works on the database itself, without a key. What came of it is on standard output.
    #[command(after_help = history::EXAMPLES)]
    Import(Box<Import>),
    /// Write a whole community as lines.
    #[command(after_help = history::COPIES)]
    Export(Export),
    /// Make a new community of an export, and print its id.
    #[command(after_help = history::COPIES)]
    Restore(Restore),
}

/// The settings that have flags; all others are set by file or environment.
#[derive(Debug, Default, Args)]
pub struct Settings {
    /// Read settings from this TOML file, which must exist.
    #[arg(long, env = "TRIBUNE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep the embedded database and the first admin key in this folder [default: ./tribune-data].
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// `sqlite:PATH` or `postgres://…` [default: SQLite in the data folder]. The variable `DATABASE_URL`
    /// keeps a password out of the process list.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretText>,
}

/// How to serve.
#[derive(Debug, Default, Args)]
pub struct Serve {
    /// Leave the background jobs to `tribune work`; one of it must run, or nothing ends by time. Postgres only.
    #[arg(long)]
    pub no_jobs: bool,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub served: Served,
}

/// How to do the jobs alone.
#[derive(Debug, Default, Args)]
pub struct Work {
    /// Answer probes on this address; port 0 takes a free one [default: 127.0.0.1:8081].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub settings: Settings,
}

/// What a server is, whatever else it does.
#[derive(Debug, Default, Args)]
pub struct Served {
    /// Listen on this address; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub settings: Settings,
}

/// Where the OpenAPI document goes.
#[derive(Debug, Args)]
pub struct Openapi {
    /// Write it to a file instead [default file: openapi/openapi.json].
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "openapi/openapi.json")]
    pub write: Option<PathBuf>,
}

/// Whom to ask about its health.
#[derive(Debug, Args)]
pub struct Health {
    /// The address to ask, over plain HTTP.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/readyz")]
    pub url: String,
}

/// What to do with API keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key and print it, once.
    #[command(after_help = "Examples:\n  tribune key create --name rescue\n  \
        tribune key create --tenant acme --name bot --scope acts:write --scope cases:read --rank moderator")]
    Create(KeyCreate),
}

/// The key to make.
#[derive(Debug, Args)]
pub struct KeyCreate {
    /// The tenant, by id or name [default: the only one].
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// What the key is called in lists.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What the key may do; repeat for several [default: everything; for a tenant other than the first, everything but
    /// `tenants:write`].
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// The rank with which it acts when a call names no person [default: admin].
    #[arg(long, value_name = "RANK")]
    pub rank: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub settings: Settings,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every setting that is in effect, passwords masked.
    #[command(after_help = "Example:\n  tribune config show --sources --config tribune.toml")]
    Show(ConfigShow),
}

/// How to print the settings.
#[derive(Debug, Args)]
pub struct ConfigShow {
    /// Also print where each value comes from.
    #[arg(long)]
    pub sources: bool,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub serve: Served,
}

impl Settings {
    /// These flags, over the environment of this process.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        let mut flags = Vec::new();
        if let Some(folder) = &self.data_dir {
            flags.push(Flag {
                key: "data.dir",
                name: "--data-dir",
                value: folder.clone().into(),
            });
        }
        if let Some(url) = &self.database_url {
            flags.push(Flag {
                key: "database.url",
                name: "--database-url",
                value: url.clone(),
            });
        }
        Inputs {
            file: self.config.clone(),
            flags,
            ..Inputs::default()
        }
        .with_process_environment()
    }
}

impl Served {
    /// These flags, over the environment of this process.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        listening(self.settings.inputs(), "server.listen", self.listen.as_ref())
    }
}

impl Work {
    /// These flags, over the environment of this process.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        listening(self.settings.inputs(), "jobs.listen", self.listen.as_ref())
    }
}

/// With the address of `--listen`, which means another setting for each role.
fn listening(mut inputs: Inputs, key: &'static str, address: Option<&String>) -> Inputs {
    if let Some(address) = address {
        inputs.flags.push(Flag {
            key,
            name: "--listen",
            value: address.clone().into(),
        });
    }
    inputs
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_become_settings() {
        let Command::Serve(serve) =
            parse("tribune serve --listen 127.0.0.1:0 --data-dir d --database-url sqlite:x").command
        else {
            panic!("not serve");
        };
        let given: Vec<_> = serve
            .served
            .inputs()
            .flags
            .iter()
            .map(|flag| (flag.key, flag.value.expose().to_owned()))
            .collect();
        let expected = [
            ("data.dir", "d"),
            ("database.url", "sqlite:x"),
            ("server.listen", "127.0.0.1:0"),
        ];
        assert_eq!(given, expected.map(|(key, value)| (key, value.to_owned())));
    }

    #[test]
    fn the_document_is_printed_or_written() {
        let written = |line: &str| match parse(line).command {
            Command::Openapi(openapi) => openapi.write,
            other => panic!("{other:?}"),
        };
        assert_eq!(written("tribune openapi"), None);
        assert_eq!(
            written("tribune openapi --write"),
            Some("openapi/openapi.json".into())
        );
        assert_eq!(written("tribune openapi --write x.json"), Some("x.json".into()));
    }

    #[test]
    fn a_key_needs_a_name_only() {
        assert!(Cli::try_parse_from(["tribune", "key", "create"]).is_err());
        let Command::Key(Key::Create(key)) = parse("tribune key create --name n --scope a --scope b").command
        else {
            panic!("not key create");
        };
        assert_eq!((key.tenant, key.rank, key.scopes.len()), (None, None, 2));
    }

    #[test]
    fn a_password_is_not_in_the_debug_form() {
        assert!(
            !format!(
                "{:?}",
                parse("tribune migrate --database-url postgres://u:hunter2@h/d")
            )
            .contains("hunter2")
        );
    }
}
