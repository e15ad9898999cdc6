//! The flags of `tribune import`, `tribune export` and `tribune restore`.

use std::path::PathBuf;

use clap::Args;

use super::convert::{Origin, Reading};
use super::{CommunityPlace, Settings};

/// Examples at the end of the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  tribune import --community Rustaceans acts.ndjson
  tribune import --community discord:81384788765712384 --from zeppelin --dry-run export.json
  tribune convert --from csv warnings.csv | tribune import --community Rustaceans -

Exit codes:
  0  everything was imported, or would be
  1  nothing was: lines cannot be taken, or the database cannot be used
  2  the command line is wrong
  3  the lines were imported, and a report says what --from could not map

All lines are imported, or none. It works beside a running server, whose writes wait meanwhile. docs/import.md says what becomes
of the lines.";

/// What to import, and where.
#[derive(Debug, Args)]
pub struct Import {
    /// The bot that the file comes from; without it the file is lines, as `tribune convert` writes them.
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<Origin>,
    /// Check everything, say what would become of it, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The file to read; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub reading: Reading,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub place: CommunityPlace,
}

/// Examples at the end of the help of `export` and `restore`.
pub(super) const COPIES: &str = "\
Examples:
  tribune export --community Rustaceans > community.ndjson
  tribune restore --tenant other community.ndjson
  tribune export --community Rustaceans | tribune restore --database-url postgres://… -

An export shows a community as it stands at one moment, beside a running server. A restore makes a new community of it, in any
tenant and on either database, and prints its id. docs/export.md says what is the same there.";

/// What to export.
#[derive(Debug, Args)]
pub struct Export {
    /// Write the lines to this file, which appears only when all are in it [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub place: CommunityPlace,
}

/// What to restore.
#[derive(Debug, Args)]
pub struct Restore {
    /// The tenant that gets the community, by id or name [default: the only one].
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The file to read; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub settings: Settings,
}
