//! Puts the program together and runs the role that the command line asks for.

use std::io::Write as _;

use crate::cli::{self, Cli, Command};
use crate::config::{Config, ConfigError};
use crate::health::{self, HealthError};

/// Why the program ends without success.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The settings cannot be used.
    #[error("the configuration cannot be used")]
    Config(#[from] ConfigError),
    /// The server that was asked is not healthy.
    #[error("not healthy")]
    Health(#[from] HealthError),
    /// Standard output is closed.
    #[error("cannot write to standard output")]
    Output(#[from] std::io::Error),
    /// The role has no code in this build.
    #[error("`tribune {0}` is not available in this build")]
    Unavailable(&'static str),
}

/// Runs until the role is done.
///
/// # Errors
/// Whatever ends it early.
pub fn run(cli: Cli) -> Result<(), BootError> {
    match cli.command {
        Command::Config(cli::Config::Show(show)) => show_config(&show),
        Command::Health(health) => Ok(health::probe(&health.url)?),
        Command::Serve(_) => Err(BootError::Unavailable("serve")),
        Command::Migrate(_) => Err(BootError::Unavailable("migrate")),
        Command::Openapi(_) => Err(BootError::Unavailable("openapi")),
        Command::Doctor(_) => Err(BootError::Unavailable("doctor")),
        Command::Key(_) => Err(BootError::Unavailable("key")),
    }
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
