//! Where drafts become lines: everything is brought within the ledger's limits here, and nothing is lost without a word.

use std::collections::{BTreeMap, HashSet};
use std::io;

use chrono::SecondsFormat;
use sha2::{Digest as _, Sha256};
use wire::duration::Duration;
use wire::import::{self, ImportedAct};
use wire::number::Decimal;
use wire::time::Time;

use super::ConvertError;
use super::draft::{Aside, Draft, Fate};
use super::durations::Length;
use super::options::Options;
use super::report::{Class, Report, Tally};
use super::text;
use crate::domain::points::Points;
use crate::domain::time::MAX_SPAN;

/// The capability that a restriction takes away of which the source does not say what it takes away.
const SOMETHING: &str = "restricted";

/// Takes lines as they come.
pub type Output<'a> = dyn FnMut(&ImportedAct) -> io::Result<()> + 'a;

/// Takes drafts and writes lines.
pub(super) struct Sink<'a> {
    options: &'a Options,
    source: String,
    out: &'a mut Output<'a>,
    /// Half a digest of each id: 16 bytes a record, whatever the ids look like.
    seen: HashSet<[u8; 16]>,
    server: Option<String>,
    tally: Tally,
}

impl<'a> Sink<'a> {
    /// An empty one.
    pub(super) fn new(options: &'a Options, name: &str, out: &'a mut Output<'a>) -> Self {
        Self {
            options,
            source: options.source.clone().unwrap_or_else(|| name.to_owned()),
            out,
            seen: HashSet::new(),
            server: options.server.clone(),
            tally: Tally::new(options.examples),
        }
    }

    /// One more record was found; gives its number.
    pub(super) fn read(&mut self) -> u64 {
        self.tally.read();
        self.tally.number()
    }

    /// Takes what became of the latest record.
    pub(super) fn take(&mut self, at: &str, draft: Result<Draft, Aside>) -> Result<Fate, ConvertError> {
        match draft.and_then(|draft| self.line(draft)) {
            Ok((act, at, losses)) => {
                for (class, detail) in losses {
                    self.tally.found(class, &at, &detail);
                }
                (self.out)(&act).map_err(ConvertError::Write)?;
                self.tally.written();
                Ok(Fate::Written)
            }
            Err(Aside::Skipped) => {
                self.tally.skipped();
                Ok(Fate::Skipped)
            }
            Err(Aside::LeftOut(class, detail)) => {
                self.tally.found(class, at, &detail);
                Ok(Fate::LeftOut)
            }
        }
    }

    /// Counts what stands where a record should and is none.
    pub(super) fn malformed(&mut self, at: &str, why: &str) -> Result<Fate, ConvertError> {
        self.read();
        self.take(at, Err(Aside::because(Class::Malformed, why)))
    }

    /// Whether a record is of the server that is wanted: the one that was named, or else the first that comes.
    pub(super) fn check_server(&mut self, id: Option<&str>) -> Result<(), Aside> {
        let Some(id) = id.map(str::trim).filter(|id| !id.is_empty()) else {
            return Ok(());
        };
        let wanted = self.server.get_or_insert_with(|| id.to_owned());
        if wanted == id {
            Ok(())
        } else if self.options.server.is_some() {
            Err(Aside::Skipped)
        } else {
            Err(Aside::because(Class::OtherServer, format!("server {id}")))
        }
    }

    /// The report.
    pub(super) fn finish(self) -> Report {
        self.tally.finish(self.source)
    }

    #[expect(
        clippy::type_complexity,
        reason = "a line, where it came from, and what it lost; taken apart at once"
    )]
    fn line(&mut self, mut draft: Draft) -> Result<(ImportedAct, String, Vec<(Class, String)>), Aside> {
        if self.options.now.is_some_and(|now| draft.when > now) {
            return Err(Aside::because(
                Class::FutureDate,
                draft.when.to_rfc3339_opts(SecondsFormat::Secs, true),
            ));
        }
        let duration = duration(&mut draft)?;
        let external_id = self.external_id(&draft)?;
        plausible(self.options, &mut draft);
        let reason = reason(&mut draft);
        let names = [draft.member_name.take(), draft.moderator_name.take()];
        let [member_name, moderator_name] = names.map(|name| self::name(&mut draft, name));
        let moderator_name = named_alone(&mut draft, moderator_name);
        let evidence = evidence(&mut draft);
        let points = points(&mut draft);
        let context = context(&mut draft);
        let identity = |id: &str| format!("{}:{id}", self.options.platform.as_str());
        let act = ImportedAct {
            external_id,
            source: self.source.clone(),
            occurred_at: Time(draft.when),
            member: identity(&draft.member),
            member_name,
            moderator: draft.moderator.as_deref().map(identity),
            moderator_name,
            active: draft.active.filter(|_| restricts(&draft.kind)),
            capabilities: capabilities(&draft),
            kind: draft.kind,
            reason,
            evidence,
            duration,
            points,
            context,
        };
        Ok((act, draft.at, draft.losses))
    }

    /// The id, if no earlier record has it.
    fn external_id(&mut self, draft: &Draft) -> Result<String, Aside> {
        let id = text::line(&draft.external_id);
        if id.is_empty() || text::cut(&id, import::MAX_EXTERNAL_ID).1.is_some() {
            return Err(Aside::because(
                Class::Malformed,
                "its id is empty or longer than 200 characters",
            ));
        }
        let digest = Sha256::digest(id.as_bytes());
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        if self.seen.insert(half) {
            Ok(id)
        } else {
            Err(Aside::because(Class::DuplicateId, id))
        }
    }
}

