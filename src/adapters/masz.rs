//! MASZ: modcases as its API answers with them, or as a dump of its table `ModCases` has them.
//!
//! Pages, lists, whole tables, and single cases with their comments are all taken, one behind the other.

use std::io::BufRead;

use serde_json::Value;

use super::ConvertError;
use super::documents::{self, LARGEST_DOCUMENT, Record};
use super::draft::{Aside, Draft, Zone};
use super::durations::Length;
use super::options::Options;
use super::report::Class;
use super::sink::Sink;

/// The types of punishment by their numbers.
const PUNISHMENTS: [&str; 4] = ["warn", "mute", "kick", "ban"];
const KINDS: &[(&str, &str)] = &[
    ("warn", "warn"),
    ("mute", "mute"),
    ("kick", "kick"),
    ("ban", "ban"),
    ("none", "warn"),
];
/// How a case came to be, by number.
const CREATIONS: [&str; 4] = ["default", "auto_moderation", "imported", "command"];

pub(super) fn read(
    options: &Options,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    documents::for_each(input, LARGEST_DOCUMENT, |document| walk(options, &document, sink))
}

/// Finds the cases in whatever they come in.
fn walk(options: &Options, value: &Value, sink: &mut Sink<'_>) -> Result<(), ConvertError> {
    if let Value::Array(values) = value {
        return values.iter().try_for_each(|value| walk(options, value, sink));
    }
    let Some(object) = Record::of(value) else {
        return sink.malformed("a value", "no object").map(|_| ());
    };
    for list in ["cases", "data"] {
        if let Some(Value::Array(values)) = object.get(list) {
            return values.iter().try_for_each(|value| walk(options, value, sink));
        }
    }
    // What database tools write around the rows of a table.
    if matches!(
        object.text("type").as_deref(),
        Some("header" | "database" | "table")
    ) {
        return Ok(());
    }
    read_case(options, object, sink)
}

fn read_case(options: &Options, view: Record<'_>, sink: &mut Sink<'_>) -> Result<(), ConvertError> {
    let record = sink.read();
    let case = view.object("modCase").unwrap_or(view);
    let Some(number) = case.text("caseId") else {
        let malformed = Err(Aside::because(Class::Malformed, "no case with a number"));
        return sink.take(&format!("record {record}"), malformed).map(|_| ());
    };
    let at = format!("case {number}");
    let draft = sink
        .check_server(case.text("guildId").as_deref())
        .and_then(|()| act(options, view, case, &number));
    let fate = sink.take(&at, draft)?;
    for (place, comment) in view.list("comments").iter().enumerate() {
        sink.read();
        let draft = fate.follow().and_then(|()| {
            let comment = Record::of(comment).ok_or_else(|| Aside::because(Class::Malformed, "no object"))?;
            self::comment(options, case, &number, comment)
        });
        sink.take(&format!("{at}, comment {}", place + 1), draft)?;
    }
    Ok(())
}

fn act(options: &Options, view: Record<'_>, case: Record<'_>, number: &str) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: format!("case {number}"),
        external_id: format!("case-{number}"),
        ..Draft::default()
    };
    if case.text("markedToDeleteAt").is_some() {
        return Err(Aside::because(Class::Deleted, "in the bin"));
    }
    if case.truth("valid") == Some(false) {
        return Err(Aside::because(Class::Deleted, "not valid"));
    }
    draft.set_kind(options, &named(case.text("punishmentType"), &PUNISHMENTS), KINDS)?;
    draft.set_member(options, case.text("userId").as_deref())?;
    let occurred = case.text("occuredAt").or_else(|| case.text("createdAt"));
    draft.set_when(options, occurred.as_deref(), Zone::Utc)?;
    draft.member_name = case.text("username");
    draft.set_moderator(options, case.text("modId").as_deref());
    draft.moderator_name = view
        .object("moderator")
        .and_then(|moderator| moderator.text("username"));
    draft.reason = reason(case.text("title"), case.text("description"));
    // None is meant as for ever, where it means anything.
    draft.length = Some(Length::Open);
    if let Some(until) = case.text("punishedUntil") {
        let end = draft
            .moment(options, &until, Zone::Utc)
            .map_err(|_| Aside::because(Class::UnclearDuration, until))?;
        draft.set_end(end);
    }
    draft.active = case.truth("punishmentActive");
    for evidence in view.list("linkedEvidence") {
        match Record::of(evidence).and_then(link) {
            Some(link) => draft.evidence.push(link),
            None => draft.lost(Class::BadLink, "evidence without server, channel and message"),
        }
    }
    draft.keep("case", Some(number.to_owned()));
    draft.keep("nickname", case.text("nickname"));
    draft.keep("labels", labels(case));
    draft.keep("others", case.text("others"));
    let creation = case
        .text("creationType")
        .map(|creation| named(Some(creation), &CREATIONS));
    draft.keep("creation", creation.filter(|creation| creation != "default"));
    Ok(draft)
}

/// The name of a number, or what is written instead.
fn named(written: Option<String>, names: &[&str]) -> String {
    let written = written.unwrap_or_default();
    let place: Option<usize> = written.parse().ok();
    place
        .and_then(|place| names.get(place))
        .map_or(written, |name| (*name).to_owned())
}

/// Title and description; a title that only begins the description says nothing more.
fn reason(title: Option<String>, description: Option<String>) -> Option<String> {
    match (title, description) {
        (Some(title), Some(description)) => {
            let beginning = title.trim().trim_end_matches("...").trim_end_matches('…');
            if description.trim().starts_with(beginning) {
                Some(description)
            } else {
                Some(format!("{title}\n\n{description}"))
            }
        }
        (title, description) => title.or(description),
    }
}

/// Labels are a list in the API and text with commas in the table.
fn labels(case: Record<'_>) -> Option<String> {
    let list: Vec<&str> = case.list("labels").iter().filter_map(Value::as_str).collect();
    if list.is_empty() {
        case.text("labels")
    } else {
        Some(list.join(", "))
    }
}

/// The message that a piece of evidence is.
fn link(evidence: Record<'_>) -> Option<String> {
    let (server, channel, message) = (
        evidence.text("guildId")?,
        evidence.text("channelId")?,
        evidence.text("messageId")?,
    );
    Some(format!(
        "https://discord.com/channels/{server}/{channel}/{message}"
    ))
}

/// A comment on a case: a note on the member, even where the member wrote it.
fn comment(options: &Options, case: Record<'_>, number: &str, view: Record<'_>) -> Result<Draft, Aside> {
    let comment = view.object("comment").unwrap_or(view);
    let id = comment
        .text("id")
        .ok_or_else(|| Aside::because(Class::Malformed, "a comment without an id"))?;
    let mut draft = Draft {
        at: format!("case {number}, comment {id}"),
        external_id: format!("case-{number}-comment-{id}"),
        kind: "note".to_owned(),
        ..Draft::default()
    };
    draft.set_member(options, case.text("userId").as_deref())?;
    draft.set_when(options, comment.text("createdAt").as_deref(), Zone::Utc)?;
    draft.member_name = case.text("username");
    let author = comment.text("userId");
    if author.as_deref() == Some(draft.member.as_str()) {
        draft.keep("author", Some("member".to_owned()));
    } else {
        draft.set_moderator(options, author.as_deref());
        draft.moderator_name = view
            .object("commentor")
            .and_then(|author| author.text("username"));
    }
    draft.reason = comment.text("message");
    draft.keep("case", Some(number.to_owned()));
    Ok(draft)
}
