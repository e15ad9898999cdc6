//! A policy in a file: the rules, as YAML or JSON, read and checked as the API reads and checks them.

use std::path::Path;

use axum::body::Bytes;
use wire::policy::Rules;

use super::yaml::{self, Lines};
use crate::boot::BootError;
use crate::domain::policy::Policy;
use crate::domain::policy_warn;
use crate::http::json::StrictJson;
use crate::http::problem::Problem;
use crate::service::rules;

/// The largest file that is read, in bytes.
const MAX_SIZE: u64 = 256 * 1_024;

/// What there is to say about a place in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The line, where it is known.
    pub(super) line: Option<usize>,
    /// A JSON pointer into the rules; empty for the whole.
    pub(super) pointer: String,
    /// What is wrong.
    pub(super) detail: String,
}

/// A policy that can be used.
#[derive(Debug)]
pub(super) struct Usable {
    pub(super) policy: Policy,
    /// What is hardly meant.
    pub(super) warnings: Vec<Found>,
}

/// Reads a file.
///
/// # Errors
/// That there is no such file, or no text in it.
pub(super) fn text(path: &Path) -> Result<String, BootError> {
    let unread = |cause| BootError::Read {
        path: path.to_owned(),
        cause,
    };
    if std::fs::metadata(path).map_err(unread)?.len() > MAX_SIZE {
        let reason = format!(
            "{} is larger than {MAX_SIZE} bytes, which is no policy",
            path.display()
        );
        return Err(BootError::Arguments(reason));
    }
    std::fs::read_to_string(path).map_err(unread)
}

/// The policy that a text holds.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn parse(text: &str) -> Result<Usable, Vec<Found>> {
    let (json, lines) = yaml::to_json(text).map_err(|error| {
        vec![Found {
            line: Some(error.line),
            pointer: String::new(),
            detail: error.detail,
        }]
    })?;
    let place = |pointer: String, detail: String| Found {
        line: lines.of(&pointer),
        pointer,
        detail,
    };
    let rules = match StrictJson::<Rules>::parse(Bytes::from(json)) {
        Ok(body) => body.value,
        Err(problem) => return Err(of_problem(&problem, &lines)),
    };
    let policy = rules::policy(&rules).map_err(|findings| {
        let findings = findings.into_iter();
        // The API's pointers begin where its document does.
        let inner = |pointer: &str| pointer.strip_prefix("/rules").unwrap_or(pointer).to_owned();
        findings
            .map(|found| place(inner(&found.pointer), found.detail))
            .collect::<Vec<_>>()
    })?;
    let warnings = policy_warn::warnings(&policy).into_iter();
    let warnings = warnings.map(|found| place(found.pointer, found.detail)).collect();
    Ok(Usable { policy, warnings })
}

/// What does not have the shape of rules.
fn of_problem(problem: &Problem, lines: &Lines) -> Vec<Found> {
    let document = problem.document("");
    if document.errors.is_empty() {
        return vec![Found {
            line: None,
            pointer: String::new(),
            detail: document.detail,
        }];
    }
    let errors = document.errors.into_iter();
    let mut found: Vec<_> = errors
        .map(|error| Found {
            line: lines.of(&error.pointer),
            pointer: error.pointer,
            detail: error.detail,
        })
        .collect();
    found.sort_by_key(|found| found.line);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_place() {
        let text = "weights:\n  warn: 0.05\ndecay: {model: linear, per_day: 0}\nladder:\n  - {id: a, at: 3, action: mute}\n  - id: b\n    at: 2\n    action: ban\n";
        let found = parse(text).unwrap_err();
        let places: Vec<_> = found
            .iter()
            .map(|one| (one.line.unwrap(), one.pointer.as_str()))
            .collect();
        assert_eq!(
            places,
            [(2, "/weights/warn"), (3, "/decay/per_day"), (7, "/ladder/1/at")]
        );
    }

    #[test]
    fn what_has_another_shape_has_its_place_too() {
        for (text, line, pointer) in [
            ("a: 1\n", 1, "/a"),
            ("ladder:\n  - {id: a, at: x, action: mute}\n", 2, "/ladder/0/at"),
            ("granularity: 1\nladder: 3\n", 2, "/ladder"),
        ] {
            let found = parse(text).unwrap_err();
            assert_eq!(
                (found[0].line, found[0].pointer.as_str()),
                (Some(line), pointer),
                "{found:?}"
            );
        }
        let text = "ladder:\n  - {id: 5, at: x, action: mute}\n  - id: b\n    at: 3\n  - 7\nweights:\n  warn: much\ngranularity: []\n";
        let found = parse(text).unwrap_err();
        let places: Vec<_> = found
            .iter()
            .map(|one| (one.line.unwrap(), one.pointer.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                (2, "/ladder/0/id"),
                (2, "/ladder/0/at"),
                (3, "/ladder/1/action"),
                (5, "/ladder/2"),
                (7, "/weights/warn"),
                (8, "/granularity"),
            ]
        );
        assert!(parse("[]").is_err() && parse("").is_err());
        assert_eq!(parse("{}").unwrap().policy, Policy::default());
    }

    #[test]
    fn warnings_have_their_lines() {
        let text = "ladder:\n  - {id: a, at: 3, action: mute, duration: P1D}\n  - {id: b, at: 4, action: mute, duration: PT1H}\n";
        let warnings = parse(text).unwrap().warnings;
        assert_eq!((warnings.len(), warnings[0].line), (1, Some(3)));
    }
}
