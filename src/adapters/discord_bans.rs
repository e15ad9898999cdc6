//! Lists of bans: Discord's own `[{"reason", "user": {"id"}}]`, and text with an id on each line.
//!
//! Neither says when or by whom somebody was banned. The caller gives one date for all.

use std::io::BufRead;

use serde_json::Value;

use super::ConvertError;
use super::columns::Columns;
use super::csv::keep_others;
use super::documents::{self, LARGEST_DOCUMENT, Record};
use super::draft::{Aside, Draft};
use super::options::{Column, Options, folded};
use super::report::Class;
use super::sink::Sink;
use super::table::{Row, Rows};
use super::text;

pub(super) fn read(
    options: &Options,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ConvertError> {
    if options.at.is_none() {
        return Err(ConvertError::Shape(
            "a list of bans has no dates; give one for all with --at".to_owned(),
        ));
    }
    let mut input = documents::without_mark(input).map_err(ConvertError::Read)?;
    // What the first character tells: JSON begins with a bracket, and a list of ids never does.
    loop {
        let buffer = input.fill_buf().map_err(ConvertError::Read)?;
        match buffer.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(place) if matches!(buffer[place], b'[' | b'{') => return json(options, &mut input, sink),
            Some(_) => return lines(options, &mut input, sink),
            None if buffer.is_empty() => return Err(ConvertError::Shape("the file is empty".to_owned())),
            None => {
                let spaces = buffer.len();
                input.consume(spaces);
            }
        }
    }
}

fn json(options: &Options, input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), ConvertError> {
    documents::for_each(input, LARGEST_DOCUMENT, |document| {
        let bans = match &document {
            Value::Array(bans) => bans.as_slice(),
            other => std::slice::from_ref(other),
        };
        bans.iter().try_for_each(|ban| {
            let at = format!("ban {}", sink.read());
            let draft = Record::of(ban)
                .filter(|ban| ban.object("user").is_some())
                .ok_or_else(|| Aside::because(Class::Malformed, "no object with a user"))
                .and_then(|ban| self::ban(options, &at, ban));
            sink.take(&at, draft).map(|_| ())
        })
    })
}

fn ban(options: &Options, at: &str, ban: Record<'_>) -> Result<Draft, Aside> {
    let user = ban.object("user");
    let text = |name| user.and_then(|user| user.text(name));
    let mut draft = draft(options, at, text("id").as_deref())?;
    draft.member_name = match (text("username"), text("discriminator")) {
        (Some(name), Some(discriminator)) if discriminator.bytes().any(|b| b != b'0') => {
            Some(format!("{name}#{discriminator}"))
        }
        (name, _) => name,
    };
    draft.reason = ban.text("reason");
    draft.keep("global_name", text("global_name"));
    draft.keep(
        "bot",
        user.and_then(|user| user.truth("bot"))
            .filter(|bot| *bot)
            .map(|_| "true".to_owned()),
    );
    Ok(draft)
}

/// A ban of somebody.
fn draft(options: &Options, at: &str, id: Option<&str>) -> Result<Draft, Aside> {
    let mut draft = Draft {
        at: at.to_owned(),
        active: Some(true),
        ..Draft::default()
    };
    draft.set_kind(options, "ban", &[("ban", "ban")])?;
    draft.set_member(options, id)?;
    draft.assume_when(options)?;
    draft.external_id = format!("ban-{}", draft.member);
    Ok(draft)
}

/// Text: an id on each line, with a reason behind it or without; or a table with a header that names the columns.
fn lines(options: &Options, input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), ConvertError> {
    let mut rows = Rows::new(input);
    let mut columns = None;
    let mut first = true;
    while let Some(row) = rows.next()? {
        if std::mem::take(&mut first) && is_header(&row.fields, options) {
            columns = Some(header(&row.fields, options)?);
            continue;
        }
        sink.read();
        let at = format!("line {}", row.line);
        let draft = match &columns {
            Some(columns) => table_row(options, columns, &at, &row),
            None => bare_line(options, &at, &row),
        };
        sink.take(&at, draft)?;
    }
    Ok(())
}

/// Whether the first row names columns: it holds no id, and a word for one.
fn is_header(fields: &[String], options: &Options) -> bool {
    let named = |field: &String| {
        let word = folded(field);
        word.ends_with("id")
            || matches!(word.as_str(), "user" | "member")
            || options.columns.values().any(|name| folded(name) == word)
    };
    fields.iter().any(named)
        && !fields
            .iter()
            .any(|field| text::native_id(&options.platform, field).is_some())
}

/// The columns of a header. In a list of bans a bare `id` is the member's.
fn header(fields: &[String], options: &Options) -> Result<Columns, ConvertError> {
    let columns = Columns::find(fields, &options.columns)?;
    if columns.has(Column::Member)
        && !(columns.has(Column::Id) && fields.iter().all(|name| folded(name) != "userid"))
    {
        return Ok(columns);
    }
    let mut chosen = options.columns.clone();
    if let Some(id) = fields.iter().find(|name| folded(name) == "id") {
        chosen.entry(Column::Member).or_insert_with(|| id.clone());
    }
    let columns = Columns::find(fields, &chosen)?;
    if columns.has(Column::Member) {
        Ok(columns)
    } else {
        Err(ConvertError::Shape(
            "no column is known to hold the member's id; name it with --column member=NAME".to_owned(),
        ))
    }
}

fn table_row(options: &Options, columns: &Columns, at: &str, row: &Row) -> Result<Draft, Aside> {
    let cell = |column| columns.get(&row.fields, column);
    let mut draft = draft(options, at, cell(Column::Member))?;
    draft.member_name = cell(Column::MemberName).map(str::to_owned);
    draft.reason = cell(Column::Reason).map(str::to_owned);
    draft.set_moderator(options, cell(Column::Moderator));
    draft.moderator_name = cell(Column::ModeratorName).map(str::to_owned);
    keep_others(&mut draft, columns, row);
    encoded(&mut draft, row);
    Ok(draft)
}

/// A line without a header: the id is what comes first, and whatever follows is the reason.
fn bare_line(options: &Options, at: &str, row: &Row) -> Result<Draft, Aside> {
    let first = row.fields.first().map(|field| field.trim()).unwrap_or_default();
    let (id, behind) = match first.split_once(char::is_whitespace) {
        Some((id, behind)) if text::native_id(&options.platform, first).is_none() => {
            (id, Some(behind.trim()))
        }
        _ => (first, None),
    };
    let mut draft = draft(options, at, Some(id))?;
    let rest = row
        .fields
        .get(1..)
        .unwrap_or_default()
        .iter()
        .map(|field| field.trim());
    let reason: Vec<&str> = behind
        .into_iter()
        .chain(rest)
        .filter(|part| !part.is_empty())
        .collect();
    draft.reason = Some(reason.join(", "));
    encoded(&mut draft, row);
    Ok(draft)
}

fn encoded(draft: &mut Draft, row: &Row) {
    if row.replaced {
        draft.lost(Class::BadEncoding, "save the file in UTF-8");
    }
}
