//! Bodies of lines (NDJSON): taken apart as they come, so that no more than a line is held as text.

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::json::check_encoding;
use super::problem::{Code, Problem};

/// What a body of lines is declared as.
pub const MEDIA_TYPE: &str = "application/x-ndjson";
/// The largest body of lines, in bytes: the largest that there is.
pub const LARGEST: usize = 64 << 20;
const ALSO: [&str; 3] = [MEDIA_TYPE, "application/ndjson", "application/jsonl"];

/// What some editors put before the first line, a byte order mark. It says nothing.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Text that becomes lines.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
    number: u64,
    longest: usize,
}

/// A line, or that it is too long.
pub type Line<'l> = Result<&'l [u8], TooLong>;

/// A line is longer than lines may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Lines {
    /// Lines of so many bytes at most.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self {
            longest,
            ..Self::default()
        }
    }

    /// Takes the next bytes; `take` gets each line that ends in them, with its number from 1. Empty lines are counted alone.
    pub fn feed(&mut self, bytes: &[u8], take: &mut impl FnMut(u64, Line<'_>)) {
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            // One byte more than may be is enough to know that it is too long.
            let room = (self.longest + 1).saturating_sub(self.rest.len());
            self.rest.extend_from_slice(&part[..part.len().min(room)]);
            if parts.peek().is_some() {
                self.end(take);
            }
        }
    }

    /// The last line, if no line break ends it.
    pub fn finish(mut self, take: &mut impl FnMut(u64, Line<'_>)) {
        if !self.rest.is_empty() {
            self.end(take);
        }
    }

    fn end(&mut self, take: &mut impl FnMut(u64, Line<'_>)) {
        self.number += 1;
        if self.number == 1 && self.rest.starts_with(MARK) {
            self.rest.drain(..MARK.len());
        }
        if self.rest.len() > self.longest {
            take(self.number, Err(TooLong));
        } else if !self.rest.trim_ascii().is_empty() {
            take(self.number, Ok(&self.rest));
        }
        self.rest.clear();
    }
}

/// Reads a body of at most so many bytes to its end; `take` gets its pieces. Gives a digest of the whole.
///
/// # Errors
/// What the body is declared as, that it is too large, or that it breaks off.
pub async fn read(
    request: Request,
    most: usize,
    mut take: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<[u8; 32], Problem> {
    check_encoding(request.headers())?;
    if !is_lines(request.headers()) {
        let detail = format!(
            "The body is declared as something else than lines: send it as `Content-Type: {MEDIA_TYPE}`."
        );
        return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
    }
    let (mut body, mut read, mut hash) = (
        Body::into_data_stream(request.into_body()),
        0_usize,
        Sha256::new(),
    );
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| {
            Problem::new(Code::MalformedJson).detail("The body could not be read to its end.")
        })?;
        read = read.saturating_add(piece.len());
        if read > most {
            let detail = format!(
                "The body is larger than {} MiB. Send it in several parts.",
                most >> 20
            );
            return Err(Problem::new(Code::PayloadTooLarge).detail(detail));
        }
        hash.update(&piece);
        take(&piece)?;
    }
    if read == 0 {
        return Err(Problem::new(Code::MalformedJson)
            .detail("The request has no body, and this operation needs one: lines of JSON."));
    }
    Ok(hash.finalize().into())
}

fn is_lines(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return false;
    };
    let essence = kind
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    ALSO.contains(&essence.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&str]) -> Vec<(u64, Option<String>)> {
        let mut found = Vec::new();
        let mut take = |number, line: Line<'_>| {
            found.push((
                number,
                line.ok().map(|line| String::from_utf8(line.to_vec()).unwrap()),
            ));
        };
        let mut lines = Lines::new(4);
        for piece in pieces {
            lines.feed(piece.as_bytes(), &mut take);
        }
        lines.finish(&mut take);
        found
    }

    #[test]
    fn pieces_are_not_lines() {
        let line = |number, text: &str| (number, Some(text.to_owned()));
        assert_eq!(
            lines(&["a", "b\nc", "\n\nd"]),
            [line(1, "ab"), line(2, "c"), line(4, "d")]
        );
        assert_eq!(lines(&["abcd\n"]), [line(1, "abcd")]);
        assert_eq!(lines(&["abcde\nf\n"]), [(1, None), line(2, "f")]);
        assert_eq!(lines(&["abc", "def", "ghi\r\n", "j"]), [(1, None), line(2, "j")]);
        assert_eq!(lines(&["", "\n \n"]), []);
        assert_eq!(lines(&["\u{feff}\n\u{feff}b"]), [line(2, "\u{feff}b")]);
        assert_eq!(lines(&["\u{feff}a", "\nb"]), [line(1, "a"), line(2, "b")]);
    }

    #[test]
    fn lines_are_declared() {
        let declared = |kind: &str| is_lines(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]));
        assert!(declared("application/x-ndjson") && declared("Application/NDJSON; charset=utf-8"));
        assert!(!declared("application/json") && !declared("text/plain"));
    }
}
