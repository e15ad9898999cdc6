//! Zeppelin: the export of a server's cases, `{"cases": [{"case_number", "user_id", "type", "notes": [{"body"}]}]}`.
//!
//! The first note is the reason; each further one is a note of its own, by whoever wrote it. How long a mute or ban lasts stands
//! only in the notes, in the details that the bot puts before what people write: `__[Muted for 1 day, 2 hours]__ spam`.

use std::io::BufRead;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::ConvertError;
use super::documents::{self, LARGEST_DOCUMENT, Record};
use super::draft::{Aside, Draft, Zone};
use super::durations::{self, Calendar, Length};
use super::options::Options;
use super::report::Class;
use super::sink::Sink;

/// The types of cases by their numbers.
const TYPES: [&str; 9] = [
    "ban", "unban", "note", "warn", "kick", "mute", "unmute", "deleted", "softban",
];

/// What they become. A softban is a ban that is lifted at once, to remove the member and their messages.
const KINDS: &[(&str, &str)] = &[
    ("ban", "ban"),
    ("unban", "unban"),
    ("note", "note"),
    ("warn", "warn"),
    ("kick", "kick"),
    ("mute", "mute"),
    ("unmute", "unmute"),
    ("softban", "kick"),
];

pub(super) fn read(
    options: &Options,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    documents::for_each(input, LARGEST_DOCUMENT, |document| {
        let cases = match &document {
            Value::Array(cases) => cases.as_slice(),
            Value::Object(object) => match object.get("cases") {
                Some(Value::Array(cases)) => cases.as_slice(),
                _ if object.contains_key("case_number") => std::slice::from_ref(&document),
                _ => return Err(shape()),
            },
            _ => return Err(shape()),
        };
        cases.iter().try_for_each(|case| read_case(options, case, sink))
    })
}

fn shape() -> ConvertError {
    ConvertError::Shape(
        "this is no export of Zeppelin's cases, which is an object with the list `cases`".to_owned(),
    )
}

fn read_case(options: &Options, case: &Value, sink: &mut Sink<'_>) -> Result<(), ConvertError> {
    let record = sink.read();
    let Some((case, number)) = Record::of(case).and_then(|case| Some((case, case.text("case_number")?)))
    else {
        let malformed = Err(Aside::because(Class::Malformed, "no case with a number"));
        return sink.take(&format!("record {record}"), malformed).map(|_| ());
    };
    let at = format!("case {number}");
    let notes: Vec<Option<Note>> = case.list("notes").iter().map(Note::of).collect();
    let draft = sink
        .check_server(case.text("guild_id").as_deref())
        .and_then(|()| act(options, case, &number, &notes));
    let fate = sink.take(&at, draft)?;
    for (place, note) in notes.iter().enumerate() {
        let at = format!("{at}, note {}", place + 1);
        match note {
            None => drop(sink.malformed(&at, "no object")?),
            // What it says stands with the case.
            Some(note) if place == 0 || note.text.is_empty() => {}
            Some(note) => {
                sink.read();
                let draft = fate
                    .follow()
                    .and_then(|()| remark(options, case, &number, place + 1, note));
                sink.take(&at, draft)?;
            }
        }
    }
    Ok(())
}

/// The case itself.
fn act(options: &Options, case: Record<'_>, number: &str, notes: &[Option<Note>]) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: format!("case {number}"),
        external_id: format!("case-{number}"),
        ..Draft::default()
    };
    let written = case.text("type").unwrap_or_default();
    let place = written.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let name = place
        .and_then(|place| TYPES.get(place))
        .map_or(written.as_str(), |name| name);
    if name == "deleted" {
        return Err(Aside::because(
            Class::Deleted,
            "Zeppelin has deleted the case and who it was about",
        ));
    }
    draft.set_kind(options, name, KINDS)?;
    draft.set_member(options, case.text("user_id").as_deref())?;
    draft.set_when(options, case.text("created_at").as_deref(), Zone::Utc)?;
    draft.member_name = known(case.text("user_name"));
    draft.set_moderator(options, case.text("mod_id").as_deref());
    draft.moderator_name = known(case.text("mod_name")).filter(|_| draft.moderator.is_some());
    draft.reason = notes
        .first()
        .and_then(Option::as_ref)
        .map(|note| note.text.clone());
    let mut details = Vec::new();
    for note in notes.iter().flatten() {
        for detail in &note.details {
            if let Some(length) = length(detail, &draft, note.when)? {
                draft.length = Some(length);
            }
            if detail.starts_with("Scheduled unmute in ") {
                draft.lost(Class::Scheduled, detail.as_str());
            }
            details.push(detail.as_str());
        }
    }
    draft.keep("details", Some(details.join("; ")));
    draft.keep("case", Some(number.to_owned()));
    draft.keep(
        "hidden",
        case.truth("is_hidden")
            .filter(|hidden| *hidden)
            .map(|_| "true".to_owned()),
    );
    draft.keep("pp_id", case.text("pp_id"));
    draft.keep("pp_name", case.text("pp_name"));
    logged(options, &mut draft, case.text("log_message_id"));
    Ok(draft)
}

