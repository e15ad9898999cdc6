//! What is wrong with a check before any limit is looked for: values that no limit could take.

use super::reading;
use crate::domain::id::CommunityId;
use crate::domain::limit::key;
use crate::domain::limit::rate::MOST;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::service::error::ServiceError;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use wire::limit::{CheckRequest, LimitKeyRequest, LimitSignalRequest, RateRequest};

/// How many variables a check may give values to.
const MOST_VALUES: usize = 16;
/// How many limits a check may have.
const MOST_LIMITS: usize = 16;

/// What is wrong so far, with pointers that begin with `root`.
///
/// Pointers are written only where something is wrong, since nothing mostly is.
struct Shape<'r> {
    findings: Vec<Finding>,
    root: &'r dyn Display,
}

impl<'r> Shape<'r> {
    fn of(root: &'r dyn Display) -> Self {
        Self {
            findings: Vec::new(),
            root,
        }
    }

    fn wrong(&mut self, pointer: impl Display, detail: impl ToString) {
        self.findings.push(Finding {
            pointer: format!("{}{pointer}", self.root),
            detail: detail.to_string(),
        });
    }

    fn finish(self) -> Result<(), ServiceError> {
        if self.findings.is_empty() {
            Ok(())
        } else {
            Err(ServiceError::Invalid(self.findings))
        }
    }

    fn one_of(&mut self, at: &dyn Display, limit: Option<&str>, rate: Option<&RateRequest>) {
        match (limit, rate) {
            (Some(name), None) => self.name(format_args!("{at}/limit"), name),
            (None, Some(rate)) => {
                let root = format!("{}{at}/rate", self.root);
                if let Err(findings) = reading::rate(rate, &root) {
                    self.findings.extend(findings);
                }
            }
            _ => self.wrong(at, "one of `limit` and `rate`"),
        }
    }

    fn name(&mut self, pointer: impl Display, text: &str) {
        if let Err(error) = Name::new(text) {
            self.wrong(pointer, error);
        }
    }

    fn cost(&mut self, pointer: impl Display, cost: Option<i64>) {
        match cost {
            Some(cost) if cost < 1 => self.wrong(
                pointer,
                "at least 1; to look without spending, say \"peek\": true",
            ),
            Some(cost) if cost > i64::from(MOST) => self.wrong(pointer, format!("at most {MOST}")),
            _ => {}
        }
    }

    fn value(&mut self, pointer: impl Display, text: &str) {
        if let Err(error) = key::value(text) {
            self.wrong(pointer, error);
        }
    }

    fn values(
        &mut self,
        community: Option<&str>,
        key: Option<&str>,
        values: Option<&BTreeMap<String, String>>,
    ) {
        if community.is_some_and(|text| CommunityId::parse(text).is_none()) {
            self.wrong("/community", "a community's id is com_ and 32 hexadecimal digits");
        }
        if let Some(key) = key {
            self.value("/key", key);
        }
        let Some(values) = values else {
            return;
        };
        if values.len() > MOST_VALUES {
            self.wrong("/values", format!("at most {MOST_VALUES} values"));
        }
        for (name, value) in values {
            if let Err(error) = Name::new(name) {
                self.wrong(Below("/values", name), error);
            }
            if let Err(error) = key::value(value) {
                self.wrong(Below("/values", name), error);
            }
        }
        for (field, given) in [(key::WHOLE, key), ("community", community)] {
            if given.is_some() && values.contains_key(field) {
                self.wrong(
                    Below("/values", field),
                    format!("`{field}` gives this value already"),
                );
            }
        }
    }
}

/// A pointer to a member.
struct Below<'p>(&'static str, &'p str);

impl Display for Below<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1.replace('~', "~0").replace('/', "~1"))
    }
}

/// Whether a check could be one.
///
/// # Errors
/// [`ServiceError::Invalid`] with everything that is wrong, with pointers that begin with `root`.
pub(super) fn check(request: &CheckRequest, root: &dyn Display) -> Result<(), ServiceError> {
    let mut shape = Shape::of(root);
    let (limit, rate) = (request.limit.as_deref(), request.rate.as_ref());
    match &request.limits {
        None if limit.is_some() != rate.is_some() => shape.one_of(&"", limit, rate),
        Some(parts) if limit.is_none() && rate.is_none() => {
            if parts.is_empty() || parts.len() > MOST_LIMITS {
                shape.wrong("/limits", format!("from 1 to {MOST_LIMITS} limits"));
            }
            for (index, part) in parts.iter().enumerate() {
                let at = format_args!("/limits/{index}");
                shape.one_of(&at, part.limit.as_deref(), part.rate.as_ref());
                shape.cost(format_args!("{at}/cost"), part.cost);
            }
        }
        _ => shape.wrong("", "a check has one of `limit`, `rate` and `limits`"),
    }
    shape.cost("/cost", request.cost);
    shape.values(
        request.community.as_deref(),
        request.key.as_deref(),
        request.values.as_ref(),
    );
    shape.finish()
}

/// Whether what a request names could be a key of a limit.
///
/// # Errors
/// As for [`check`].
pub(super) fn named(request: &LimitKeyRequest) -> Result<(), ServiceError> {
    let mut shape = Shape::of(&"");
    shape.one_of(&"", request.limit.as_deref(), request.rate.as_ref());
    shape.values(
        request.community.as_deref(),
        request.key.as_deref(),
        request.values.as_ref(),
    );
    shape.finish()
}

/// Whether what a signal names could be a limit and its values.
///
/// # Errors
/// As for [`check`].
pub(super) fn signal(request: &LimitSignalRequest) -> Result<(), ServiceError> {
    let mut shape = Shape::of(&"");
    shape.name("/limit", &request.limit);
    shape.values(
        request.community.as_deref(),
        request.key.as_deref(),
        request.values.as_ref(),
    );
    shape.finish()
}
