//! The adapters over files as other bots write them, odd and broken records included: every line and every finding is expected
//! as it stands beside the file. The people in the files are invented.

mod command;
mod properties;

use tribune::adapters::options::{DateOrder, Options, Source};
use tribune::adapters::{ConvertError, convert};
use tribune::domain::identity::Platform;
use wire::import::ImportedAct;

/// Nothing but that the ids are Discord's.
fn discord() -> Options {
    Options::new(Platform::parse("discord").expect("a platform"))
}

/// The lines and the report.
fn converted(source: Source, options: &Options, mut input: &[u8]) -> Result<(String, String), ConvertError> {
    let mut lines = String::new();
    let mut write = |act: &ImportedAct| {
        lines.push_str(&serde_json::to_string(act)?);
        lines.push('\n');
        Ok(())
    };
    let report = convert(source, options, &mut input, &mut write)?;
    Ok((lines, report.to_string()))
}

/// Holds what comes of a file against what stands beside it. With `TRIBUNE_WRITE_SAMPLES` set it is written there instead, to
/// be read before it is committed.
fn check(source: Source, options: &Options, name: &str, input: &[u8]) {
    let (lines, report) = converted(source, options, input).expect("the sample can be read to its end");
    for (end, found) in [("ndjson", &lines), ("report.txt", &report)] {
        let path = format!(
            "{}/tests/it/adapters/samples/{name}.{end}",
            env!("CARGO_MANIFEST_DIR")
        );
        if std::env::var_os("TRIBUNE_WRITE_SAMPLES").is_some() {
            std::fs::write(&path, found).expect("the folder of samples is there");
        }
        let expected = std::fs::read_to_string(&path).expect("what is expected stands beside the sample");
        assert_eq!(*found, expected, "{name}.{end}");
    }
    for line in lines.lines() {
        let act: ImportedAct = serde_json::from_str(line).expect("every line is a line of an import");
        assert_eq!(serde_json::to_string(&act).expect("an act is JSON"), line);
    }
}

fn at(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(text.parse().expect("a time"))
}

#[test]
fn zeppelin() {
    let mut options = discord();
    check(
        Source::Zeppelin,
        &options,
        "zeppelin",
        include_bytes!("samples/zeppelin.json"),
    );
    options.server = Some("101234567890123456".into());
    options.kinds.insert("Softban".into(), "soft_ban".into());
    options.skip.insert("mute".into());
    check(
        Source::Zeppelin,
        &options,
        "zeppelin-options",
        include_bytes!("samples/zeppelin.json"),
    );
}

/// Who is only a name is nobody for certain: the name is kept beside the case, and that is said.
#[test]
fn a_moderator_who_is_only_a_name_is_kept_and_reported() {
    let table = b"ID,User ID,Moderator,Type,Reason,Date\n10,301234567890123456,Alice#0001,warn,Spam,2024-03-04T10:00:00Z\n";
    let (lines, report) = converted(Source::Csv, &discord(), table).expect("it can be read");
    let act: serde_json::Value = serde_json::from_str(&lines).expect("one line");
    assert_eq!(act["context"]["moderator"], "Alice#0001", "{act}");
    assert!(
        act.get("moderator").is_none() && act.get("moderator_name").is_none(),
        "{act}"
    );
    assert!(
        report.contains("the name is kept in context.moderator"),
        "{report}"
    );
}

/// What lies in the future has not happened, and would keep the whole file from being taken in.
#[test]
fn records_of_the_future_are_left_out_and_reported() {
    let table = b"ID,User ID,Type,Date\n10,301234567890123456,warn,2099-01-05T00:00:00Z\n11,301234567890123456,warn,2024-01-05T00:00:00Z\n";
    let mut options = discord();
    options.now = at("2026-01-01T00:00:00Z");
    let (lines, report) = converted(Source::Csv, &options, table).expect("it can be read");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(
        report.contains("a date in the future") && report.contains("2099-01-05"),
        "{report}"
    );
}

