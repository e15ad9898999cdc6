//! Tables with a header, as Dyno, MEE6, YAGPDB and spreadsheets have them.

use std::io::BufRead;

use sha2::{Digest as _, Sha256};

use super::ConvertError;
use super::columns::{Columns, header_said};
use super::documents;
use super::draft::{Aside, Draft, Zone};
use super::durations::{self, Calendar, Length};
use super::options::{BUILT_IN, Column, Options, folded};
use super::report::Class;
use super::sink::Sink;
use super::table::{Row, Rows};
use super::text;

/// What bots call their acts, folded.
const KINDS: &[(&str, &str)] = &[
    ("note", "note"),
    ("comment", "note"),
    ("warn", "warn"),
    ("warning", "warn"),
    ("warned", "warn"),
    ("strike", "warn"),
    ("mute", "mute"),
    ("muted", "mute"),
    ("tempmute", "mute"),
    ("timeout", "mute"),
    ("timedout", "mute"),
    ("unmute", "unmute"),
    ("unmuted", "unmute"),
    ("untimeout", "unmute"),
    ("removetimeout", "unmute"),
    ("timeoutremoved", "unmute"),
    ("kick", "kick"),
    ("kicked", "kick"),
    ("softban", "kick"),
    ("softbanned", "kick"),
    ("tempban", "tempban"),
    ("tempbanned", "tempban"),
    ("temporaryban", "tempban"),
    ("ban", "ban"),
    ("banned", "ban"),
    ("permban", "ban"),
    ("permaban", "ban"),
    ("hackban", "ban"),
    ("forceban", "ban"),
    ("massban", "ban"),
    ("unban", "unban"),
    ("unbanned", "unban"),
    ("restrict", "restrict"),
    ("unrestrict", "unrestrict"),
    ("purge", "delete_messages"),
    ("clear", "delete_messages"),
    ("deletemessages", "delete_messages"),
    ("delete", "delete_messages"),
];

pub(super) fn read(
    options: &Options,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    let mut input = documents::without_mark(input).map_err(ConvertError::Read)?;
    let mut rows = Rows::new(&mut input);
    let Some(header) = rows.next()? else {
        return Err(ConvertError::Shape("the file is empty".to_owned()));
    };
    let columns = Columns::find(&header.fields, &options.columns)?;
    let known = header_said(&header.fields);
    if !columns.has(Column::Member) {
        let why = format!(
            "no column is known to hold the member's id; name it with --column member=NAME; the header has {known}"
        );
        return Err(ConvertError::Shape(why));
    }
    if !columns.has(Column::Type) && options.default_kind.is_none() {
        let why = format!(
            "no column is known to hold the type; name it with --column type=NAME, or say --default-kind KIND; the header has {known}"
        );
        return Err(ConvertError::Shape(why));
    }
    while let Some(row) = rows.next()? {
        sink.read();
        let draft = sink
            .check_server(columns.get(&row.fields, Column::Server))
            .and_then(|()| act(options, &columns, &row));
        sink.take(&at(&row), draft)?;
    }
    Ok(())
}

fn at(row: &Row) -> String {
    format!("line {}", row.line)
}

fn act(options: &Options, columns: &Columns, row: &Row) -> Result<Draft, Aside> {
    let cell = |column| columns.get(&row.fields, column);
    let owned = |column| cell(column).map(str::to_owned);
    let mut draft = Draft {
        at: at(row),
        ..Draft::default()
    };
    set_kind(options, &mut draft, cell(Column::Type))?;
    draft.set_member(options, cell(Column::Member))?;
    draft.set_when(options, cell(Column::Time), Zone::Unknown)?;
    draft.external_id = external_id(cell(Column::Id), &row.fields);
    draft.member_name = owned(Column::MemberName);
    set_moderator(
        options,
        &mut draft,
        cell(Column::Moderator),
        owned(Column::ModeratorName),
    );
    draft.reason = owned(Column::Reason);
    set_length(options, &mut draft, cell(Column::Duration), cell(Column::Until))?;
    draft.points = owned(Column::Points);
    set_active(&mut draft, cell(Column::Active));
    let links = cell(Column::Evidence).unwrap_or_default();
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
    draft.evidence = links
        .split(between)
        .filter(|link| !link.is_empty())
        .map(str::to_owned)
        .collect();
    keep_others(&mut draft, columns, row);
    if row.replaced {
        draft.lost(Class::BadEncoding, "save the file in UTF-8");
    }
    Ok(draft)
}

