//! Each warning by a policy that deserves it and one that does not.

use super::*;
use crate::domain::hold::Approvals;
use crate::domain::name::Name;
use crate::domain::policy::{CustomKind, OffenceCount, Refire};
use crate::domain::time::Span;

fn points(millis: i64) -> Points {
    Points::from_millis(millis)
}

/// A rung at so many points, for so many hours; 0 for without an end.
fn rung(id: &str, at: i64, action: Kind, hours: i64) -> Rung {
    Rung {
        id: id.to_owned(),
        at: points(at * 1_000),
        remedy: Remedy::fixed(action, Span::new(hours * 3_600).ok()),
        refire: Refire::Crossing,
        reset_below: points(at * 1_000),
    }
}

fn linear(rate: i64, grace: i64) -> Policy {
    Policy {
        decay: Decay::Linear { rate, grace },
        ..Policy::default()
    }
}

fn under(ladder: Vec<Rung>) -> Policy {
    Policy {
        ladder,
        ..Policy::default()
    }
}

/// The default policy with a rung for so many warnings within so many days.
fn counting(action: Kind, count: usize, days: i64, ladder: Vec<Rung>) -> Policy {
    let rung = OffenceRung {
        id: "again".to_owned(),
        count: OffenceCount {
            kinds: [Kind::Warn].into(),
            least: count,
            within: days * DAY,
        },
        remedy: Remedy::fixed(action, None),
    };
    Policy {
        offence_rungs: vec![rung],
        ..under(ladder)
    }
}

fn pointers(policy: &Policy) -> Vec<String> {
    warnings(policy).into_iter().map(|found| found.pointer).collect()
}

#[track_caller]
fn deserves(policy: &Policy, pointer: &str, says: &str) {
    let found = warnings(policy);
    assert_eq!(pointers(policy), [pointer], "{found:?}");
    assert!(found[0].detail.contains(says), "{found:?}");
}