/// A name, unless it is what Zeppelin writes where it knows none.
fn known(written: Option<String>) -> Option<String> {
    written.filter(|name| !matches!(name.as_str(), "Unknown" | "Unknown#0000"))
}

/// The message in the case log: a link where the server is known, `channel-message` otherwise.
fn logged(options: &Options, draft: &mut Draft, id: Option<String>) {
    let Some(id) = id else { return };
    match (&options.server, id.split_once('-')) {
        (Some(server), Some((channel, message))) => {
            draft.keep(
                "log_message",
                Some(format!(
                    "https://discord.com/channels/{server}/{channel}/{message}"
                )),
            );
        }
        _ => draft.keep("log_message", Some(id)),
    }
}

/// A further note.
fn remark(
    options: &Options,
    case: Record<'_>,
    number: &str,
    place: usize,
    note: &Note,
) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: format!("case {number}, note {place}"),
        external_id: format!("case-{number}-note-{place}"),
        kind: "note".to_owned(),
        ..Draft::default()
    };
    draft.set_member(options, case.text("user_id").as_deref())?;
    draft.set_when(options, note.created_at.as_deref(), Zone::Utc)?;
    draft.member_name = known(case.text("user_name"));
    draft.set_moderator(options, note.mod_id.as_deref());
    draft.moderator_name = known(note.mod_name.clone()).filter(|_| draft.moderator.is_some());
    draft.reason = Some(note.text.clone());
    draft.keep("details", Some(note.details.join("; ")));
    draft.keep("case", Some(number.to_owned()));
    Ok(draft)
}

/// A note of a case, what the bot wrote into it apart from what people did.
struct Note {
    details: Vec<String>,
    text: String,
    mod_id: Option<String>,
    mod_name: Option<String>,
    created_at: Option<String>,
    when: Option<DateTime<Utc>>,
}

impl Note {
    fn of(value: &Value) -> Option<Self> {
        let note = Record::of(value)?;
        let body = note.text("body").unwrap_or_default();
        let (mut details, mut rest) = (Vec::new(), body.trim_start());
        while let Some((detail, after)) = rest
            .strip_prefix("__[")
            .and_then(|inside| inside.split_once("]__"))
        {
            details.push(detail.to_owned());
            rest = after.trim_start();
        }
        let created_at = note.text("created_at");
        let when = created_at
            .as_deref()
            .and_then(|text| match super::dates::parse(text, None) {
                Ok(super::dates::Moment::Sure(time)) => Some(time),
                Ok(super::dates::Moment::Floating(time)) => Some(time.and_utc()),
                Err(_) => None,
            });
        Some(Self {
            details,
            text: rest.trim().to_owned(),
            mod_id: note.text("mod_id"),
            mod_name: note.text("mod_name"),
            created_at,
            when,
        })
    }
}

/// How long the act lasts from its beginning, if a detail speaks of it. What is updated later counts from the update.
fn length(detail: &str, draft: &Draft, noted: Option<DateTime<Utc>>) -> Result<Option<Length>, Aside> {
    const FROM_START: &[&str] = &["Muted for ", "Banned for "];
    const FROM_UPDATE: &[&str] = &["Mute updated to ", "Ban updated to expire in ", "Ban updated to "];
    const OPEN: &[&str] = &["Muted indefinitely", "Banned indefinitely"];
    const UNTIL: &str = "Timeout set to expire on ";

    let behind = |starts: &[&str]| starts.iter().find_map(|start| detail.strip_prefix(start));
    let unclear = || Aside::because(Class::UnclearDuration, detail);
    if OPEN.contains(&detail) {
        return Ok(Some(Length::Open));
    }
    if let Some(text) = behind(FROM_START) {
        return durations::parse(text, Calendar::Mean)
            .map(Some)
            .ok_or_else(unclear);
    }
    if let Some(text) = behind(FROM_UPDATE) {
        let text = text.trim_end_matches(" from now");
        return match durations::parse(text, Calendar::Mean).ok_or_else(unclear)? {
            Length::Open => Ok(Some(Length::Open)),
            Length::Seconds(seconds) => {
                let since = noted
                    .map_or(TimeDelta::zero(), |noted| noted - draft.when)
                    .num_seconds();
                Ok(Some(Length::Seconds(seconds.saturating_add(since))))
            }
        };
    }
    match detail.strip_prefix(UNTIL) {
        None => Ok(None),
        Some(text) => match super::dates::parse(text, None) {
            Ok(super::dates::Moment::Sure(end)) => {
                Ok(Some(Length::Seconds((end - draft.when).num_seconds())))
            }
            _ => Err(unclear()),
        },
    }
}
