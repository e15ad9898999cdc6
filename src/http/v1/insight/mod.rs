//! Reports on a community: how much was done, whether like was treated alike, and what another policy would have done.

pub mod consistency;
pub mod counts;
pub mod overturns;
pub mod simulate;

use serde_json::{Value, json};
use wire::time::Time;

use crate::domain::brief::Window;
use crate::http::problem::Problem;
use crate::http::query;

const MODERATOR: &str = "usr_01939c8e9c7d7e5fb0612c3d4e5f6071";
const OTHER: &str = "usr_01939c8ecfa07182e3945f6071829304";

/// A stretch of time that two parameters name.
fn window(from: Option<Time>, until: Option<Time>) -> Result<Window, Problem> {
    let window = Window {
        from: from.map(|time| query::instant("from", time)).transpose()?,
        until: until.map(|time| query::instant("until", time)).transpose()?,
    };
    match (window.from, window.until) {
        (Some(from), Some(until)) if until <= from => Err(query::refused("until", "a time after from")),
        _ => Ok(window),
    }
}

/// A parameter that is a number within bounds.
fn bounded(name: &str, given: Option<u32>, usual: u32, (least, most): (u32, u32)) -> Result<u32, Problem> {
    match given {
        None => Ok(usual),
        Some(number) if (least..=most).contains(&number) => Ok(number),
        Some(_) => Err(query::refused(name, &format!("a number from {least} to {most}"))),
    }
}

/// Cases counted by moderator, for the example of the documentation.
pub(crate) fn counts_example() -> Value {
    json!({
        "by": "moderator",
        "from": "2026-11-01T00:00:00.000000Z",
        "until": "2026-12-01T00:00:00.000000Z",
        "items": [
            {
                "group": MODERATOR, "identity": "discord:53908232506183680",
                "cases": 39, "kinds": {"ban": 1, "mute": 8, "warn": 30}, "points": 56, "voided": 2, "lifts": 3,
                "escalations": 0, "expiries": 0,
            },
            {
                "group": OTHER, "identity": "discord:70378643120361472",
                "cases": 12, "kinds": {"warn": 12}, "points": 12, "voided": 0, "lifts": 0, "escalations": 0, "expiries": 0,
            },
            {
                "group": "escalation", "identity": null,
                "cases": 0, "kinds": {}, "points": 0, "voided": 0, "lifts": 0, "escalations": 7, "expiries": 0,
            },
            {
                "group": "system", "identity": null,
                "cases": 0, "kinds": {}, "points": 0, "voided": 0, "lifts": 0, "escalations": 0, "expiries": 11,
            },
        ],
        "left_out": 0,
        "total": {
            "cases": 51, "kinds": {"ban": 1, "mute": 8, "warn": 42}, "points": 68, "voided": 2, "lifts": 3, "escalations": 7,
            "expiries": 11,
        },
        "unread": 0,
    })
}

/// A reason that was treated in two ways, for the example of the documentation.
pub(crate) fn consistency_example() -> Value {
    json!({
        "from": null,
        "until": null,
        "min_cases": 3,
        "items": [{
            "reason": "Spam",
            "cases": 5,
            "agreement_percent": 60,
            "outcomes": [
                {
                    "kind": "warn", "duration": null, "cases": 3, "percent": 60,
                    "moderators": [{"moderator": MODERATOR, "identity": "discord:53908232506183680", "cases": 3}],
                    "moderators_left_out": 0, "examples": [118, 97, 41],
                },
                {
                    "kind": "mute", "duration": 86_400, "cases": 2, "percent": 40,
                    "moderators": [{"moderator": OTHER, "identity": "discord:70378643120361472", "cases": 2}],
                    "moderators_left_out": 0, "examples": [104, 88],
                },
            ],
            "outcomes_left_out": 0,
        }],
        "left_out": 0,
        "unread": 0,
    })
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn is<T: Serialize + DeserializeOwned>(example: Value) {
        let read: T = serde_json::from_str(&example.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), example);
    }

    #[test]
    fn examples_are_what_they_show() {
        is::<wire::insight::Counts>(counts_example());
        is::<wire::insight::Consistency>(consistency_example());
        is::<wire::simulate::SimulationRequest>(simulate::request_example());
        is::<wire::simulate::SimulationLine>(simulate::line_example());
    }

    #[test]
    fn a_window_ends_after_it_begins() {
        let at = |text: &str| Some(serde_json::from_value(json!(text)).unwrap());
        let (early, late) = ("2026-11-01T00:00:00Z", "2026-11-01T00:00:01Z");
        assert!(window(at(early), at(late)).is_ok());
        assert!(window(at(early), at(early)).is_err());
        assert!(window(at(late), at(early)).is_err());
        assert!(window(None, at("2300-01-01T00:00:00Z")).is_err());
        assert_eq!(window(None, None).unwrap(), Window::default());
    }
}
