//! Whatever the bytes are: no adapter panics, each line is a line of an import, and the report accounts for each record.

use std::collections::HashSet;

use proptest::prelude::*;
use tribune::adapters::convert;
use tribune::adapters::options::{Options, Source, is_kind};
use tribune::domain::identity::Identity;
use tribune::domain::points::Points;
use wire::duration::Duration;
use wire::import::{self, ImportedAct};

use super::{at, discord};

const SOURCES: [Source; 5] = [
    Source::Zeppelin,
    Source::Red,
    Source::Masz,
    Source::Csv,
    Source::DiscordBans,
];

/// The samples, to be damaged.
const SAMPLES: [&[u8]; 8] = [
    include_bytes!("samples/zeppelin.json"),
    include_bytes!("samples/red-modlog.json"),
    include_bytes!("samples/red-warnings.json"),
    include_bytes!("samples/masz.json"),
    include_bytes!("samples/table.csv"),
    include_bytes!("samples/yagpdb.csv"),
    include_bytes!("samples/bans.json"),
    include_bytes!("samples/bans.txt"),
];

/// Everything that a caller can say to get more lines.
fn generous() -> Options {
    let mut options = discord();
    options.at = at("2026-11-22T00:00:00Z");
    options.default_kind = Some("warn".into());
    options
}

/// Converts, and holds what comes against what is promised.
fn holds(source: Source, options: &Options, mut input: &[u8]) {
    let (mut lines, mut ids) = (0, HashSet::new());
    let mut write = |act: &ImportedAct| {
        let line = serde_json::to_string(act)?;
        let read: ImportedAct = serde_json::from_str(&line)?;
        assert_eq!(&read, act);
        within_limits(act);
        assert!(ids.insert(act.external_id.clone()), "{line}");
        lines += 1;
        Ok(())
    };
    let Ok(report) = convert(source, options, &mut input, &mut write) else {
        return;
    };
    assert_eq!(report.written, lines);
    assert_eq!(
        report.read,
        report.written + report.left_out + report.skipped,
        "{report}"
    );
    assert!(
        report
            .to_string()
            .lines()
            .all(|line| !line.contains(|c: char| c.is_control()))
    );
}

fn within_limits(act: &ImportedAct) {
    let text = |text: &str, longest: usize| {
        assert!(
            text.chars().count() <= longest
                && !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')),
            "{text:?}"
        );
    };
    for identity in [Some(&act.member), act.moderator.as_ref()].into_iter().flatten() {
        Identity::parse(identity).expect("an identity");
    }
    assert!(is_kind(&act.kind), "{}", act.kind);
    text(&act.external_id, import::MAX_EXTERNAL_ID);
    for name in [&act.member_name, &act.moderator_name].into_iter().flatten() {
        text(name, import::MAX_NAME);
        assert!(
            !name.trim().is_empty() && !name.contains(['\n', '\t']),
            "{name:?}"
        );
    }
    text(act.reason.as_deref().unwrap_or_default(), import::MAX_REASON);
    assert!(act.evidence.len() <= import::MAX_EVIDENCE && act.context.len() <= import::MAX_CONTEXT);
    for (name, value) in &act.context {
        text(name, import::MAX_CONTEXT_NAME);
        text(value, import::MAX_CONTEXT_VALUE);
        assert!(!name.is_empty());
    }
    if let Some(Duration::Seconds(seconds)) = act.duration {
        tribune::domain::time::Span::new(seconds).expect("a span");
    }
    assert_eq!(
        act.kind == "tempban",
        act.kind == "tempban" && act.duration.is_some()
    );
    if let Some(points) = &act.points {
        Points::parse(points.as_str()).expect("points");
    }
    tribune::domain::time::Instant::from_utc(act.occurred_at.0).expect("a moment of the ledger");
}

/// Rows of cells that are often right and often not.
fn table() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        Just("301234567890123456".to_owned()),
        Just("2023-02-03 10:11".to_owned()),
        Just("ban".to_owned()),
        Just("7d".to_owned()),
        "[ -~äß\"\n;]{0,12}",
        any::<i64>().prop_map(|n| n.to_string()),
        "[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9]{1,2}:[0-9]{2})?( (am|pm|Z|[+-][0-9]{1,4}))?",
        "([0-9.]{1,12} ?[a-z]{0,7},? ?){1,3}",
    ];
    let row = proptest::collection::vec(cell, 1..9).prop_map(|cells| cells.join(","));
    proptest::collection::vec(row, 0..12).prop_map(|rows| {
        format!(
            "user_id,time,type,duration,until,points,reason,id\n{}",
            rows.join("\n")
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for source in SOURCES {
            holds(source, &generous(), &bytes);
        }
    }

    #[test]
    fn damaged_files_are_survived(
        sample in 0..SAMPLES.len(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        end in any::<proptest::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = SAMPLES[sample].to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        for source in SOURCES {
            holds(source, &generous(), &bytes);
        }
    }

    #[test]
    fn strange_tables_are_survived(table in table()) {
        holds(Source::Csv, &generous(), table.as_bytes());
        holds(Source::DiscordBans, &generous(), table.as_bytes());
    }

    /// JSON in which every value of the samples may be anything.
    #[test]
    fn strange_values_are_survived(sample in prop_oneof![Just(0), Just(1), Just(2), Just(6)], seed in any::<u64>()) {
        let mut document: serde_json::Value = serde_json::from_slice(SAMPLES[sample]).expect("a sample is JSON");
        let mut dice = seed;
        unsettle(&mut document, &mut dice);
        let bytes = serde_json::to_vec(&document).expect("a value is JSON");
        for source in SOURCES {
            holds(source, &generous(), &bytes);
        }
    }
}

/// Replaces about one value in sixteen.
fn unsettle(value: &mut serde_json::Value, dice: &mut u64) {
    use serde_json::{Value, json};
    *dice = dice
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let throw = *dice >> 33;
    if throw.is_multiple_of(16) {
        let strange = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e300),
            json!(u64::MAX),
            json!(""),
            json!("\u{0}\u{1b}[2J\u{202e}"),
            json!("ä".repeat(3_000)),
            json!([]),
            json!([[1]]),
            json!({}),
            json!({"a": {"b": 1}}),
            json!(i64::MAX),
            json!("9999-99-99 99:99"),
        ];
        let place = usize::try_from(throw / 16).unwrap_or_default() % strange.len();
        *value = strange[place].clone();
        return;
    }
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| unsettle(value, dice)),
        Value::Object(object) => object.values_mut().for_each(|value| unsettle(value, dice)),
        _ => {}
    }
}
