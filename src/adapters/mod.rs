//! From the records of other bots to lines of an import: bytes in, lines and a report out.
//!
//! Nothing here opens a file, asks for the time or keeps anything. Each source has a file; what they share is beside them.

pub mod options; // what the caller says
pub mod report; // what could not be mapped

mod csv; // tables
mod discord_bans; // lists of bans
mod masz;
mod red;
mod zeppelin;

mod columns; // which column holds what
mod dates;
mod documents; // JSON
mod draft; // an act on its way
mod durations;
mod sink; // where drafts become lines
mod table; // comma-separated text
pub(crate) mod text; // texts and ids

use std::io::{self, BufRead};

pub use documents::LARGEST_DOCUMENT;
pub use sink::Output;
pub use table::LARGEST_ROW;

use options::{Options, Source};
use report::Report;
use sink::Sink;

/// Why a file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The input failed.
    #[error("the input cannot be read")]
    Read(#[source] io::Error),
    /// The output failed.
    #[error("the output cannot be written")]
    Write(#[source] io::Error),
    /// It is no JSON.
    #[error("the file is not JSON")]
    Json(#[source] serde_json::Error),
    /// A document does not fit into memory.
    #[error("a JSON document is larger than {} MiB; split it, or write one record on each line (jq -c '.[]')", largest / 1024 / 1024)]
    TooLarge {
        /// The most bytes that it may have.
        largest: u64,
    },
    /// A table is broken at a line.
    #[error("line {line}: {why}")]
    Table {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// It is something else than the source makes.
    #[error("{0}")]
    Shape(String),
}

/// Reads a file of `source` and gives its acts to `out`, in their order.
///
/// Tables and JSON with one record on each line are read as they come; what is remembered of a record is 16 bytes of its id. Any
/// other JSON document is taken into memory whole, up to [`LARGEST_DOCUMENT`].
///
/// # Errors
/// [`ConvertError`] when the file cannot be read to its end. What was given to `out` before is right, but not all.
pub fn convert<'a>(
    source: Source,
    options: &'a Options,
    input: &mut dyn BufRead,
    out: &'a mut Output<'a>,
) -> Result<Report, ConvertError> {
    let mut sink = Sink::new(options, source.name(), out);
    match source {
        Source::Zeppelin => zeppelin::read(options, input, &mut sink)?,
        Source::Red => red::read(options, input, &mut sink)?,
        Source::Masz => masz::read(options, input, &mut sink)?,
        Source::Csv => csv::read(options, input, &mut sink)?,
        Source::DiscordBans => discord_bans::read(options, input, &mut sink)?,
    }
    Ok(sink.finish())
}
