//! Tests: every catalogue says the same, nothing in it is unused, and what is said is well formed.

use super::*;
use crate::domain::conversation::{
    Choice, Field, FlowName, Kind as Asks, MAX_FIELD_LABEL, MAX_LABEL, MAX_TEXT, Shipped, State, Wording,
    label, shipped,
};
use crate::domain::kind::{Kind, Restriction};
use crate::domain::points::Points;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The keys of a language, each with the arguments that its message has.
fn shape(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in catalogue::files_of(language).iter().flat_map(|file| file.lines()) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            key = line.split('=').next().unwrap().trim().to_owned();
            let again = found.insert(key.clone(), BTreeSet::new());
            assert!(again.is_none(), "{language:?} has {key} twice");
        }
        for argument in line.split('$').skip(1) {
            let end = argument.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = argument[..end.unwrap()].to_owned();
            found.get_mut(&key).unwrap().insert(name);
        }
    }
    found
}

#[test]
fn every_catalogue_has_the_keys_and_arguments_of_the_english_one() {
    let english = shape(Language::En);
    for language in Language::ALL {
        assert_eq!(shape(language), english, "{language:?}");
    }
}

#[test]
fn every_message_can_be_read_and_put_together() {
    for language in Language::ALL {
        for (key, arguments) in shape(language) {
            // One number for all: messages that choose by it and messages that show it take it.
            for number in [0, 1, 2, 5] {
                let given: Vec<_> = arguments
                    .iter()
                    .map(|name| (name.as_str(), number.into()))
                    .collect();
                let said = say(language, &key, &given);
                assert!(
                    said != key && !said.contains(['{', '}', '\u{2068}']),
                    "{language:?} {key}: {said}"
                );
            }
        }
    }
}

/// The sources of the crate, but for the catalogues' own tests.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_message_is_unused() {
    let mut all = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for key in shape(Language::En).into_keys() {
        // Either it is named as it is, or its family is: "month-{}".
        let families = key.match_indices('-').map(|(at, _)| &key[..=at]);
        let named = all.contains(&format!("\"{key}\""))
            || families.clone().any(|f| all.contains(&format!("\"{f}{{")));
        assert!(named, "nothing says {key}");
    }
}

#[test]
fn what_is_not_there_is_shown_by_its_key() {
    assert_eq!(say(Language::De, "no-such-key", &[]), "no-such-key");
    assert!(has("points") && !has("no-such-key"));
}

#[test]
fn dates_are_written_as_the_language_writes_them() {
    let at = DateTime::from_timestamp(1_795_867_260, 0).unwrap();
    let first = DateTime::from_timestamp(1_793_491_200, 0).unwrap();
    let said = Language::ALL.map(|language| (moment(language, at), day(language, first)));
    let expected = [
        ("28 November 2026, 12:01 UTC", "1 November 2026"),
        ("28. November 2026, 12:01 UTC", "1. November 2026"),
        ("28 de noviembre de 2026, 12:01 UTC", "1 de noviembre de 2026"),
        ("28 novembre 2026, 12:01 UTC", "1er novembre 2026"),
    ];
    assert_eq!(
        said,
        expected.map(|(moment, day)| (moment.to_owned(), day.to_owned()))
    );
}

#[test]
fn durations_and_points_have_their_plurals_and_decimals() {
    assert_eq!(duration(Language::En, 129_600), "1 day, 12 hours");
    assert_eq!(duration(Language::De, 604_861), "7 Tage, 1 Minute, 1 Sekunde");
    assert_eq!(duration(Language::Fr, 0), "0 seconde");
    let of = |language, millis| points(language, Points::from_millis(millis));
    assert_eq!(
        (
            of(Language::En, 1_000),
            of(Language::En, 2_500),
            of(Language::En, 0)
        ),
        ("1 point".into(), "2.5 points".into(), "0 points".into())
    );
    assert_eq!(of(Language::De, 900), "0,9 Punkte");
    assert_eq!(of(Language::Fr, 1_500), "1,5 point");
    assert_eq!(of(Language::Es, 1_000), "1 punto");
}

#[test]
fn every_kind_and_restriction_has_its_words() {
    for language in Language::ALL {
        for built_in in Kind::BUILT_IN {
            assert!(!kind(language, built_in).starts_with("kind-"), "{built_in:?}");
        }
        for one in Restriction::ALL {
            assert!(!restriction(language, one).starts_with("restriction-"), "{one:?}");
        }
    }
    assert_eq!(
        kind(Language::De, Kind::named("voice_kick").unwrap()),
        "voice kick"
    );
}

#[test]
fn arguments_come_as_they_are() {
    let said = say(
        Language::En,
        "moment",
        &[("day", "<b>{ $time }</b>".into()), ("time", "\u{202e}x".into())],
    );
    assert_eq!(said, "<b>{ $time }</b>, \u{202e}x UTC");
}

/// That there is a message, and that no language has more words for it than there is room.
fn fits(wording: &Wording, most: usize) {
    let Wording::Key(key) = wording else {
        panic!("{wording:?} is in one language alone");
    };
    assert!(has(key), "{key}");
    for language in Language::ALL {
        let said = say(language, key, &[]);
        assert!(
            (1..=most).contains(&said.chars().count()),
            "{language:?} {key}: {said}"
        );
    }
}

fn field_fits(field: &Field) {
    fits(&field.label, MAX_FIELD_LABEL);
    if let Asks::Choice { options } = &field.kind {
        options.iter().for_each(|option| fits(&option.label, MAX_LABEL));
    }
}

#[test]
fn shipped_flows_speak_every_language() {
    for kind in Shipped::ALL {
        let flow = shipped(&FlowName::parse(kind.name()).unwrap()).unwrap();
        fits(&flow.draft().title, MAX_LABEL);
        flow.draft().takes.iter().for_each(field_fits);
        for state in &flow.draft().states {
            let shown = match &state.state {
                State::Ask { prompt, .. } => {
                    fits(&prompt.text, MAX_TEXT);
                    prompt.fields.iter().for_each(field_fits);
                    let choices = prompt.choices.iter();
                    choices.for_each(|Choice { label, .. }| fits(label, MAX_LABEL));
                    &prompt.show
                }
                State::End(end) => {
                    fits(&end.text, MAX_TEXT);
                    &end.show
                }
                State::Call { .. } => continue,
            };
            shown.iter().for_each(|name| fits(&label(flow, *name), MAX_LABEL));
        }
    }
}
