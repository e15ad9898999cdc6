//! The versions of a policy as a table: what has become of each, and where it comes from.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::adapters::text::steers;
use crate::domain::actor::Actor;
use crate::ports::directory::{After, PolicyNow, PolicyRecord};
use crate::service::Service;
use crate::service::console::Place;
use crate::service::error::ServiceError;

/// How many versions are read at a time.
const AT_A_TIME: u32 = 100;

const HEADS: [&str; 6] = ["VERSION", "STATE", "FROM", "WRITTEN", "BY", "COMMENT"];

/// A version, as its line shows it. All of them are kept until they are printed, but not the rules, which are what is large.
type Row = [String; HEADS.len()];

/// The table of all versions, newest first.
///
/// # Errors
/// That the store could not answer.
pub(super) async fn told(service: &Service, place: Place) -> Result<String, ServiceError> {
    let now = service.policy_at(place).await?;
    let (mut rows, mut after) = (vec![HEADS.map(str::to_owned)], None);
    loop {
        let limit = AT_A_TIME;
        let records = service.policies_at(place, After { after, limit }).await?;
        let Some(last) = records.last() else { break };
        after = Some(last.version.version);
        rows.extend(records.iter().map(|record| row(record, &now)));
    }
    Ok(table(&rows))
}

fn row(record: &PolicyRecord, now: &PolicyNow) -> Row {
    let comment = record.comment.as_deref().unwrap_or_default();
    [
        record.version.version.to_string(),
        state(record, now).to_owned(),
        shown(record.version.activated_at.to_utc()),
        shown(record.created_at),
        by(&record.by),
        in_one_line(comment),
    ]
}

/// What has become of a version.
fn state(record: &PolicyRecord, now: &PolicyNow) -> &'static str {
    let version = record.version.version;
    let scheduled = now.scheduled.as_ref().map(|next| next.version.version);
    if record.withdrawn_at.is_some() {
        "withdrawn"
    } else if scheduled == Some(version) {
        "scheduled"
    } else if now.in_force.version.version == version {
        "in force"
    } else {
        "past"
    }
}

/// A moment to the second.
pub(super) fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Who wrote a version: the identity by which a call named them, where it named one.
fn by(actor: &Actor) -> String {
    match actor {
        Actor::Human {
            identity: Some(identity),
            ..
        } => identity.to_string(),
        other => other.to_string(),
    }
}

/// A text that anybody may have written, so that it neither breaks the table nor steers the terminal.
fn in_one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\t' => line.push(' '),
            c if steers(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

/// Columns, each as wide as its widest cell. The last one has nothing behind it.
fn table(rows: &[Row]) -> String {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .map(|row| row.get(column).map_or(0, |cell| cell.chars().count()));
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stays_in_its_line() {
        assert_eq!(in_one_line("agreed\nby\tall"), "agreed by all");
        assert_eq!(in_one_line("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(in_one_line("a\u{202e}b\u{2066}c"), "a\\u{202e}b\\u{2066}c");
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [
            HEADS.map(str::to_owned),
            ["12", "in force", "f", "w", "system", ""].map(str::to_owned),
        ];
        let told = table(&rows);
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "VERSION  STATE     FROM  WRITTEN  BY      COMMENT",
                "12       in force  f     w        system",
            ]
        );
    }
}
