//! The log: to standard error, as text or JSON lines, and panics in it like everything else.
//!
//! What may not be logged (passwords, keys) is kept out by types that do not print it, not by filters here.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::config::{Log, LogFormat};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// `log.filter` is not a filter.
    #[error("setting `log.filter` is not a level or a list of rules")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// There is a log already.
    #[error("the log was set up before")]
    Again(#[from] TryInitError),
}

/// Sets up the log of this process; to be called once.
///
/// # Errors
/// A filter that cannot be read, or a second call.
pub fn init(log: &Log) -> Result<(), LoggingError> {
    let filter: Targets = log.filter.parse()?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match log.format {
        LogFormat::Text => registry
            .with(lines.with_ansi(std::io::stderr().is_terminal()))
            .try_init()?,
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init()?,
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("without a message");
        tracing::error!(place, message, "panic");
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_an_error() {
        let log = Log {
            format: LogFormat::Json,
            filter: "info,tribune=loud".into(),
        };
        assert!(matches!(init(&log), Err(LoggingError::Filter(_))));
    }
}