#[track_caller]
fn deserves_none(policy: &Policy) {
    let found = warnings(policy);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_default_policy_deserves_none() {
    deserves_none(&Policy::default());
}

#[test]
fn a_kind_of_ones_own_that_comes_to_nothing() {
    let with = |weight: i64, offence: bool| {
        let kind = CustomKind {
            weight: points(weight),
            severity: Severity::Note,
            offence,
        };
        Policy {
            kinds: [(Name::new("hug").unwrap(), kind)].into(),
            ..Policy::default()
        }
    };
    deserves(&with(0, false), "/kinds/hug", "hug adds no points");
    deserves_none(&with(500, false));
    deserves_none(&with(0, true));
}

#[test]
fn a_decay_that_nobody_lives_to_see() {
    deserves(
        &linear(2, 0),
        "/decay/per_day",
        "tempban-7d at 8 points is clear after 4000 days",
    );
    deserves_none(&linear(3, 0));
    let only_a_ban = under(vec![rung("out", 12, Kind::Ban, 0)]);
    let slow = Decay::Linear { rate: 1, grace: 0 };
    deserves_none(&Policy {
        decay: slow,
        ..only_a_ban
    });
}

#[test]
fn a_rung_that_daily_acts_never_reach() {
    // The heaviest act up to a kick is the kick, of 3 points: at 3 a day it is gone before the next.
    deserves(
        &linear(3_000, 0),
        "/ladder/1/at",
        "one kick of 3 points every day never comes to more than 3;",
    );
    deserves_none(&linear(2_900, 0));
    // With half a day of grace, half of the fall is left.
    deserves_none(&linear(3_000, DAY / 2));
    deserves(&linear(6_000, DAY / 2), "/ladder/1/at", "reach mute-24h");
    deserves_none(&linear(1_000_000, DAY));
}

#[test]
fn a_rung_that_daily_acts_reach_after_years() {
    let high = |decay| Policy {
        decay,
        ..under(vec![rung("sky", 9_000, Kind::Ban, 0)])
    };
    // 3 000 kicks of 3 points; the thousandth of a point that falls between two makes it one more.
    deserves(
        &high(Decay::None {}),
        "/ladder/0/at",
        "comes to sky after 3000 days",
    );
    deserves(
        &high(Decay::Linear { rate: 1, grace: 0 }),
        "/ladder/0/at",
        "comes to sky after 3001 days",
    );
    let year = |at| Policy {
        decay: Decay::None {},
        ..under(vec![rung("far", at, Kind::Ban, 0)])
    };
    deserves_none(&year(365 * 3));
    deserves(&year(365 * 3 + 1), "/ladder/0/at", "after 366 days");
}

#[test]
fn a_rung_beyond_what_lapses() {
    let lapsing = |days: i64| Policy {
        decay: Decay::Expiry { after: days * DAY },
        ..Policy::default()
    };
    deserves(&lapsing(3), "/ladder/3/at", "never comes to more than 9;");
    deserves_none(&lapsing(4));
}

#[test]
fn a_ladder_without_points_leads_nowhere() {
    let mut policy = Policy::default();
    for kind in [Kind::Warn, Kind::Mute, Kind::Restrict, Kind::Kick] {
        policy.weights.insert(kind, Points::ZERO);
    }
    deserves(&policy, "/ladder/0/at", "no act up to a kick adds points");
    policy.weights.insert(Kind::Warn, points(1_000));
    deserves_none(&policy);
}

#[test]
fn a_rung_above_a_ban_without_an_end() {
    let ban = |id, at| rung(id, at, Kind::Ban, 0);
    deserves(
        &under(vec![ban("out", 5), ban("really-out", 9)]),
        "/ladder/1",
        "above out, which bans",
    );
    let tempban = rung("away", 5, Kind::Tempban, 24);
    deserves_none(&under(vec![tempban, ban("out", 9)]));
}

#[test]
fn a_rung_that_is_milder_than_one_below() {
    let mute = |id, at, hours| rung(id, at, Kind::Mute, hours);
    let milder = under(vec![mute("long", 3, 24), mute("short", 5, 1)]);
    deserves(
        &milder,
        "/ladder/1/duration",
        "short lasts 1 h, and long below it 1 d",
    );
    let after_an_open_end = under(vec![mute("open", 3, 0), mute("short", 5, 1)]);
    deserves(&after_an_open_end, "/ladder/1/duration", "without an end");
    deserves_none(&under(vec![
        mute("short", 3, 1),
        mute("long", 5, 24),
        mute("open", 7, 0),
    ]));
    // More severe is not milder, however short.
    deserves_none(&under(vec![
        mute("long", 3, 240),
        rung("away", 5, Kind::Tempban, 1),
    ]));
    // Whatever holds while the points are high cannot be compared.
    let mut holding = mute("holding", 5, 0);
    holding.remedy.while_above = Some(points(4_000));
    deserves_none(&under(vec![holding.clone(), mute("short", 7, 1)]));
    deserves_none(&under(vec![mute("open", 3, 0), holding]));
}

#[test]
fn a_rung_for_offences_that_comes_too_late() {
    let ban = || vec![rung("out", 3, Kind::Ban, 0)];
    // Five warnings within ten days are at least four points.
    deserves(
        &counting(Kind::Kick, 5, 10, ban()),
        "/offence_rungs/0",
        "out always comes first: 5 such offences within 10 d are at least 4 points",
    );
    // Within thirty days they may be two.
    deserves_none(&counting(Kind::Kick, 5, 30, ban()));
    // What ends by itself may be over by then.
    deserves_none(&counting(
        Kind::Kick,
        5,
        10,
        vec![rung("away", 3, Kind::Tempban, 24)],
    ));
    // A mute keeps nobody from a kick.
    deserves_none(&counting(
        Kind::Kick,
        5,
        10,
        vec![rung("quiet", 3, Kind::Mute, 0)],
    ));
}

#[test]
fn a_rung_that_is_no_stronger_than_what_reaches_it() {
    let with_note = |weight: i64, ladder| {
        let mut policy = under(ladder);
        policy.weights.insert(Kind::Note, points(weight));
        policy
    };
    let gentle = || vec![rung("word", 1, Kind::Warn, 0), rung("out", 12, Kind::Ban, 0)];
    deserves(
        &with_note(0, gentle()),
        "/ladder/0/action",
        "word never acts: each kind of act that adds points is itself at least as severe as its warn",
    );
    // Two notes lead to a warning.
    deserves_none(&with_note(500, gentle()));
    // A warn leads to a kick; where nothing milder than a kick adds points, nothing does.
    let away = || vec![rung("away", 3, Kind::Kick, 0)];
    deserves_none(&under(away()));
    let mut heavy = under(away());
    for kind in [Kind::Warn, Kind::Mute, Kind::Restrict] {
        heavy.weights.insert(kind, Points::ZERO);
    }
    deserves(&heavy, "/ladder/0/action", "as severe as its kick");
    // A mute may be issued for a shorter time than the rung's.
    let mut muting = under(vec![rung("quiet", 3, Kind::Mute, 24)]);
    muting.weights.insert(Kind::Warn, Points::ZERO);
    deserves_none(&muting);
}

#[test]
fn a_rung_for_offences_that_is_no_stronger_than_the_last_of_them() {
    let far = || vec![rung("out", 100, Kind::Ban, 0)];
    deserves(
        &counting(Kind::Warn, 3, 30, far()),
        "/offence_rungs/0/action",
        "again never acts: each kind that it counts",
    );
    deserves_none(&counting(Kind::Kick, 3, 30, far()));
    let mut mixed = counting(Kind::Kick, 3, 30, far());
    mixed.offence_rungs[0].count.kinds = [Kind::Kick, Kind::Tempban].into();
    deserves(&mixed, "/offence_rungs/0/action", "as severe as its kick");
    mixed.offence_rungs[0].count.kinds.insert(Kind::Mute);
    deserves_none(&mixed);
}

#[test]
fn a_rung_that_does_without_approvals_what_people_need_them_for() {
    let approved = |kind| {
        let mut policy = Policy::default();
        let approvals = Approvals {
            needed: 2,
            rank: None,
        };
        policy.holds.approvals.insert(kind, approvals);
        policy
    };
    deserves(
        &approved(Kind::Ban),
        "/authority/approvals/ban",
        "ban does a ban by itself and at once: escalations never wait",
    );
    deserves_none(&approved(Kind::Kick));
}
