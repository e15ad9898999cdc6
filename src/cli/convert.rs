//! The flags of `tribune convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Examples at the end of the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  tribune convert --from zeppelin --server 81384788765712384 export.json > acts.ndjson
  tribune convert --from red --output acts.ndjson cogs/ModLog/settings.json
  tribune convert --from masz --report lost.json --output acts.ndjson cases.json
  tribune convert --from csv --date-order dmy --utc-offset +02:00 --column reason=Grund warnings.csv > acts.ndjson
  tribune convert --from csv --source yagpdb --default-kind warn warnings.csv > acts.ndjson
  tribune convert --from discord-bans --at 2026-11-22 bans.json > acts.ndjson

Exit codes:
  0  everything was mapped
  1  the file cannot be read to its end, or the flags do not fit
  2  the command line is wrong
  3  there are lines, and a report of what could not be mapped

Tables, and JSON with one record on each line, are read as they come. Any other JSON document is taken into memory whole, up to
256 MiB. docs/import.md says how to get the file out of each bot, and what is mapped to what.";

/// What to convert, and how.
#[derive(Debug, Args)]
pub struct Convert {
    /// The bot that the file comes from.
    #[arg(long, value_name = "SOURCE")]
    pub from: Origin,
    /// The file to read; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write the lines to this file, which appears only when all are in it [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub reading: Reading,
}

/// How to read the file of a bot.
#[derive(Debug, Args)]
pub struct Reading {
    /// How many examples of each finding the report has.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub examples: usize,
    /// What the lines name as their source [default: zeppelin, red, masz, csv or discord].
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The platform of the ids.
    #[arg(long, value_name = "NAME", default_value = "discord")]
    pub platform: String,
    /// Take the records of this server only, by its id. Zeppelin's links to the case log need it too.
    #[arg(long, value_name = "ID")]
    pub server: Option<String>,
    /// When records without a date happened, such as 2026-11-22 or 2026-11-22T12:00:00Z. Their lines say that it is assumed.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How dates such as 03/04/2023 are meant. Without it those with two readings are left out.
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,
    /// The offset of times that have none, such as +02:00. Without it they count as UTC, and the report says so.
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub utc_offset: Option<String>,
    /// Make acts of the source's TYPE the kind KIND, which may be one of your own; repeat for several.
    #[arg(long = "kind", value_name = "TYPE=KIND")]
    pub kinds: Vec<String>,
    /// Leave out acts of this type; repeat for several.
    #[arg(long = "skip", value_name = "TYPE")]
    pub skip: Vec<String>,
    /// The kind of rows without a type (csv).
    #[arg(long, value_name = "KIND")]
    pub default_kind: Option<String>,
    /// The column that holds a field (csv, discord-bans); repeat for several. Fields: id, member, member-name, moderator,
    /// moderator-name, type, reason, time, duration, until, points, active, evidence, server.
    #[arg(long = "column", value_name = "FIELD=NAME")]
    pub columns: Vec<String>,
}

/// The bots whose files are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Origin {
    /// Zeppelin: the dashboard's export of cases.
    Zeppelin,
    /// Red-DiscordBot: settings.json of the cogs ModLog or Warnings.
    Red,
    /// MASZ: modcases from its API or its table ModCases.
    Masz,
    /// A table with a header, from Dyno, MEE6, YAGPDB or a spreadsheet.
    Csv,
    /// Discord's list of bans, or a list of ids.
    DiscordBans,
}

/// How dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}
