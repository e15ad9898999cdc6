//! Records that are wrong, each in one way, and what the checker says of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Acknowledged, Answered, Carried, Connection, Line, Log, Published, Read, Received, findings};
use crate::support::receiver::Message;

/// A log with a mute, its end and a note, and everybody's records of it, as they should be.
struct Story {
    log: Log,
    acknowledged: Acknowledged,
    published: Published,
    read: Read,
    carried: Carried,
    received: Received,
}

fn event(position: u64, kind: &str, about: &Value) -> Value {
    let field = kind.split('.').next().unwrap();
    json!({"id": position.to_string(), "type": kind, "data": {field: about}})
}

fn case(number: i64, key: &str, sanction: &Value) -> Value {
    let actor = if key.is_empty() { "system" } else { "key" };
    json!({"community": "com_1", "number": number, "reason": key, "actor": {"type": actor}, "sanction": sanction})
}

fn directive(id: &str, holds: bool) -> Value {
    json!({"id": id, "member": "m", "effect": "mute", "wanted": {"holds": holds}})
}

fn line(directive: &str, holds: bool) -> Line {
    let (member, effect) = ("m".to_owned(), "mute".to_owned());
    Line {
        directive: directive.to_owned(),
        member,
        effect,
        holds,
    }
}

fn message(event: &Value) -> Message {
    Message {
        id: format!("dlv_{}", event["id"].as_str().unwrap()),
        timestamp: String::new(),
        signatures: Vec::new(),
        text: String::new(),
        body: event.clone(),
    }
}

fn good() -> Story {
    let cases = [
        case(1, "a", &json!({"id": "san_1"})),
        case(2, "", &Value::Null),
        case(3, "b", &Value::Null),
    ];
    let log = vec![
        event(1, "case.created", &cases[0]),
        event(2, "sanction.started", &json!({"id": "san_1"})),
        event(3, "directive.issued", &directive("dir_1", true)),
        event(4, "directive.applied", &directive("dir_1", true)),
        event(5, "case.created", &cases[1]),
        event(6, "sanction.ended", &json!({"id": "san_1", "state": "expired"})),
        event(7, "directive.issued", &directive("dir_2", false)),
        event(8, "case.created", &cases[2]),
        event(9, "directive.applied", &directive("dir_2", false)),
    ];
    let answered = |number, over| Answered { number, over };
    let keys = BTreeMap::from([
        ("a".to_owned(), answered(1, true)),
        ("b".to_owned(), answered(3, false)),
    ]);
    let published = (1..=9).zip(&log).map(|(position, event)| {
        let fields = BTreeMap::from([("event".to_owned(), event.to_string())]);
        (format!("{position}-0"), fields)
    });
    // It was cut off after the fifth, and had not worked off that one.
    let given = |from: u64, to: u64| (from..=to).map(|id| (id, log[id as usize - 1].clone())).collect();
    let read = Read(vec![
        Connection {
            after: 0,
            events: given(1, 5),
        },
        Connection {
            after: 5,
            events: Vec::new(),
        },
        Connection {
            after: 4,
            events: given(5, 9),
        },
    ]);
    // It did the first twice, because its receipt was lost.
    let carried = Carried(vec![
        line("dir_1", true),
        line("dir_1", true),
        line("dir_2", false),
    ]);
    // It was given the second one twice, and some not in order.
    let received = [1, 2, 4, 3, 2, 5, 6, 7, 9, 8].map(|id| message(&log[id - 1]));
    Story {
        received: Received(received.to_vec()),
        published: Published(published.collect()),
        acknowledged: Acknowledged {
            keys,
            cases: cases.to_vec(),
        },
        log: Log(log),
        read,
        carried,
    }
}

impl Story {
    fn findings(&self) -> Vec<String> {
        findings(
            &self.log,
            &[
                &self.acknowledged,
                &self.published,
                &self.read,
                &self.carried,
                &self.received,
            ],
        )
    }
}

/// That a story that was spoilt is found to be.
fn spoilt(spoil: impl FnOnce(&mut Story), expected: &str) {
    let mut story = good();
    spoil(&mut story);
    let found = story.findings();
    assert!(
        found.iter().any(|one| one.contains(expected)),
        "not {expected:?}: {found:#?}"
    );
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(good().findings(), Vec::<String>::new());
}

#[test]
fn a_log_that_lost_doubled_or_mixed_up_events_is_found() {
    spoilt(|it| drop(it.log.0.remove(4)), "the log has 6 where 5 should be");
    spoilt(|it| it.log.0.swap(4, 5), "the log has 6 where 5 should be");
    spoilt(
        |it| it.log.0[4] = it.log.0[3].clone(),
        "the log has 4 where 5 should be",
    );
    let again = |it: &mut Story, position: usize| {
        let mut event = it.log.0[position - 1].clone();
        event["id"] = json!("10");
        it.log.0.push(event);
    };
    spoilt(|it| again(it, 1), "2 times case.created of \"com_1 #1\"");
    spoilt(|it| again(it, 6), "2 times sanction.ended of \"san_1\"");
    spoilt(|it| again(it, 7), "2 times directive.issued of \"dir_2\"");
    spoilt(
        |it| it.log.0[1]["data"]["sanction"]["id"] = json!("san_2"),
        "san_1 ended and never began",
    );
}

