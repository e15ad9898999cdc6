//! What a draft may not be.

use super::super::kind::{Kind, Severity};
use super::super::name::Name;
use super::super::policy::{CustomKind, Freeze};
use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn draft() -> Draft {
    let policy = Policy::default();
    let rung = |r: &Rung| RungDraft {
        id: r.id.clone(),
        at: r.at,
        remedy: RemedyDraft {
            action: r.remedy.action,
            duration: r.remedy.duration,
            capabilities: BTreeSet::new(),
        },
        while_above: false,
        refire: None,
        reset_below: None,
    };
    Draft {
        granularity: policy.granularity,
        weights: BTreeMap::new(),
        decay: DecayDraft::Linear {
            per_day: Points::from_millis(100),
            grace: 0,
        },
        freeze_while: Freeze::None,
        ladder: policy.ladder.iter().map(rung).collect(),
        offence_rungs: Vec::new(),
        kinds: BTreeMap::new(),
        escalations_carry_points: false,
        duplicate_window: 30,
        least_rank: BTreeMap::new(),
        holds: crate::domain::hold::Holds::default(),
        drift: crate::domain::drift::DriftPolicy::default(),
        appeals: crate::domain::appeal::Rules::default(),
        notices: crate::domain::notice::NoticePolicy::default(),
    }
}

fn thrice(kind: Kind) -> OffenceRungDraft {
    OffenceRungDraft {
        id: "thrice".into(),
        kinds: [kind].into(),
        count: 3,
        within: 30 * 86_400,
        remedy: RemedyDraft {
            action: Kind::Kick,
            duration: None,
            capabilities: BTreeSet::new(),
        },
    }
}

fn pointers(draft: Draft) -> Vec<String> {
    check(draft).unwrap_err().into_iter().map(|f| f.pointer).collect()
}

#[test]
fn what_is_left_out_takes_the_defaults() {
    assert_eq!(check(draft()), Ok(Policy::default()));
}

#[test]
fn every_error_is_found_and_pointed_at() {
    let mut bad = draft();
    bad.granularity = Points::from_millis(100);
    bad.weights.insert(Kind::Warn, Points::from_millis(1_050));
    bad.weights.insert(Kind::Unban, Points::from_millis(1_000));
    bad.decay = DecayDraft::Linear {
        per_day: Points::ZERO,
        grace: -1,
    };
    bad.duplicate_window = 3_601;
    bad.ladder[1].at = bad.ladder[0].at;
    bad.ladder[2].remedy.duration = None;
    bad.ladder[3].id = "mute-1h".into();
    let expected = [
        "/weights/warn",
        "/weights/unban",
        "/duplicate_window",
        "/decay/per_day",
        "/decay/grace",
        "/ladder/1/at",
        "/ladder/2/duration",
        "/ladder/3/id",
    ];
    assert_eq!(pointers(bad), expected);
}

#[test]
fn severity_never_falls_and_only_the_top_repeats() {
    let mut bad = draft();
    bad.ladder[0].remedy.action = Kind::Kick;
    bad.ladder[0].remedy.duration = None;
    bad.ladder[0].refire = Some(Refire::EveryOffence);
    assert_eq!(pointers(bad), ["/ladder/0/refire", "/ladder/1/action"]);
}

#[test]
fn thresholds_fit_the_granularity() {
    let mut bad = draft();
    bad.granularity = Points::from_millis(1_000);
    bad.ladder[0].at = Points::from_millis(3_500);
    bad.ladder[1].reset_below = Some(Points::from_millis(6_000));
    assert_eq!(pointers(bad), ["/ladder/0/at", "/ladder/1/reset_below"]);
}

#[test]
fn a_granularity_that_cannot_be_is_refused_alone() {
    for granularity in [Points::ZERO, Points::from_millis(1_001)] {
        let mut bad = draft();
        bad.granularity = granularity;
        bad.weights.insert(Kind::Warn, Points::from_millis(1_250));
        bad.ladder[0].reset_below = Some(Points::from_millis(1_500));
        assert_eq!(pointers(bad), ["/granularity"]);
    }
}

#[test]
fn a_rung_that_holds_while_points_are_high_needs_a_lower_end_and_no_duration() {
    let mut bad = draft();
    bad.ladder[0].while_above = true;
    assert_eq!(
        pointers(bad.clone()),
        ["/ladder/0/duration", "/ladder/0/reset_below"]
    );
    bad.ladder[0].remedy.duration = None;
    bad.ladder[0].reset_below = Some(Points::from_millis(2_100));
    assert_eq!(pointers(bad.clone()), ["/ladder/0/reset_below"]);
    bad.ladder[0].reset_below = Some(Points::from_millis(2_000));
    let policy = check(bad.clone()).unwrap();
    assert_eq!(
        policy.ladder[0].remedy.while_above,
        Some(Points::from_millis(2_000))
    );
    bad.decay = DecayDraft::None;
    assert_eq!(pointers(bad), ["/ladder/0/mode"]);
}

#[test]
fn rungs_for_offences_count_offences_within_bounds() {
    let mut good = draft();
    good.offence_rungs = vec![thrice(Kind::Warn)];
    assert_eq!(check(good).unwrap().offence_rungs[0].count.least, 3);
    let mut bad = draft();
    bad.offence_rungs = vec![thrice(Kind::Note)];
    bad.offence_rungs[0].count = 51;
    bad.offence_rungs[0].within = 0;
    bad.offence_rungs.push(OffenceRungDraft {
        id: "mute-1h".into(),
        ..thrice(Kind::Custom(Name::new("voice_kick").unwrap()))
    });
    let expected = [
        "/offence_rungs/0/kinds",
        "/offence_rungs/0/count",
        "/offence_rungs/0/within",
        "/offence_rungs/1/id",
        "/offence_rungs/1/kinds",
    ];
    assert_eq!(pointers(bad), expected);
}

#[test]
fn own_kinds_have_own_names_and_their_weight_with_them() {
    let own = Name::new("voice_kick").unwrap();
    let kind = CustomKind {
        weight: Points::from_millis(1_500),
        severity: Severity::Mute,
        offence: true,
    };
    let mut good = draft();
    good.kinds.insert(own, kind);
    good.offence_rungs = vec![thrice(Kind::Custom(own))];
    let policy = check(good.clone()).unwrap();
    assert_eq!(policy.weight(Kind::Custom(own)), Points::from_millis(1_500));
    assert!(policy.is_offence(Kind::Custom(own)) && policy.knows(Kind::Custom(own)));
    good.weights.insert(Kind::Custom(own), Points::ZERO);
    good.kinds.insert(Name::new("ban").unwrap(), kind);
    good.kinds.get_mut(&own).unwrap().offence = false;
    let mut found = pointers(good);
    found.sort();
    assert_eq!(
        found,
        [
            "/kinds/ban",
            "/kinds/voice_kick/offence",
            "/offence_rungs/0/kinds",
            "/weights/voice_kick"
        ]
    );
}

#[test]
fn only_restrictions_name_capabilities_and_they_must() {
    let mut bad = draft();
    bad.ladder[0].remedy.action = Kind::Restrict;
    bad.ladder[1].remedy.capabilities = [Name::new("links").unwrap()].into();
    assert_eq!(
        pointers(bad),
        ["/ladder/0/capabilities", "/ladder/1/capabilities"]
    );
}