/// Reads who acted. A table that has only the name has it where others have the id.
fn set_moderator(options: &Options, draft: &mut Draft, written: Option<&str>, name: Option<String>) {
    let is_name = |text: &&str| {
        text::native_id(&options.platform, text).is_none()
            && !text::is_nobody(text)
            && text.parse::<f64>().is_err()
    };
    match (written.filter(is_name), name) {
        (Some(only), None) => draft.moderator_name = Some(only.to_owned()),
        (_, name) => {
            draft.set_moderator(options, written);
            draft.moderator_name = name;
        }
    }
}

/// Keeps what stands in columns that hold nothing known, and behind the last column of the header.
pub(super) fn keep_others(draft: &mut Draft, columns: &Columns, row: &Row) {
    let named = columns.others.iter().map(|(place, name)| (*place, name.as_str()));
    let unnamed = (columns.width..row.fields.len()).map(|place| (place, ""));
    for (place, name) in named.chain(unnamed) {
        let free = !name.is_empty() && !draft.context.contains_key(name);
        let name = if free {
            name.to_owned()
        } else {
            format!("column_{}", place + 1)
        };
        draft.keep(&name, row.fields.get(place).cloned());
    }
}

fn set_kind(options: &Options, draft: &mut Draft, written: Option<&str>) -> Result<(), Aside> {
    match (written, &options.default_kind) {
        (Some(written), _) if BUILT_IN.contains(&written) => {
            let own = [(folded(written), written)];
            draft.set_kind(
                options,
                written,
                &own.each_ref().map(|(word, kind)| (word.as_str(), *kind)),
            )
        }
        (Some(written), _) => draft.set_kind(options, written, KINDS),
        (None, Some(kind)) => {
            draft.kind.clone_from(kind);
            Ok(())
        }
        (None, None) => Err(Aside::because(Class::UnknownType, "there is none")),
    }
}

/// The table's own id of a row, or else a digest of all that it says: the same row has the same id in a later export.
fn external_id(own: Option<&str>, fields: &[String]) -> String {
    if let Some(id) = own {
        return id.to_owned();
    }
    let mut digest = Sha256::new();
    for field in fields {
        digest.update(field.trim().as_bytes());
        digest.update([0]);
    }
    let bytes = digest.finalize();
    let hex: String = bytes[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("row-{hex}")
}

/// Takes the length from a duration, or else from an end, of which either may be missing.
fn set_length(
    options: &Options,
    draft: &mut Draft,
    duration: Option<&str>,
    until: Option<&str>,
) -> Result<(), Aside> {
    let ends = matches!(draft.kind.as_str(), "mute" | "restrict" | "tempban" | "ban");
    if let Some(text) = duration {
        match durations::parse(text, Calendar::Refused) {
            Some(length) => draft.length = Some(length),
            None if ends => return Err(Aside::because(Class::UnclearDuration, text)),
            None => draft.keep("duration", Some(text.to_owned())),
        }
        return Ok(());
    }
    let Some(text) = until else { return Ok(()) };
    if durations::parse(text, Calendar::Refused) == Some(Length::Open) {
        draft.length = Some(Length::Open);
        return Ok(());
    }
    if !ends {
        draft.keep("until", Some(text.to_owned()));
        return Ok(());
    }
    let end = draft.moment(options, text, Zone::Unknown)?;
    draft.set_end(end);
    Ok(())
}

fn set_active(draft: &mut Draft, written: Option<&str>) {
    let Some(written) = written else { return };
    match folded(written).as_str() {
        "true" | "yes" | "y" | "1" | "active" => draft.active = Some(true),
        "false" | "no" | "n" | "0" | "inactive" | "expired" | "lifted" | "ended" => {
            draft.active = Some(false)
        }
        _ => draft.lost(Class::BadActive, written),
    }
}
