//! Red-DiscordBot: the `settings.json` of its cogs `Warnings` and `ModLog`, as its JSON driver keeps them.
//!
//! Both are objects whose first key is the cog's number. Warnings stand under `MEMBER`, by server, member and the id of the
//! message that gave them; the mod log's cases under `CASES`, by server and number, or under `GUILD` in old files.

use std::io::BufRead;

use chrono::DateTime;
use serde_json::Value;

use super::ConvertError;
use super::documents::{self, LARGEST_DOCUMENT, Record};
use super::draft::{Aside, Draft, Zone};
use super::durations::Length;
use super::options::Options;
use super::report::Class;
use super::sink::Sink;

/// The types of the mod log's cases that Red itself writes. Voice and channel mutes take only a part away.
const KINDS: &[(&str, &str)] = &[
    ("ban", "ban"),
    ("hackban", "ban"),
    ("filterban", "ban"),
    ("tempban", "tempban"),
    ("softban", "kick"),
    ("unban", "unban"),
    ("kick", "kick"),
    ("vkick", "note"),
    ("voiceban", "restrict"),
    ("voiceunban", "unrestrict"),
    ("vmute", "restrict"),
    ("vunmute", "unrestrict"),
    ("cmute", "restrict"),
    ("cunmute", "unrestrict"),
    ("smute", "mute"),
    ("sunmute", "unmute"),
    ("warning", "warn"),
    ("unwarned", "note"),
    ("filterhit", "delete_messages"),
];

/// Whom Red names when an account is gone (0xDE1).
const DELETED_USER: &str = "3553";

/// The records of a server: its cases, and its members with their warnings.
type Servers<'a> = Vec<(&'a str, Part<'a>)>;

#[derive(Clone, Copy)]
enum Part<'a> {
    Cases(&'a Value),
    Members(&'a Value),
}

pub(super) fn read(
    options: &Options,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    documents::for_each(input, LARGEST_DOCUMENT, |document| {
        let servers = servers(&document).ok_or_else(|| {
            let files = "cogs/Warnings/settings.json or cogs/ModLog/settings.json";
            ConvertError::Shape(format!("this is neither of Red's files {files}"))
        })?;
        let mut names: Vec<&str> = servers.iter().map(|(name, _)| *name).collect();
        names.dedup();
        if options.server.is_none() && names.len() > 1 {
            let several = names.join(", ");
            return Err(ConvertError::Shape(format!(
                "the file has several servers; choose one with --server: {several}"
            )));
        }
        for (server, part) in servers {
            let at = format!("server {server}");
            match part {
                Part::Cases(cases) => {
                    for (number, case) in entries(cases, &at, sink)? {
                        read_case(options, server, number, case, sink)?;
                    }
                }
                Part::Members(members) => {
                    for (member, data) in entries(members, &at, sink)? {
                        read_member(options, server, member, data, sink)?;
                    }
                }
            }
        }
        Ok(())
    })
}

/// The servers of a file, if it is one of the two.
fn servers(document: &Value) -> Option<Servers<'_>> {
    let mut found = Vec::new();
    let mut known = false;
    for cog in document.as_object()?.values().filter_map(Record::of) {
        for (group, part) in [("CASES", Part::Cases as fn(_) -> _), ("MEMBER", Part::Members)] {
            let Some(servers) = cog.object(group) else {
                continue;
            };
            known = true;
            found.extend(servers.entries().map(|(name, value)| (name, part(value))));
        }
        let Some(old) = cog.object("GUILD") else { continue };
        known = true;
        let cases = |value| Record::of(value)?.get("cases");
        found.extend(
            old.entries()
                .filter_map(|(name, value)| Some((name, Part::Cases(cases(value)?)))),
        );
    }
    found.sort_by_key(|(name, _)| *name);
    known.then_some(found)
}

/// What is kept by number, member or id; anything else than an object there is reported, and nothing at all is nothing.
fn entries<'a>(
    value: &'a Value,
    at: &str,
    sink: &mut Sink<'_>,
) -> Result<Vec<(&'a str, &'a Value)>, ConvertError> {
    match Record::of(value) {
        Some(object) => Ok(object.entries().collect()),
        None => {
            if !value.is_null() {
                sink.malformed(at, "no object")?;
            }
            Ok(Vec::new())
        }
    }
}

fn read_case(
    options: &Options,
    server: &str,
    number: &str,
    case: &Value,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    sink.read();
    let at = format!("case {number}");
    let draft = sink.check_server(Some(server)).and_then(|()| {
        let case = Record::of(case).ok_or_else(|| Aside::because(Class::Malformed, "no object"))?;
        self::case(options, server, number, case)
    });
    sink.take(&at, draft).map(|_| ())
}

