//! `tribune import`: another bot's records into a community, beside a running server or without one.

use std::collections::HashMap;
use std::io::{self, BufRead, Write as _};
use std::process::ExitCode;

use wire::import::{ImportReport, ImportedAct as Said};

use super::convert::{NOT_ALL, open, options, source};
use super::place::open as open_place;
use super::policy::refused;
use super::{BootError, on_all_cores};
use crate::adapters::report::Report;
use crate::adapters::{self, ConvertError};
use crate::cli;
use crate::http::imports::Reader;
use crate::service::error::ServiceError;
use crate::service::imports::{BadLine, ImportedAct};

/// So many refused values are shown.
const SHOWN: usize = 20;

/// Imports a file.
///
/// # Errors
/// What keeps the file from being imported as a whole.
pub(super) fn run(args: &cli::Import) -> Result<ExitCode, BootError> {
    let (acts, converted) = read(args)?;
    eprintln!("{} lines read", acts.len());
    let report = on_all_cores(import(args, acts))?;
    writeln!(io::stdout(), "{}", sentence(&report))?;
    Ok(match converted {
        Some(report) if !report.findings.is_empty() => ExitCode::from(NOT_ALL),
        _ => ExitCode::SUCCESS,
    })
}

/// The acts of the file, and what a bot's adapter had to say.
fn read(args: &cli::Import) -> Result<(Vec<ImportedAct>, Option<Report>), BootError> {
    let mut reader = Reader::default();
    let mut input = open(&args.file)?;
    let report = match args.from {
        None => {
            lines(args, &mut input, &mut reader)?;
            None
        }
        Some(from) => {
            let options = options(&args.reading)?;
            let mut write = |act: &Said| {
                let mut line = serde_json::to_vec(act)?;
                line.push(b'\n');
                reader.feed(&line).map_err(io::Error::other)
            };
            let report = adapters::convert(source(from), &options, &mut input, &mut write);
            let report = report.map_err(|cause| BootError::Convert {
                path: args.file.clone(),
                cause,
            })?;
            eprint!("{report}");
            Some(report)
        }
    };
    Ok((reader.finish().map_err(shown)?, report))
}

fn lines(args: &cli::Import, input: &mut impl BufRead, reader: &mut Reader) -> Result<(), BootError> {
    loop {
        let piece = input.fill_buf().map_err(|cause| BootError::Convert {
            path: args.file.clone(),
            cause: ConvertError::Read(cause),
        })?;
        if piece.is_empty() {
            return Ok(());
        }
        reader.feed(piece).map_err(shown)?;
        let read = piece.len();
        input.consume(read);
    }
}

async fn import(args: &cli::Import, acts: Vec<ImportedAct>) -> Result<ImportReport, BootError> {
    let (service, place) = open_place(&args.place).await?;
    let called = |act: &ImportedAct| (act.line, act.said.origin.external_id.clone());
    let records: HashMap<u64, String> = acts.iter().map(called).collect();
    let done = service.import_offline(place, acts, args.dry_run).await;
    service.shut_down().await;
    done.map_err(|error| told(error, &records))
}

/// Lines that cannot be taken are said one by one; other errors say themselves.
pub(super) fn shown(error: ServiceError) -> BootError {
    told(error, &HashMap::new())
}

/// The same, with what the source calls the records: of a file that was converted, lines tell nothing.
fn told(error: ServiceError, records: &HashMap<u64, String>) -> BootError {
    let ServiceError::BadLines(bad) = error else {
        return refused(error);
    };
    for BadLine {
        line,
        pointer,
        detail,
    } in bad.iter().take(SHOWN)
    {
        let field = pointer.trim_start_matches('/');
        let gap = if field.is_empty() { "" } else { ": " };
        let record = records
            .get(line)
            .map_or(String::new(), |id| format!(" (record {id})"));
        eprintln!("line {line}{record}{gap}{field}: {detail}");
    }
    if bad.len() > SHOWN {
        eprintln!("and {} more", bad.len() - SHOWN);
    }
    BootError::Lines { count: bad.len() }
}

/// What came of it.
fn sentence(report: &ImportReport) -> String {
    let would = if report.dry_run { "would be " } else { "" };
    let numbers = match (report.first_case, report.last_case) {
        (Some(first), Some(last)) => format!(" (#{first} to #{last})"),
        _ => String::new(),
    };
    format!(
        "{}: {} {would}imported{numbers}, {} there already; {}, {}",
        counted(report.lines, "line", "lines"),
        report.imported,
        report.already_there,
        counted(report.members, "member", "members"),
        counted(report.sanctions_holding, "sanction holds", "sanctions hold"),
    )
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
