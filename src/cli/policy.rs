//! The flags of `tribune policy …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::CommunityPlace;

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check a file (YAML or JSON), without a database.
    ///
    /// Each error and each warning is a line with the line of the file and a JSON pointer. Exit codes: 0 when the policy can be
    /// used, 3 when it can be used and there are warnings, 1 when it cannot.
    #[command(after_help = "Example:\n  tribune policy check policy.yaml")]
    Check(PolicyFile),
    /// Print a policy to begin with: gentle, standard (the default of a new community) or strict.
    #[command(after_help = "Example:\n  tribune policy preset strict > policy.yaml")]
    Preset(PolicyPreset),
    /// Print the policy of a community as a file, with comments.
    #[command(after_help = "Example:\n  tribune policy show --community Rustaceans > policy.yaml")]
    Show(PolicyShow),
    /// Print what a file would change in the policy in force, a line for each difference.
    ///
    /// Exit codes: 0 when nothing differs, 3 when something does, 1 when the file cannot be used.
    #[command(after_help = "Example:\n  tribune policy diff policy.yaml --community Rustaceans")]
    Diff(PolicyDiff),
    /// Make a file the next version of a community's policy, unless it is the newest already.
    ///
    /// A version that was to come into force later is withdrawn for it. Exit codes: 0 when it is written, or nothing is to be
    /// written; 1 otherwise.
    #[command(
        after_help = "Examples:\n  tribune policy apply policy.yaml --community Rustaceans --dry-run\n  \
        tribune policy apply policy.yaml --community discord:81384788765712384 --activate-at 2027-01-01T00:00:00Z"
    )]
    Apply(PolicyApply),
    /// List the versions of a community's policy, newest first.
    ///
    /// Each line says what has become of a version (in force, scheduled, withdrawn, or past), from when on it judges or judged, when it
    /// was written and by whom, and its comment. A withdrawn version never came into force; what stands there is when it was to.
    #[command(after_help = "Example:\n  tribune policy history --community Rustaceans")]
    History(CommunityPlace),
    /// Make the rules of an earlier version the next version, unless the newest has the same.
    ///
    /// Nothing is overwritten: the earlier version stays where it is, and the new one says which it restores. A version that was to
    /// come into force later is withdrawn for it. Exit codes: 0 when it is written, or nothing is to be written; 1 otherwise.
    #[command(
        after_help = "Examples:\n  tribune policy restore 3 --community Rustaceans --dry-run\n  \
        tribune policy restore 3 --community Rustaceans --comment 'The raids are over'"
    )]
    Restore(PolicyRestore),
}

/// A policy in a file.
#[derive(Debug, Args)]
pub struct PolicyFile {
    /// The file with the rules.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A policy to begin with.
#[derive(Debug, Args)]
pub struct PolicyPreset {
    /// Which: gentle, standard or strict.
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Which policy to print.
#[derive(Debug, Args)]
pub struct PolicyShow {
    /// Which version [default: the one in force].
    #[arg(long, value_name = "NUMBER")]
    pub version: Option<i32>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub place: CommunityPlace,
}

/// What to compare.
#[derive(Debug, Args)]
pub struct PolicyDiff {
    /// The file with the rules.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub place: CommunityPlace,
}

/// What to write.
#[derive(Debug, Args)]
pub struct PolicyApply {
    /// The file with the rules.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub write: PolicyWrite,
}

/// What to bring back.
#[derive(Debug, Args)]
pub struct PolicyRestore {
    /// The version whose rules are brought back, withdrawn ones included.
    #[arg(value_name = "VERSION", value_parser = clap::value_parser!(i32).range(1..))]
    pub version: i32,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub write: PolicyWrite,
}

/// How to write a version, and where.
#[derive(Debug, Args)]
pub struct PolicyWrite {
    /// Only say what would change.
    #[arg(long)]
    pub dry_run: bool,
    /// When it comes into force, a year ahead at most, such as 2027-01-01T00:00:00Z [default: at once].
    #[arg(long, value_name = "TIME")]
    pub activate_at: Option<String>,
    /// Why, for the list of versions [default of a restore: which version it restores].
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "documentation here would replace the help texts of the flags"
    )]
    pub place: CommunityPlace,
}