#[test]
fn red() {
    let mut options = discord();
    check(
        Source::Red,
        &options,
        "red-modlog",
        include_bytes!("samples/red-modlog.json"),
    );
    let warnings = include_bytes!("samples/red-warnings.json");
    let several = converted(Source::Red, &options, warnings)
        .unwrap_err()
        .to_string();
    assert!(
        several.contains("--server: 101234567890123456, 111234567890123456"),
        "{several}"
    );
    options.server = Some("101234567890123456".into());
    options.at = at("2026-11-22T00:00:00Z");
    check(Source::Red, &options, "red-warnings", warnings);
}

#[test]
fn masz() {
    check(
        Source::Masz,
        &discord(),
        "masz",
        include_bytes!("samples/masz.json"),
    );
}

#[test]
fn tables() {
    let mut options = discord();
    check(
        Source::Csv,
        &options,
        "table",
        include_bytes!("samples/table.csv"),
    );
    options.date_order = Some(DateOrder::MonthFirst);
    options.utc_offset = chrono::FixedOffset::east_opt(7_200);
    options.source = Some("dyno".into());
    check(
        Source::Csv,
        &options,
        "table-options",
        include_bytes!("samples/table.csv"),
    );
    let mut options = discord();
    options.default_kind = Some("warn".into());
    check(
        Source::Csv,
        &options,
        "yagpdb",
        include_bytes!("samples/yagpdb.csv"),
    );
}

#[test]
fn bans() {
    let mut options = discord();
    let undated = converted(Source::DiscordBans, &options, b"301234567890123456\n").unwrap_err();
    assert!(undated.to_string().contains("--at"), "{undated}");
    options.at = at("2023-06-01T12:00:00Z");
    check(
        Source::DiscordBans,
        &options,
        "bans",
        include_bytes!("samples/bans.json"),
    );
    check(
        Source::DiscordBans,
        &options,
        "bans-text",
        include_bytes!("samples/bans.txt"),
    );
}

#[test]
fn a_list_of_bans_may_name_its_columns() {
    let mut options = discord();
    options.at = at("2023-06-01T12:00:00Z");
    let named = |text: &str| {
        converted(Source::DiscordBans, &options, text.as_bytes())
            .expect("a list")
            .0
    };
    for text in [
        "id,username,reason\n301234567890123456,quill,Raid\n",
        "User ID;Name;Reason\n301234567890123456;quill;Raid\n",
        "username\tuser_id\treason\nquill\t301234567890123456\tRaid\n",
    ] {
        let act: ImportedAct = serde_json::from_str(named(text).trim()).expect("one line");
        let said = (
            act.member.as_str(),
            act.member_name.as_deref(),
            act.reason.as_deref(),
        );
        assert_eq!(
            said,
            ("discord:301234567890123456", Some("quill"), Some("Raid")),
            "{text}"
        );
    }
}

#[test]
fn what_is_something_else_is_said() {
    let mut options = discord();
    options.at = at("2023-06-01T12:00:00Z");
    for (source, text, says) in [
        (
            Source::Zeppelin,
            "{\"items\":[]}",
            "no export of Zeppelin's cases",
        ),
        (Source::Zeppelin, "cases", "not JSON"),
        (Source::Red, "[]", "neither of Red's files"),
        (Source::Red, "{\"1\":{\"GLOBAL\":{}}}", "neither of Red's files"),
        (Source::Masz, "", "the file is empty"),
        (Source::Csv, "", "the file is empty"),
        (
            Source::Csv,
            "name,reason\n",
            "--column member=NAME; the header has name, reason",
        ),
        (Source::Csv, "user_id,reason\n", "--default-kind"),
        (Source::DiscordBans, " \n", "the file is empty"),
        (Source::DiscordBans, "[{]", "not JSON"),
    ] {
        let error = converted(source, &options, text.as_bytes())
            .expect_err(text)
            .to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn the_limits_are_those_of_acts() {
    assert_eq!(wire::import::MAX_REASON, tribune::http::fields::MAX_REASON);
    assert_eq!(wire::import::MAX_NAME, tribune::http::fields::MAX_NAME);
}
