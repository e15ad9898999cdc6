//! `tribune convert` as whoever runs it meets it.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::scratch;

fn convert(folder: &Path, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
    command
        .arg("convert")
        .args(arguments)
        .current_dir(folder)
        .env_clear();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the executable starts");
    // Whoever refuses its flags does not read.
    drop(child.stdin.take().expect("a pipe").write_all(input));
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    (status.code(), text(stdout), text(stderr))
}

const BANS: &[u8] = b"301234567890123456\n311234567890123456 Raid\n";

#[test]
fn everything_mapped_is_success() {
    let folder = scratch::folder("convert");
    let (code, lines, report) = convert(
        folder.path(),
        &["--from", "discord-bans", "--at", "2023-06-01", "-"],
        BANS,
    );
    assert_eq!((code, lines.lines().count()), (Some(0), 2), "{report}");
    assert_eq!(
        report,
        "discord: 2 read, 2 written, 0 left out, 0 skipped as asked\n"
    );
}

#[test]
fn a_file_becomes_a_file_and_a_report() {
    let folder = scratch::folder("convert");
    fs::write(
        folder.path().join("in.json"),
        include_bytes!("samples/zeppelin.json"),
    )
    .unwrap();
    let flags = [
        "--from",
        "zeppelin",
        "in.json",
        "--output",
        "out.ndjson",
        "--report",
        "report.json",
        "--examples",
        "1",
    ];
    let (code, lines, said) = convert(folder.path(), &flags, b"");
    assert_eq!((code, lines.as_str()), (Some(3), ""), "{said}");
    let written = fs::read_to_string(folder.path().join("out.ndjson")).unwrap();
    let expected = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/adapters/samples/zeppelin.ndjson"
    );
    assert_eq!(written, fs::read_to_string(expected).unwrap());
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["written"], serde_json::json!(written.lines().count()));
    let findings = report["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding["examples"].as_array().unwrap().len() == 1),
        "{report}"
    );
    assert!(
        said.contains("unknown_type") && said.contains("case 7: type \"17\""),
        "{said}"
    );
}

#[test]
fn what_cannot_be_read_leaves_nothing() {
    let folder = scratch::folder("convert");
    fs::write(folder.path().join("in.json"), "{\"cases\": [").unwrap();
    let flags = ["--from", "zeppelin", "in.json", "--output", "out.ndjson"];
    let (code, _, said) = convert(folder.path(), &flags, b"");
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("error: cannot convert in.json: the file is not JSON: EOF"),
        "{said}"
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "neither the output nor a part of it"
    );
    let (code, _, said) = convert(folder.path(), &["--from", "masz", "none.json"], b"");
    assert_eq!(code, Some(1));
    assert!(
        said.contains("cannot convert none.json: the input cannot be read: No such file"),
        "{said}"
    );
}

#[test]
fn flags_that_do_not_fit_are_refused_in_a_sentence() {
    let folder = scratch::folder("convert");
    for (flags, code, says) in [
        (
            &["--from", "discord-bans", "-"][..],
            1,
            "give one for all with --at",
        ),
        (
            &["--from", "csv", "--kind", "Timeout", "-"],
            1,
            "--kind is TYPE=KIND",
        ),
        (
            &["--from", "csv", "--kind", "Timeout=Mute", "-"],
            1,
            "a kind is 1 to 32 lower-case",
        ),
        (
            &["--from", "csv", "--column", "who=User", "-"],
            1,
            "fields are id, member, member-name",
        ),
        (
            &["--from", "csv", "--column", "member=User", "-"],
            1,
            "there is no column \"User\"",
        ),
        (
            &["--from", "csv", "--utc-offset", "CET", "-"],
            1,
            "--utc-offset is an offset",
        ),
        (&["--from", "csv", "--at", "yesterday", "-"], 1, "--at is a time"),
        (
            &["--from", "csv", "--platform", "Discord", "-"],
            1,
            "--platform: a platform is",
        ),
        (
            &["--from", "csv", "--source", "My Bot", "-"],
            1,
            "--source is 1 to 32",
        ),
        (
            &["--from", "carl", "-"],
            2,
            "possible values: zeppelin, red, masz, csv, discord-bans",
        ),
    ] {
        let (found, _, said) = convert(folder.path(), flags, BANS);
        assert_eq!(found, Some(code), "{flags:?}: {said}");
        assert!(said.contains(says), "{flags:?}: {said}");
    }
}

#[test]
fn what_the_documentation_shows_is_understood() {
    use clap::Parser as _;
    let page = include_str!("../../../docs/import.md");
    let folder = scratch::folder("convert");
    let help = convert(folder.path(), &["--help"], b"").1;
    let shown = |line: &str| line.trim().starts_with("tribune convert");
    let lines: Vec<&str> = page
        .lines()
        .chain(help.lines())
        .filter(|line| shown(line))
        .collect();
    assert!(lines.len() >= 13, "{lines:#?}");
    for line in lines {
        let words = line.split_whitespace().take_while(|word| *word != ">");
        if let Err(error) = tribune::cli::Cli::try_parse_from(words) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn the_help_says_what_the_codes_mean() {
    let folder = scratch::folder("convert");
    let (code, help, _) = convert(folder.path(), &["--help"], b"");
    assert_eq!(code, Some(0));
    for says in [
        "--from <SOURCE>",
        "Exit codes:",
        "256 MiB",
        "docs/import.md",
        "tribune convert --from zeppelin",
    ] {
        assert!(help.contains(says), "no {says:?} in {help}");
    }
    assert_eq!(tribune::adapters::LARGEST_DOCUMENT, 256 * 1024 * 1024);
}
