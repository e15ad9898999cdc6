//! What a request may write as rules, and what is said of what it may not.

use super::*;
use crate::domain::policy::Decay;
use crate::service::show;
use serde_json::{Value, json};

fn read(rules: Value) -> Result<Policy, Vec<String>> {
    let rules: Rules = serde_json::from_str(&rules.to_string()).unwrap();
    policy(&rules).map_err(|all| all.into_iter().map(|f| f.pointer).collect())
}

#[test]
fn no_rules_are_the_default_and_what_is_shown_reads_back_as_it_was() {
    assert_eq!(read(json!({})), Ok(Policy::default()));
    let rules = show::policy::rules(&Policy::default());
    assert_eq!(policy(&rules), Ok(Policy::default()));
}

#[test]
fn all_errors_come_at_once_each_with_its_place() {
    let wrong = json!({
        "weights": {"warn": 0.05, "kick": 1.2345},
        "decay": {"model": "linear", "per_day": -1, "grace": -5},
        "ladder": [
            {"id": "A", "at": 3, "action": "mute", "duration": "P1Y"},
            {"id": "b", "at": 1, "action": "warn"},
        ],
        "duplicate_window": "PT2H",
    });
    let mut pointers = read(wrong).unwrap_err();
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/rules/decay/grace",
            "/rules/decay/per_day",
            "/rules/duplicate_window",
            "/rules/ladder/0/duration",
            "/rules/ladder/0/id",
            "/rules/ladder/1/action",
            "/rules/ladder/1/at",
            "/rules/weights/kick",
            "/rules/weights/warn",
        ]
    );
}

#[test]
fn a_granularity_that_no_default_fits_is_refused_at_each_of_them() {
    let pointers = read(json!({"granularity": 0.6, "ladder": []})).unwrap_err();
    assert!(pointers.contains(&"/rules/weights/warn".into()), "{pointers:?}");
    assert!(!pointers.contains(&"/rules/weights/kick".into()), "{pointers:?}");
}

#[test]
fn what_cannot_be_read_makes_no_errors_elsewhere() {
    let granularity = json!({"granularity": 0.12345, "weights": {"warn": 1.125}});
    assert_eq!(read(granularity), Err(vec!["/rules/granularity".into()]));
    let threshold = json!({"ladder": [
        {"id": "a", "at": -1, "action": "warn", "reset_below": 2},
        {"id": "b", "at": 0.5, "action": "warn"},
    ]});
    assert_eq!(read(threshold), Err(vec!["/rules/ladder/0/at".into()]));
}

#[test]
fn grace_and_window_may_be_zero_however_it_is_written() {
    for zero in [json!(0), json!("PT0S")] {
        let rules = json!({
            "decay": {"model": "linear", "per_day": 0.5, "grace": zero}, "duplicate_window": zero,
        });
        let policy = read(rules).unwrap();
        assert_eq!((policy.decay.grace(), policy.duplicate_window), (0, 0));
    }
}

#[test]
fn every_model_of_decay_takes_its_own_numbers() {
    let decay = |decay: Value| read(json!({ "decay": decay })).map(|policy| policy.decay);
    assert_eq!(
        decay(json!({"model": "expiry", "after": "P30D"})),
        Ok(Decay::Expiry { after: 2_592_000 })
    );
    assert_eq!(decay(json!({"model": "none"})), Ok(Decay::None {}));
    assert_eq!(
        decay(json!({"model": "linear"})),
        Err(vec!["/rules/decay/per_day".into()])
    );
    assert_eq!(
        decay(json!({"model": "expiry"})),
        Err(vec!["/rules/decay/after".into()])
    );
    let mixed = json!({"model": "none", "per_day": 0.1, "grace": 5, "after": 9});
    let pointers = ["/rules/decay/per_day", "/rules/decay/grace", "/rules/decay/after"];
    assert_eq!(decay(mixed), Err(pointers.map(String::from).to_vec()));
}

#[test]
fn what_every_rule_at_once_is_shown_as_reads_back_as_it_was() {
    let all = json!({
        "kinds": {"voice_kick": {"weight": 1.5, "severity": "mute"}, "hint": {"weight": 0, "severity": "note", "offence": true}},
        "decay": {"model": "expiry", "after": 86400},
        "ladder": [
            {"id": "no-links", "at": 2, "action": "restrict", "capabilities": ["links", "media"], "duration": 3600},
            {"id": "quiet", "at": 4, "action": "mute", "mode": "while_above", "reset_below": 2},
            {"id": "ban", "at": 9, "action": "ban"},
        ],
        "offence_rungs": [{"id": "thrice", "kinds": ["warn", "voice_kick"], "count": 3, "within": "P7D", "action": "kick"}],
        "least_rank": {"voice_kick": "admin"},
    });
    let policy = read(all).unwrap();
    assert_eq!(super::policy(&show::policy::rules(&policy)), Ok(policy));
}

#[test]
fn names_that_are_no_kinds_are_refused_where_they_stand() {
    let wrong = json!({
        "weights": {"hug": 1, "Ban": 2},
        "kinds": {"2x": {"weight": 1, "severity": "warn"}},
        "ladder": [{"id": "a", "at": 1, "action": "spank!"}],
        "offence_rungs": [{"id": "b", "kinds": ["hug"], "count": 1, "within": 60, "action": "warn", "capabilities": ["No"]}],
        "least_rank": {"hug": "admin"},
    });
    let mut pointers = read(wrong).unwrap_err();
    pointers.sort();
    let expected = [
        "/rules/kinds/2x",
        "/rules/ladder/0/action",
        "/rules/least_rank/hug",
        "/rules/offence_rungs/0/capabilities/0",
        "/rules/offence_rungs/0/kinds",
        "/rules/weights/Ban",
        "/rules/weights/hug",
    ];
    assert_eq!(pointers, expected);
}