/// The name of who acted, where it stands beside an id. One that stands alone names nobody for certain, and is kept in the context.
fn named_alone(draft: &mut Draft, name: Option<String>) -> Option<String> {
    if draft.moderator.is_some() {
        return name;
    }
    if let Some(name) = name {
        if draft
            .losses
            .iter()
            .all(|(class, _)| *class != Class::MissingModerator)
        {
            let detail = format!("{name:?} is no id; the name is kept in context.moderator");
            draft.lost(Class::MissingModerator, detail);
        }
        draft.keep("moderator", Some(name));
    }
    None
}

/// What a restriction takes away. A line has to say it; where the source does not, it is called [`SOMETHING`].
fn capabilities(draft: &Draft) -> Vec<String> {
    let said = match draft.kind.as_str() {
        "restrict" => draft.capability.or(Some(SOMETHING)),
        "unrestrict" => draft.capability,
        _ => None,
    };
    said.map(str::to_owned).into_iter().collect()
}

/// Whether acts of a kind start a restriction.
fn restricts(kind: &str) -> bool {
    matches!(kind, "mute" | "restrict" | "tempban" | "ban")
}

/// The duration, where the kind has one; a ban with an end becomes a tempban.
fn duration(draft: &mut Draft) -> Result<Option<Duration>, Aside> {
    let seconds = match draft.length {
        Some(Length::Seconds(seconds)) => Some(seconds),
        Some(Length::Open) | None => None,
    };
    if !restricts(&draft.kind) {
        // Nothing to end: the number is kept for whoever reads the case.
        draft.keep("duration", seconds.map(|seconds| seconds.to_string()));
        return Ok(None);
    }
    let Some(seconds) = seconds else {
        if draft.kind == "tempban" {
            return Err(Aside::because(Class::UnclearDuration, "a tempban without an end"));
        }
        // A ban without a word about its end has none; other restrictions commonly have one.
        if draft.length.is_none() && draft.kind != "ban" {
            draft.lost(Class::NoEndKnown, draft.kind.clone());
        }
        return Ok(None);
    };
    if seconds > MAX_SPAN {
        draft.lost(Class::LongDuration, format!("{seconds} seconds"));
        draft.keep("duration", Some(seconds.to_string()));
        if draft.kind == "tempban" {
            draft.kind = "ban".to_owned();
        }
        return Ok(None);
    }
    if draft.kind == "ban" {
        draft.kind = "tempban".to_owned();
    }
    if seconds < 1 {
        draft.lost(Class::EndBeforeStart, format!("{seconds} seconds"));
    }
    Ok(Some(Duration::Seconds(seconds.max(1))))
}

/// Looks whether the member can have been there.
fn plausible(options: &Options, draft: &mut Draft) {
    let Some(made) = text::made_at(&options.platform, &draft.member) else {
        return;
    };
    if draft.when.timestamp() < made.timestamp() {
        let (when, made) = (draft.when.format("%F"), made.format("%F"));
        draft.lost(
            Class::ImplausibleDate,
            format!("{when}, and the account is of {made}"),
        );
    }
}

/// A text without control characters.
fn clean(draft: &mut Draft, raw: &str, what: &str) -> String {
    if text::is_dirty(raw) {
        draft.lost(Class::CleanedText, what);
    }
    text::clean(raw).into_owned()
}

fn reason(draft: &mut Draft) -> Option<String> {
    let raw = draft.reason.take()?;
    let whole = clean(draft, raw.trim(), "in the reason");
    let (cut, characters) = text::cut(&whole, import::MAX_REASON);
    if let Some(characters) = characters {
        draft.lost(Class::TruncatedReason, format!("{characters} characters"));
    }
    (!cut.trim().is_empty()).then(|| cut.to_owned())
}

fn name(draft: &mut Draft, raw: Option<String>) -> Option<String> {
    let whole = text::line(&raw?);
    let (cut, characters) = text::cut(&whole, import::MAX_NAME);
    if let Some(characters) = characters {
        draft.lost(Class::TruncatedName, format!("{characters} characters"));
    }
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn evidence(draft: &mut Draft) -> Vec<String> {
    let mut kept = Vec::new();
    for link in std::mem::take(&mut draft.evidence) {
        if kept.len() < import::MAX_EVIDENCE && text::is_link(&link) {
            kept.push(link);
        } else {
            draft.lost(Class::BadLink, link);
        }
    }
    kept
}

fn points(draft: &mut Draft) -> Option<Decimal> {
    let raw = draft.points.take()?;
    let points = Points::parse(raw.trim())
        .ok()
        .and_then(|points| Decimal::parse(&points.to_string()).ok());
    if points.is_none() {
        draft.lost(Class::BadPoints, raw);
    }
    points
}

fn context(draft: &mut Draft) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (raw_name, raw) in std::mem::take(&mut draft.context) {
        let name = text::line(&raw_name);
        let (name, long_name) = text::cut(&name, import::MAX_CONTEXT_NAME);
        if name.is_empty() || kept.len() == import::MAX_CONTEXT || kept.contains_key(name) {
            draft.lost(Class::TruncatedContext, format!("{raw_name} is left out"));
            continue;
        }
        let whole = clean(draft, &raw, &format!("in {name}"));
        let (value, characters) = text::cut(&whole, import::MAX_CONTEXT_VALUE);
        if let Some(characters) = characters.or(long_name) {
            draft.lost(
                Class::TruncatedContext,
                format!("{name}: {characters} characters"),
            );
        }
        kept.insert(name.to_owned(), value.to_owned());
    }
    kept
}