fn case(options: &Options, server: &str, number: &str, case: Record<'_>) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: format!("case {number}"),
        external_id: format!("modlog-{server}-{number}"),
        ..Draft::default()
    };
    let written = case.text("action_type").unwrap_or_default();
    draft.set_kind(options, &written, KINDS)?;
    set_member(options, &mut draft, case.text("user"))?;
    draft.set_when(options, case.text("created_at").as_deref(), Zone::Utc)?;
    draft.member_name = case.text("last_known_username");
    draft.set_moderator(options, nobody_gone(case.text("moderator")).as_deref());
    draft.reason = case.text("reason");
    // None is meant as for ever, where it means anything.
    draft.length = Some(Length::Open);
    if let Some(until) = case.text("until") {
        let end = draft
            .moment(options, &until, Zone::Utc)
            .map_err(|_| Aside::because(Class::UnclearDuration, until))?;
        draft.set_end(end);
    }
    match written.as_str() {
        "warning" => warning_reason(&mut draft),
        "unwarned" => draft.lost(Class::Withdrawn, "written as a note"),
        "voiceban" | "voiceunban" | "vmute" | "vunmute" => draft.capability = Some("voice"),
        "cmute" | "cunmute" => draft.capability = Some("channel"),
        _ => {}
    }
    draft.keep("case", Some(number.to_owned()));
    draft.keep("channel", case.text("channel"));
    draft.keep(
        "parent_channel",
        case.text("parent_channel")
            .or_else(|| case.text("parent_channel_id")),
    );
    draft.keep("log_message", case.text("message"));
    draft.keep("amended_by", case.text("amended_by"));
    let modified = case.text("modified_at").and_then(|text| text.parse::<f64>().ok());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast stops at the bounds, which are no moments"
    )]
    let modified = modified.and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
    draft.keep(
        "modified_at",
        modified.map(|time| wire::time::Time(time).to_string()),
    );
    Ok(draft)
}

/// Takes apart what the cog `Warnings` writes into the mod log: the reason, a line `Points: 2`, and how to take it back.
fn warning_reason(draft: &mut Draft) {
    let Some(reason) = draft.reason.take() else { return };
    let (said, hint) = match reason.rsplit_once("\n\nUse `") {
        Some((said, hint)) if hint.contains("unwarn ") => (said, Some(hint)),
        _ => (reason.as_str(), None),
    };
    // The id of the warning is the last word of the command.
    let id = hint
        .and_then(|hint| hint.split('`').next())
        .and_then(|command| command.split_whitespace().last());
    draft.keep("warning", id.map(str::to_owned));
    match said.rsplit_once("\nPoints: ") {
        Some((text, points)) => {
            draft.points = Some(points.trim().to_owned());
            draft.reason = Some(text.to_owned());
        }
        None => draft.reason = Some(said.to_owned()),
    }
}

fn read_member(
    options: &Options,
    server: &str,
    member: &str,
    data: &Value,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    let at = format!("member {member}");
    let Some(data) = Record::of(data) else {
        return sink.malformed(&at, "no object").map(|_| ());
    };
    for (id, warning) in entries(data.get("warnings").unwrap_or(&Value::Null), &at, sink)? {
        sink.read();
        let draft = sink.check_server(Some(server)).and_then(|()| {
            let warning = Record::of(warning).ok_or_else(|| Aside::because(Class::Malformed, "no object"))?;
            self::warning(options, (server, member, id), warning)
        });
        sink.take(&format!("warning {id}"), draft)?;
    }
    Ok(())
}

fn warning(
    options: &Options,
    (server, of, id): (&str, &str, &str),
    warning: Record<'_>,
) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: format!("warning {id}"),
        external_id: format!("warning-{server}-{of}-{id}"),
        ..Draft::default()
    };
    draft.set_kind(options, "warning", KINDS)?;
    set_member(options, &mut draft, Some(of.to_owned()))?;
    draft.assume_when(options)?;
    draft.set_moderator(options, nobody_gone(warning.text("mod")).as_deref());
    draft.reason = warning.text("description");
    draft.points = warning.text("points");
    draft.length = Some(Length::Open);
    draft.keep("warning", Some(id.to_owned()));
    Ok(draft)
}

/// Reads the member, unless the account is gone.
fn set_member(options: &Options, draft: &mut Draft, id: Option<String>) -> Result<(), Aside> {
    if id.as_deref() == Some(DELETED_USER) {
        return Err(Aside::because(
            Class::MissingMember,
            "the account was deleted, and Red has forgotten it",
        ));
    }
    draft.set_member(options, id.as_deref())
}

/// An id, unless it stands for an account that is gone.
fn nobody_gone(id: Option<String>) -> Option<String> {
    id.filter(|id| id != DELETED_USER)
}
