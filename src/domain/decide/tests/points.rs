//! What is an offence, what stops the clock, and that what is kept of a member stays small.

use super::super::super::act::Situation;
use super::super::super::hold::Spent;
use super::super::super::kind::Severity;
use super::super::super::past::{Answer, Mark, Past, Question};
use super::super::super::policy::{CustomKind, OffenceCount, OffenceRung};
use super::*;

fn own(name: &str) -> Kind {
    Kind::Custom(Name::new(name).unwrap())
}

/// Kinds of the community's own: a remark, and a remark that is an offence. Both weigh a point.
fn remarks() -> Policy {
    let kind = |offence| CustomKind {
        weight: points(1_000),
        severity: Severity::Note,
        offence,
    };
    repeating(Policy {
        kinds: [
            (Name::new("praise").unwrap(), kind(false)),
            (Name::new("strike").unwrap(), kind(true)),
        ]
        .into(),
        ..Policy::default()
    })
}

#[test]
fn offences_are_acts_from_warn_up_and_kinds_so_marked() {
    let policy = remarks();
    let offences = [
        Kind::Warn,
        Kind::Mute,
        Kind::Restrict,
        Kind::Kick,
        Kind::Tempban,
        Kind::Ban,
    ];
    for kind in Kind::BUILT_IN {
        assert_eq!(policy.is_offence(kind), offences.contains(&kind), "{kind:?}");
    }
    assert!(policy.is_offence(own("strike")) && !policy.is_offence(own("praise")));
    assert!(!policy.is_offence(own("unknown")));
}

#[test]
fn only_offences_begin_a_grace_and_make_the_top_rung_repeat() {
    let mut policy = remarks();
    policy.decay = Decay::Linear {
        rate: 1_000,
        grace: DAY,
    };
    policy.ladder = vec![Rung {
        id: "top".into(),
        at: points(1_000),
        reset_below: points(1_000),
        remedy: Remedy::fixed(Kind::Kick, None),
        refire: Refire::EveryOffence,
    }];
    for (kind, after_a_day, repeated) in [("strike", 2_000, true), ("praise", 1_000, false)] {
        let mut scene = Scene::new(policy.clone());
        assert_eq!(
            scene.act(own(kind), None).len(),
            2,
            "a crossing is one, whatever crosses"
        );
        assert_eq!(scene.act(own(kind), None).len() == 2, repeated, "{kind}");
        assert_eq!(scene.wait(DAY).shown(), after_a_day, "{kind}");
    }
}

#[test]
fn what_freezes_is_what_the_policy_says() {
    for (freeze, kinds) in [
        (Freeze::None, vec![]),
        (Freeze::Ban, vec![Kind::Tempban, Kind::Ban]),
        (Freeze::Mute, vec![Kind::Tempban, Kind::Ban, Kind::Mute]),
    ] {
        for kind in [Kind::Mute, Kind::Restrict, Kind::Tempban, Kind::Ban] {
            let mut policy = repeating(Policy {
                freeze_while: freeze,
                ladder: Vec::new(),
                ..Policy::default()
            });
            policy.weights.insert(kind, points(1_000));
            let mut scene = Scene::new(policy);
            let mut detail = Detail::lasting(Span::new(5 * DAY).ok().filter(|_| kind != Kind::Ban));
            if kind == Kind::Restrict {
                detail.capabilities.insert(Name::new("links").unwrap());
            }
            let act = Act::new(kind, detail, Particulars::default()).unwrap();
            scene.submit(&moderator(1), &Command::Act(act)).unwrap();
            let shown = if kinds.contains(&kind) { 1_000 } else { 500 };
            assert_eq!(scene.wait(5 * DAY).shown(), shown, "{kind:?} under {freeze:?}");
        }
    }
}

#[test]
fn an_act_counts_from_its_whole_second() {
    let scene = Scene::plain();
    let act = Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap();
    let now = at(7).to_utc() + chrono::TimeDelta::microseconds(999_999);
    let past = scene.past();
    let situation = Situation {
        now,
        timeline: &scene.timeline,
        member: &scene.member,
        recent: &[],
        target: scene.target,
        acting: &moderator(1),
        next_case: 1,
        past: &past,
        spent: &Spent::default(),
        held: None,
    };
    let decision = decide(&situation, &Command::Act(act), &mut Uuid::nil).unwrap();
    let case = &decision.entries[0].case;
    assert_eq!((case.at, case.recorded_at), (at(7), now));
    assert_eq!(decision.member.ledger.as_of, Some(at(7)));
}

/// How large what is kept of a member is after so many warns, and how much of the past deciding the next one asks for.
fn kept_and_asked(policy: &Policy, warns: usize) -> (usize, usize) {
    let mut scene = Scene::new(policy.clone());
    for _ in 0..warns {
        scene.wait(3_600).act(Kind::Warn, None);
    }
    let whole = scene.past();
    let mut known = Past::default();
    let mut asked = 0;
    let act = Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap();
    loop {
        let situation = Situation {
            now: at(scene.now + 3_600).to_utc(),
            timeline: &scene.timeline,
            member: &scene.member,
            recent: &scene.recent,
            target: scene.target,
            acting: &moderator(1),
            next_case: 1_000,
            past: &known,
            spent: &Spent::default(),
            held: None,
        };
        decide(&situation, &Command::Act(act.clone()), &mut Uuid::nil).unwrap();
        let questions = known.take_asked();
        if questions.is_empty() {
            return (serde_json::to_string(&scene.member).unwrap().len(), asked);
        }
        asked += questions.len();
        for question in questions {
            let answer = match question {
                Question::LastBy { era, clock } => Answer::Mark(Some(Mark {
                    era,
                    clock,
                    sum: whole.sum_by(era, clock),
                })),
                Question::FirstWith { era, sum } => {
                    Answer::Mark(whole.clock_of(era, sum).map(|clock| Mark { era, clock, sum }))
                }
                Question::Offences { kind, after } => {
                    Answer::Offences(whole.offences(&[(kind, after)].into()))
                }
            };
            known.learn(question, answer);
        }
    }
}

#[test]
fn what_is_kept_of_a_member_does_not_grow_with_history() {
    let expiry = Decay::Expiry { after: 20 * DAY };
    let counted = OffenceRung {
        id: "ten".into(),
        count: OffenceCount {
            kinds: [Kind::Warn].into(),
            least: 10,
            within: 30 * DAY,
        },
        remedy: Remedy::fixed(Kind::Mute, Span::new(60).ok()),
    };
    for decay in [Policy::default().decay, expiry, Decay::None {}] {
        let policy = repeating(Policy {
            decay,
            ladder: Vec::new(),
            offence_rungs: vec![counted.clone()],
            ..Policy::default()
        });
        let (few, many) = (kept_and_asked(&policy, 60), kept_and_asked(&policy, 900));
        // Numbers have more digits, and that is all.
        assert!(many.0 < few.0 + 40, "{decay:?}: {few:?} {many:?}");
        assert!(many.1 <= 2, "{decay:?}: {many:?}");
    }
}