#[test]
fn an_act_that_was_lost_or_done_twice_is_found() {
    spoilt(
        |it| it.log.0[7]["type"] = json!("x"),
        "b was acknowledged as #3, and as case.created there is []",
    );
    spoilt(
        |it| drop(it.acknowledged.cases.pop()),
        "b was acknowledged as #3, and as case there is []",
    );
    let twice = |it: &mut Story| it.acknowledged.cases.push(case(4, "b", &Value::Null));
    spoilt(
        twice,
        "b was acknowledged as #3, and as case there is [Some(3), Some(4)]",
    );
    spoilt(twice, "#4 is a case or an event, and not both");
    let twice = |it: &mut Story| {
        it.log
            .0
            .push(event(10, "case.created", &case(4, "b", &Value::Null)))
    };
    spoilt(
        twice,
        "b was acknowledged as #3, and as case.created there is [Some(3), Some(4)]",
    );
    let other = |it: &mut Story| it.acknowledged.keys.get_mut("b").unwrap().number = 2;
    spoilt(other, "b was acknowledged as #2");
    spoilt(
        |it| it.acknowledged.keys.retain(|key, _| key != "b"),
        "b was done, and nobody was told so",
    );
}

#[test]
fn an_end_that_was_not_recorded_is_found() {
    spoilt(
        |it| it.log.0[5]["type"] = json!("x"),
        "a is a mute that is over, and its end is not recorded",
    );
    let lifted = |it: &mut Story| it.log.0[5]["data"]["sanction"]["state"] = json!("lifted");
    spoilt(lifted, "a is a mute that is over, and its end is not recorded");
}

#[test]
fn a_stream_in_redis_that_is_not_the_log_is_found() {
    spoilt(
        |it| drop(it.published.0.remove(3)),
        "Redis has 8 entries of 9 events",
    );
    spoilt(
        |it| drop(it.published.0.remove(3)),
        "Redis has 5-0 where 4-0 should be",
    );
    spoilt(
        |it| it.published.0[3] = it.published.0[2].clone(),
        "Redis has 3-0 where 4-0 should be",
    );
    spoilt(
        |it| it.published.0.swap(0, 1),
        "Redis has 2-0 where 1-0 should be",
    );
    let other = |it: &mut Story| it.published.0[3].1 = it.published.0[2].1.clone();
    spoilt(other, "Redis has another 4-0 than the log");
}

#[test]
fn a_reader_that_was_given_something_else_is_found() {
    spoilt(
        |it| drop(it.read.0[2].events.pop()),
        "the reader was never given 9",
    );
    spoilt(
        |it| drop(it.read.0[2].events.remove(1)),
        "was given 7 where 6 should be",
    );
    spoilt(
        |it| it.read.0[0].events.swap(0, 1),
        "connection 0 of the reader was given 2 where 1 should be",
    );
    spoilt(
        |it| it.read.0[2].after = 3,
        "connection 2 of the reader was given 5 where 4 should be",
    );
    let doubled = |it: &mut Story| {
        let last = it.read.0[0].events[4].clone();
        it.read.0[0].events.push(last);
    };
    spoilt(doubled, "was given 5 where 6 should be");
    spoilt(
        |it| it.read.0[0].events[0].1 = json!({}),
        "the reader was given another 1 than the log has",
    );
}

#[test]
fn a_relay_whose_deeds_are_not_those_of_the_log_is_found() {
    spoilt(
        |it| drop(it.carried.0.pop()),
        "dir_2 was applied 1 times, and not carried out",
    );
    spoilt(
        |it| it.log.0[8]["type"] = json!("x"),
        "dir_2 was carried out, and applied 0 times",
    );
    spoilt(
        |it| {
            it.log.0[8]["type"] = json!("x");
            it.carried.0.pop();
        },
        "dir_2 was issued, and nobody carried it out",
    );
    let twice = |it: &mut Story| {
        it.log
            .0
            .push(event(10, "directive.applied", &directive("dir_2", false)))
    };
    spoilt(twice, "dir_2 was carried out, and applied 2 times");
    spoilt(|it| it.carried.0.swap(1, 2), "is wanted at last");
    spoilt(
        |it| it.carried.0[0].directive = "dir_3".to_owned(),
        "what was issued is None",
    );
    spoilt(|it| it.carried.0[0].holds = false, "what was issued is Some");
}

/// One that gave way before anybody carried it out is not missed.
#[test]
fn what_was_superseded_need_not_be_carried_out() {
    let mut story = good();
    for event in [3, 2] {
        story.log.0[event]["type"] = json!("x.y");
    }
    story.log.0[2] = event(3, "directive.issued", &directive("dir_1", true));
    story.log.0[3] = event(4, "directive.superseded", &directive("dir_1", true));
    story.carried.0.drain(..2);
    let found = findings(&story.log, &[&story.carried]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_a_webhook_was_not_given_or_given_as_two_is_found() {
    spoilt(
        |it| drop(it.received.0.remove(3)),
        "the webhook was never given 3",
    );
    spoilt(
        |it| it.received.0[4].id.push('x'),
        "2 came to the webhook under two ids",
    );
    spoilt(
        |it| it.received.0[5].id = "dlv_1".to_owned(),
        "dlv_1 came to the webhook with two events",
    );
    spoilt(
        |it| it.received.0[0].body["data"] = json!({}),
        "the webhook was given another 1 than the log has",
    );
}
