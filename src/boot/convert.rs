//! `tribune convert`: another bot's file in, lines of an import and a report out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use wire::import::ImportedAct;

use super::BootError;
use super::system::SystemClock;
use crate::adapters::options::{Column, DateOrder, Options, Source, is_kind, is_source};
use crate::adapters::report::Report;
use crate::adapters::{self, ConvertError};
use crate::cli;
use crate::domain::identity::Platform;
use crate::domain::time::Instant;
use crate::ports::clock::Clock as _;

/// There are lines, but not everything could be mapped.
pub(super) const NOT_ALL: u8 = 3;

/// After so many bytes each a line says how far it is.
const STEP: u64 = 32 * 1024 * 1024;

/// The fields that columns can hold.
const FIELDS: [(&str, Column); 14] = [
    ("id", Column::Id),
    ("member", Column::Member),
    ("member-name", Column::MemberName),
    ("moderator", Column::Moderator),
    ("moderator-name", Column::ModeratorName),
    ("type", Column::Type),
    ("reason", Column::Reason),
    ("time", Column::Time),
    ("duration", Column::Duration),
    ("until", Column::Until),
    ("points", Column::Points),
    ("active", Column::Active),
    ("evidence", Column::Evidence),
    ("server", Column::Server),
];

/// Converts a file.
///
/// # Errors
/// What keeps the file from being read to its end, or the lines from being written.
pub(super) fn run(args: &cli::Convert) -> Result<ExitCode, BootError> {
    let options = options(&args.reading)?;
    let source = source(args.from);
    let mut input = open(&args.file)?;
    let report = match &args.output {
        None => convert(source, &options, args, &mut input, &mut io::stdout().lock())?,
        Some(path) => {
            let draft = Draft::new(path)?;
            let report = convert(source, &options, args, &mut input, &mut &draft.file)?;
            draft.finish()?;
            report
        }
    };
    eprint!("{report}");
    if let Some(path) = &args.report {
        let mut json = serde_json::to_vec_pretty(&report).map_err(io::Error::from)?;
        json.push(b'\n');
        std::fs::write(path, json).map_err(|cause| unwritten(path, cause))?;
    }
    Ok(if report.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_ALL)
    })
}

/// The adapter of a bot.
pub(super) fn source(from: cli::Origin) -> Source {
    match from {
        cli::Origin::Zeppelin => Source::Zeppelin,
        cli::Origin::Red => Source::Red,
        cli::Origin::Masz => Source::Masz,
        cli::Origin::Csv => Source::Csv,
        cli::Origin::DiscordBans => Source::DiscordBans,
    }
}

fn convert(
    source: Source,
    options: &Options,
    args: &cli::Convert,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<Report, BootError> {
    let mut output = BufWriter::new(output);
    let mut write = |act: &ImportedAct| {
        serde_json::to_writer(&mut output, act)?;
        output.write_all(b"\n")
    };
    let report = adapters::convert(source, options, input, &mut write).map_err(|cause| match cause {
        ConvertError::Write(cause) => match &args.output {
            Some(path) => unwritten(path, cause),
            None => BootError::Output(cause),
        },
        cause => BootError::Convert {
            path: args.file.clone(),
            cause,
        },
    })?;
    output.flush()?;
    Ok(report)
}

pub(super) fn unwritten(path: &Path, cause: io::Error) -> BootError {
    BootError::Write {
        path: path.to_owned(),
        cause,
    }
}

/// The file, or standard input for `-`, and a word about the progress of large ones.
pub(super) fn open(path: &Path) -> Result<impl BufRead, BootError> {
    let failed = |cause| BootError::Convert {
        path: path.to_owned(),
        cause: ConvertError::Read(cause),
    };
    let (inner, size): (Box<dyn Read>, _) = if path == Path::new("-") {
        (Box::new(io::stdin()), None)
    } else {
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        (Box::new(file), Some(size))
    };
    Ok(BufReader::with_capacity(
        64 * 1024,
        Progress {
            inner,
            size,
            read: 0,
            step: STEP,
            say: io::stderr(),
        },
    ))
}

/// A file in the making, beside its place: whoever looks there finds all lines or none.
pub(super) struct Draft {
    path: PathBuf,
    part: PathBuf,
    pub(super) file: File,
    done: bool,
}

impl Draft {
    pub(super) fn new(path: &Path) -> Result<Self, BootError> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|cause| unwritten(&part, cause))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            file,
            done: false,
        })
    }

    pub(super) fn finish(mut self) -> Result<(), BootError> {
        std::fs::rename(&self.part, &self.path).map_err(|cause| unwritten(&self.path, cause))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done {
            // The error that led here is what people should read; a leftover says itself what it is.
            drop(std::fs::remove_file(&self.part));
        }
    }
}

/// Reads, and says how much so far.
struct Progress<R, W> {
    inner: R,
    size: Option<u64>,
    read: u64,
    step: u64,
    say: W,
}

