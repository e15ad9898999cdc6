//! `tribune export` and `tribune restore`: whole communities, beside a running server or without one.

use std::io::{self, BufRead as _, BufWriter, Write};

use super::BootError;
use super::convert::{Draft, open, unwritten};
use super::import::shown;
use super::place;
use crate::adapters::ConvertError;
use crate::cli;
use crate::http::ndjson::Lines as Splitter;
use crate::http::v1::communities::restore::MAX_LINE;
use crate::service::error::ServiceError;
use crate::service::exports::{Lines, Reader};
use crate::service::imports::BadLine;

/// Writes a community as lines.
pub(super) async fn export(args: &cli::Export) -> Result<(), BootError> {
    let (service, place) = place::open(&args.place).await?;
    let lines = service.export_offline(place).await;
    let done = match lines {
        Ok(lines) => write(args, lines).await,
        Err(error) => Err(shown(error)),
    };
    service.shut_down().await;
    done
}

async fn write(args: &cli::Export, lines: Lines) -> Result<(), BootError> {
    let Some(path) = &args.output else {
        return copy(lines, &mut io::stdout()).await?.map_err(BootError::Output);
    };
    let draft = Draft::new(path)?;
    copy(lines, &mut &draft.file)
        .await?
        .map_err(|cause| unwritten(path, cause))?;
    draft.finish()
}

/// Writes all lines; the inner error is the writer's.
async fn copy(mut lines: Lines, to: &mut (impl Write + Send)) -> Result<io::Result<()>, BootError> {
    let mut to = BufWriter::new(to);
    while let Some(line) = lines.recv().await {
        if let Err(cause) = to.write_all(&line?) {
            return Ok(Err(cause));
        }
    }
    Ok(to.flush())
}

/// Makes a community of lines.
pub(super) async fn restore(args: &cli::Restore) -> Result<(), BootError> {
    let reader = read(args)?;
    let pieces = reader.finish().map_err(shown)?;
    let service = place::service(&args.settings).await?;
    let made = service.restore_offline(args.tenant.as_deref(), pieces).await;
    service.shut_down().await;
    writeln!(io::stdout(), "{}", made.map_err(shown)?)?;
    Ok(())
}

fn read(args: &cli::Restore) -> Result<Reader, BootError> {
    let (mut input, mut lines, mut reader) = (open(&args.file)?, Splitter::new(MAX_LINE), Reader::default());
    let mut read = Ok(());
    let mut take = |number, line: Result<&[u8], _>| {
        let taken = match line {
            Ok(line) => reader.line(number, line),
            Err(_) => Err(too_long(number)),
        };
        if read.is_ok() {
            read = taken;
        }
    };
    loop {
        let piece = input.fill_buf().map_err(|cause| BootError::Convert {
            path: args.file.clone(),
            cause: ConvertError::Read(cause),
        })?;
        if piece.is_empty() {
            break;
        }
        lines.feed(piece, &mut take);
        let taken = piece.len();
        input.consume(taken);
    }
    lines.finish(&mut take);
    read.map_err(shown)?;
    Ok(reader)
}

fn too_long(line: u64) -> ServiceError {
    ServiceError::BadLines(vec![BadLine {
        line,
        pointer: String::new(),
        detail: format!("a line has at most {MAX_LINE} bytes"),
    }])
}
