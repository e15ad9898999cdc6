//! The lines of an import, each read as strictly as the body of an act. The command line reads them here too.

use axum::body::Bytes;
use wire::import::{ImportedAct as Said, MAX_EXTERNAL_ID};
use wire::problem::ProblemError;

use super::fields::Fields;
use super::json::StrictJson;
use super::ndjson::{Lines, TooLong};
use super::problem::Problem;
use crate::domain::act::{ActError, Detail};
use crate::domain::case::{Origin, Particulars};
use crate::domain::identity::{Identity, Platform};
use crate::domain::kind::Kind;
use crate::domain::time::Instant;
use crate::service::PersonRef;
use crate::service::error::ServiceError;
use crate::service::imports::{BadLine, ImportedAct, Line};

/// The longest line, in bytes. The fields of an act hold no more, whatever the script.
pub const MAX_LINE: usize = 256 * 1024;

/// After so many bad lines nobody reads on.
const MAX_BAD: usize = 1_000;

/// Lines that become acts.
#[derive(Debug)]
pub struct Reader {
    lines: Lines,
    found: Found,
}

#[derive(Debug, Default)]
struct Found {
    acts: Vec<ImportedAct>,
    bad: Vec<BadLine>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            lines: Lines::new(MAX_LINE),
            found: Found::default(),
        }
    }
}

impl Reader {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`] when so many are bad that nobody would read about more.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        let Self { lines, found } = self;
        lines.feed(bytes, &mut |number, line| found.take(number, line));
        if found.bad.len() < MAX_BAD {
            Ok(())
        } else {
            Err(ServiceError::BadLines(std::mem::take(&mut found.bad)))
        }
    }

    /// The acts of all lines.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`] with every line that is none.
    pub fn finish(self) -> Result<Vec<ImportedAct>, ServiceError> {
        let Self { lines, mut found } = self;
        lines.finish(&mut |number, line| found.take(number, line));
        if found.bad.is_empty() {
            Ok(found.acts)
        } else {
            Err(ServiceError::BadLines(found.bad))
        }
    }
}

impl Found {
    fn take(&mut self, line: u64, text: Result<&[u8], TooLong>) {
        let read = match text {
            Ok(text) => act(line, text),
            Err(TooLong) => Err(Problem::invalid_at(
                "",
                format!("a line has at most {MAX_LINE} bytes"),
            )),
        };
        match read {
            Ok(act) => self.acts.push(act),
            Err(problem) => self.refuse(line, &problem),
        }
    }

    fn refuse(&mut self, line: u64, problem: &Problem) {
        let document = problem.document("");
        let mut errors = document.errors;
        if errors.is_empty() {
            errors.push(ProblemError {
                pointer: String::new(),
                line: None,
                detail: document.detail,
            });
        }
        self.bad.extend(errors.into_iter().map(|error| BadLine {
            line,
            pointer: error.pointer,
            detail: error.detail,
        }));
    }
}

/// The act of a line.
fn act(line: u64, text: &[u8]) -> Result<ImportedAct, Problem> {
    let said = StrictJson::<Said>::parse(Bytes::copy_from_slice(text))?.value;
    let mut fields = Fields::default();
    let member = fields.take("/member", Identity::parse(&said.member));
    let moderator = said
        .moderator
        .as_deref()
        .and_then(|text| fields.take("/moderator", Identity::parse(text)));
    let member_name = said
        .member_name
        .as_deref()
        .and_then(|text| fields.name("/member_name", text));
    let moderator_name = said
        .moderator_name
        .as_deref()
        .and_then(|text| fields.name("/moderator_name", text));
    let origin = origin(&mut fields, &said);
    let told = told(&mut fields, &said, member.as_ref(), origin);
    let whole = member.zip(told).map(|(member, said)| ImportedAct {
        line,
        member: PersonRef::Identity(member),
        member_name,
        moderator: moderator.map(PersonRef::Identity),
        moderator_name,
        said,
    });
    fields.finish(whole)
}

fn origin(fields: &mut Fields, said: &Said) -> Option<Origin> {
    let source = Platform::parse(&said.source);
    let source =
        source.map_err(|_| "1 to 32 lower-case letters, digits, '_' or '-', beginning with a letter");
    let source = fields.take("/source", source);
    let id = &said.external_id;
    if id.is_empty() || id.chars().count() > MAX_EXTERNAL_ID || id.chars().any(char::is_control) {
        let detail = format!("1 to {MAX_EXTERNAL_ID} characters, and no control characters");
        fields.refuse("/external_id", detail);
        return None;
    }
    let points = said
        .points
        .as_ref()
        .and_then(|points| fields.points("/points", points));
    Some(Origin {
        source: source?,
        external_id: id.clone(),
        over: said.active == Some(false),
        points,
    })
}

/// What happened.
fn told(fields: &mut Fields, said: &Said, member: Option<&Identity>, origin: Option<Origin>) -> Option<Line> {
    let kind = fields.take("/kind", Kind::named(&said.kind));
    let at = fields.take("/occurred_at", Instant::from_utc(said.occurred_at.0));
    let detail = Detail {
        duration: fields.duration("/duration", said.duration.as_ref()),
        capabilities: fields.capabilities("/capabilities", &said.capabilities),
        supersedes: None,
    };
    let particulars = Particulars {
        reason: fields.reason("/reason", said.reason.as_deref()),
        evidence: fields.evidence("/evidence", &said.evidence),
        context: Some(&said.context)
            .filter(|context| !context.is_empty())
            .and_then(|context| fields.context("/context", Some(context))),
        named: member.cloned(),
        ..Particulars::default()
    };
    let (kind, at) = (kind?, at?);
    if let Err(error) = detail.check(kind) {
        let known = said.duration.is_some() && detail.duration.is_none()
            || !said.capabilities.is_empty() && detail.capabilities.is_empty();
        if !known {
            fields.refuse(pointer(error), error);
        }
    }
    Some(Line {
        kind,
        detail,
        occurred_at: said.occurred_at.0,
        at,
        particulars,
        origin: origin?,
    })
}

/// The field to blame.
fn pointer(error: ActError) -> &'static str {
    match error {
        ActError::CapabilitiesMissing | ActError::CapabilitiesRefused | ActError::TooManyCapabilities => {
            "/capabilities"
        }
        _ => "/duration",
    }
}