impl<R: Read, W: Write> Read for Progress<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const MIB: u64 = 1024 * 1024;
        let read = self.inner.read(buffer)?;
        let before = self.read / self.step;
        self.read += read as u64;
        if self.read / self.step > before {
            let (done, of) = (
                self.read / MIB,
                self.size.map(|size| format!(" of {}", size / MIB)),
            );
            // Whoever cannot hear it is no reason to stop.
            drop(writeln!(self.say, "{done}{} MiB read", of.unwrap_or_default()));
        }
        Ok(read)
    }
}

fn refused<T>(reason: String) -> Result<T, BootError> {
    Err(BootError::Arguments(reason))
}

/// What the flags say.
pub(super) fn options(args: &cli::Reading) -> Result<Options, BootError> {
    let platform =
        Platform::parse(&args.platform).or_else(|error| refused(format!("--platform: {error}")))?;
    let mut options = Options::new(platform);
    options.now = Some(SystemClock.now());
    if args.source.as_deref().is_some_and(|name| !is_source(name)) {
        return refused(
            "--source is 1 to 32 lower-case letters, digits, '_' or '-', beginning with a letter".to_owned(),
        );
    }
    options.source.clone_from(&args.source);
    options.server.clone_from(&args.server);
    options.at = args.at.as_deref().map(at).transpose()?;
    options.date_order = args.date_order.map(|order| match order {
        cli::DateOrder::Dmy => DateOrder::DayFirst,
        cli::DateOrder::Mdy => DateOrder::MonthFirst,
    });
    options.utc_offset = args.utc_offset.as_deref().map(utc_offset).transpose()?;
    for pair in &args.kinds {
        match pair.rsplit_once('=') {
            Some((from, to)) if !from.trim().is_empty() => {
                options.kinds.insert(from.to_owned(), kind("--kind", to)?);
            }
            _ => {
                return refused(format!(
                    "--kind is TYPE=KIND, such as Timeout=mute; this is {pair:?}"
                ));
            }
        }
    }
    options.skip = args.skip.iter().cloned().collect();
    options.default_kind = args
        .default_kind
        .as_deref()
        .map(|name| kind("--default-kind", name))
        .transpose()?;
    for pair in &args.columns {
        let (field, name) = pair.split_once('=').unwrap_or((pair, ""));
        let Some((_, column)) = FIELDS.iter().find(|(known, _)| *known == field) else {
            let known = FIELDS.map(|(known, _)| known).join(", ");
            return refused(format!(
                "--column is FIELD=NAME; fields are {known}; this is {pair:?}"
            ));
        };
        options.columns.insert(*column, name.to_owned());
    }
    options.examples = args.examples;
    Ok(options)
}

fn kind(flag: &str, name: &str) -> Result<String, BootError> {
    if is_kind(name) {
        Ok(name.to_owned())
    } else {
        refused(format!(
            "{flag}: a kind is 1 to 32 lower-case letters, digits or '_', beginning with a letter; this is {name:?}"
        ))
    }
}

fn at(text: &str) -> Result<DateTime<Utc>, BootError> {
    let day = || {
        text.parse::<NaiveDate>()
            .ok()
            .map(|day| day.and_time(NaiveTime::MIN).and_utc())
    };
    let time = DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.to_utc())
        .or_else(day);
    match time.filter(|time| Instant::from_utc(*time).is_ok()) {
        Some(time) => Ok(time),
        None => refused(format!(
            "--at is a time such as 2026-11-22 or 2026-11-22T12:00:00Z; this is {text:?}"
        )),
    }
}

fn utc_offset(text: &str) -> Result<FixedOffset, BootError> {
    let spelled = if matches!(text, "Z" | "UTC" | "utc") {
        "+00:00"
    } else {
        text
    };
    match spelled.parse() {
        Ok(offset) => Ok(offset),
        Err(_) => refused(format!(
            "--utc-offset is an offset such as +02:00; this is {text:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_files_are_spoken_of() {
        let mut said = Vec::new();
        let bytes = vec![b'x'; 3 * 1024 * 1024];
        let mut progress = Progress {
            inner: bytes.as_slice(),
            size: Some(3 * 1024 * 1024),
            read: 0,
            step: 1024 * 1024,
            say: &mut said,
        };
        io::copy(&mut progress, &mut io::sink()).unwrap();
        assert_eq!(
            String::from_utf8(said).unwrap(),
            "1 of 3 MiB read\n2 of 3 MiB read\n3 of 3 MiB read\n"
        );
    }

    #[test]
    fn flags_are_checked() {
        assert_eq!(
            at("2026-11-22").unwrap(),
            at("2026-11-22T02:00:00+02:00").unwrap()
        );
        assert!(at("22.11.2026").is_err() && at("1960-01-01").is_err());
        assert_eq!(utc_offset("-05:00").unwrap().local_minus_utc(), -18_000);
        assert!(utc_offset("Berlin").is_err());
        assert!(kind("--kind", "Mute").is_err());
    }
}
