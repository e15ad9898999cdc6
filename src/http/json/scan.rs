//! The first reading of a body: its text, without regard to what it should mean.
//!
//! One pass checks the grammar of RFC 8259, the depth, repeated keys, NUL and lone surrogates, and writes the
//! canonical form as it goes. It recurses once a level, at most [`MAX_DEPTH`] levels deep.

use wire::problem::ProblemError;

use super::refusal::escape;
use crate::http::problem::{Code, Problem};

mod text;

/// How many arrays and objects may stand inside each other.
pub(super) const MAX_DEPTH: usize = 128;

/// After so many faults the rest is not looked for; a body that is all faults needs no longer list.
const MAX_FAULTS: usize = 20;

/// Why a body was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not JSON, as is seen at this byte.
    Syntax {
        line: usize,
        column: usize,
        reason: &'static str,
    },
    /// It is JSON, with contents that nobody may send.
    Faults(Vec<ProblemError>),
}

impl Refusal {
    pub(super) fn into_problem(self) -> Problem {
        match self {
            Self::Syntax { line, column, reason } => Problem::new(Code::MalformedJson).detail(format!(
                "The body is not JSON: {reason} at line {line}, column {column}."
            )),
            Self::Faults(faults) => Problem::invalid(faults),
        }
    }
}

/// Checks a body and returns its canonical form.
pub(super) fn canonical(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let input = match std::str::from_utf8(body) {
        Ok(input) => input,
        Err(error) => {
            return Err(syntax(body, error.valid_up_to(), "a byte that is not UTF-8"));
        }
    };
    let mut scanner = Scanner {
        input: input.as_bytes(),
        at: 0,
        out: Vec::with_capacity(input.len()),
        path: Vec::new(),
        faults: Vec::new(),
    };
    match scanner.document() {
        Ok(()) if scanner.faults.is_empty() => Ok(scanner.out),
        Ok(()) | Err(Stop::Faulty) => Err(Refusal::Faults(scanner.faults)),
        Err(Stop::Syntax(reason)) => Err(syntax(body, scanner.at, reason)),
    }
}

/// Line and column count from 1; the column counts characters.
fn syntax(body: &[u8], at: usize, reason: &'static str) -> Refusal {
    let before = &body[..at.min(body.len())];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    Refusal::Syntax { line, column, reason }
}

/// Why the scan ended early.
enum Stop {
    /// Not JSON: what was found or missed at the current byte.
    Syntax(&'static str),
    /// Faults that make it pointless to read on.
    Faulty,
}

/// Where the scanner is, seen from the root.
enum Step {
    Index(usize),
    Key(String),
}

struct Scanner<'a> {
    input: &'a [u8],
    at: usize,
    out: Vec<u8>,
    path: Vec<Step>,
    faults: Vec<ProblemError>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        self.skip_space();
        self.value()?;
        self.skip_space();
        if self.at < self.input.len() {
            Err(Stop::Syntax("more text after the end of the document"))
        } else {
            Ok(())
        }
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), Stop> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => {
                let text = self.string()?;
                self.check_text(&text, "the string")?;
                text::write(&text.text, &mut self.out);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(_) => Err(Stop::Syntax("a value was expected")),
            None => Err(Stop::Syntax("the text ends where a value was expected")),
        }
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Stop> {
        if !self.input[self.at..].starts_with(word) {
            return Err(Stop::Syntax("a value was expected"));
        }
        self.at += word.len();
        self.out.extend_from_slice(word);
        Ok(())
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.path.len() >= MAX_DEPTH {
            self.fault(None, format!("nested more than {MAX_DEPTH} levels deep"))?;
            return Err(Stop::Faulty);
        }
        self.at += 1;
        self.skip_space();
        inner(self)
    }

    fn array(&mut self) -> Result<(), Stop> {
        self.out.push(b'[');
        if self.peek() == Some(b']') {
            self.at += 1;
            self.out.push(b']');
            return Ok(());
        }
        for index in 0.. {
            self.path.push(Step::Index(index));
            self.skip_space();
            self.value()?;
            self.path.pop();
            if !self.another(b']', "a comma or `]` was expected")? {
                break;
            }
            self.out.push(b',');
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self) -> Result<(), Stop> {
        let start = self.out.len();
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                self.skip_space();
                members.push(self.member()?);
                if !self.another(b'}', "a comma or `}` was expected")? {
                    break;
                }
            }
        }
        self.close_object(start, members)
    }

    /// One `"key": value`, written to the output as it stands there canonically; where it went is returned.
    fn member(&mut self) -> Result<Member, Stop> {
        if self.peek() != Some(b'"') {
            return Err(Stop::Syntax("a key in double quotes was expected"));
        }
        let key = self.string()?;
        let start = self.out.len();
        text::write(&key.text, &mut self.out);
        self.out.push(b':');
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(Stop::Syntax("a colon was expected"));
        }
        self.at += 1;
        self.skip_space();
        self.path.push(Step::Key(key.text.clone()));
        self.check_text(&key, "the key")?;
        self.value()?;
        self.path.pop();
        Ok(Member {
            key: key.text,
            start,
            end: self.out.len(),
        })
    }

    /// Whether a comma promises another item, or `end` closes the list.
    fn another(&mut self, end: u8, reason: &'static str) -> Result<bool, Stop> {
        self.skip_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == end => {
                self.at += 1;
                return Ok(false);
            }
            Some(_) => return Err(Stop::Syntax(reason)),
            None => {
                return Err(Stop::Syntax("the text ends in the middle of an array or object"));
            }
        }
        Ok(true)
    }

    /// Puts the members, which stand in the output from `start` on, into the order of their keys.
    fn close_object(&mut self, start: usize, mut members: Vec<Member>) -> Result<(), Stop> {
        // Stable, so that of two equal keys the second in the text stands second here and is the one blamed.
        members.sort_by(|a, b| a.key.cmp(&b.key));
        for index in 1..members.len() {
            if members[index].key == members[index - 1].key {
                let key = members[index].key.clone();
                self.fault(Some(&key), "the key is there twice".to_owned())?;
            }
        }
        let mut sorted = Vec::with_capacity(self.out.len() - start + members.len() + 1);
        sorted.push(b'{');
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                sorted.push(b',');
            }
            sorted.extend_from_slice(&self.out[member.start..member.end]);
        }
        sorted.push(b'}');
        self.out.truncate(start);
        self.out.append(&mut sorted);
        Ok(())
    }

    fn check_text(&mut self, text: &text::Text, what: &str) -> Result<(), Stop> {
        if text.has_nul {
            self.fault(None, format!("{what} has a NUL character (U+0000)"))?;
        }
        if text.has_lone_surrogate {
            self.fault(
                None,
                format!("{what} has half of a surrogate pair, which is no character"),
            )?;
        }
        Ok(())
    }

    /// Notes a fault at the current place, or at a member of it.
    fn fault(&mut self, member: Option<&str>, detail: String) -> Result<(), Stop> {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Index(index) => pointer.push_str(&index.to_string()),
                Step::Key(key) => pointer.push_str(&escape(key)),
            }
        }
        if let Some(key) = member {
            pointer.push('/');
            pointer.push_str(&escape(key));
        }
        self.faults.push(ProblemError {
            pointer,
            line: None,
            detail,
        });
        if self.faults.len() >= MAX_FAULTS {
            Err(Stop::Faulty)
        } else {
            Ok(())
        }
    }
}

/// A member of an object, and where the output has it.
struct Member {
    key: String,
    start: usize,
    end: usize,
}

#[cfg(test)]
mod tests;
