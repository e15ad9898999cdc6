//! Random policies, and random histories under them.

use super::super::act::{Act, Command, Detail};
use super::super::actor::{Acting, Actor};
use super::super::case::Particulars;
use super::super::kind::{Kind, Severity};
use super::super::name::Name;
use super::super::points::Points;
use super::super::policy::{CustomKind, Freeze, Policy, Refire};
use super::super::policy_check::{DecayDraft, Draft, OffenceRungDraft, RemedyDraft, RungDraft, check};
use super::super::rank::Authority;
use super::super::scene::{Scene, moderator, points};
use super::super::time::Span;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeMap;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// One thing that happens, after a wait.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) wait: i64,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Act(Kind, Option<i64>),
    Lift(Index),
    /// Another sanction in the place of one.
    Supersede(Index, Kind, Option<i64>),
    Expire(Index),
    Activate(Box<Policy>),
}

/// A community's first policy and what happens to one member.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) policy: Policy,
    pub(super) steps: Vec<Step>,
}

impl World {
    /// Plays it; `watch` sees the scene just before and after each step, and what the step was.
    pub(super) fn watched(&self, mut watch: impl FnMut(&Scene, &Scene, &What)) -> Scene {
        let mut scene = Scene::new(self.policy.clone());
        for step in &self.steps {
            scene.wait(step.wait);
            let before = scene.clone();
            step.what.happens(&mut scene);
            watch(&before, &scene, &step.what);
        }
        scene
    }

    pub(super) fn played(&self) -> Scene {
        self.watched(|_, _, _| {})
    }

    /// Plays it without some of its steps, though with their waits.
    pub(super) fn without(&self, left_out: &[usize]) -> Scene {
        let mut scene = Scene::new(self.policy.clone());
        for (index, step) in self.steps.iter().enumerate() {
            scene.wait(step.wait);
            if !left_out.contains(&index) {
                step.what.happens(&mut scene);
            }
        }
        scene
    }

    /// Plays it and tells, for each act that was accepted and is no lift, its step and its case number.
    pub(super) fn with_acts(&self) -> (Scene, Vec<(usize, i64)>) {
        let (mut acts, mut index) = (Vec::new(), 0);
        let scene = self.watched(|before, after, what| {
            if matches!(what, What::Act(kind, _) if kind.lifts().is_none())
                && after.history.len() > before.history.len()
            {
                acts.push((index, after.history[before.history.len()].case.number));
            }
            index += 1;
        });
        (scene, acts)
    }

    /// The same world under policies without freezing and with escalations that carry no points, and without superseding.
    pub(super) fn simple(mut self) -> Self {
        let simplify = |policy: &mut Policy| {
            policy.freeze_while = Freeze::None;
            policy.escalations_carry_points = false;
        };
        simplify(&mut self.policy);
        for step in &mut self.steps {
            match &mut step.what {
                What::Activate(policy) => simplify(policy),
                // Which sanction there is to take the place of depends on what went before.
                What::Supersede(_, kind, length) => step.what = What::Act(*kind, *length),
                What::Act(..) | What::Lift(_) | What::Expire(_) => {}
            }
        }
        self
    }
}

impl What {
    /// Refusals (nothing to lift, say) change nothing and are part of life.
    pub(super) fn happens(&self, scene: &mut Scene) {
        match self {
            Self::Act(kind, seconds) => {
                let act = Act::new(*kind, detail(*kind, *seconds), Particulars::default()).unwrap();
                let _ = scene.submit(&moderator(1), &Command::Act(act));
            }
            Self::Supersede(index, kind, seconds) if !scene.member.sanctions.is_empty() => {
                let detail = Detail {
                    supersedes: Some(index.get(&scene.member.sanctions).id),
                    ..detail(*kind, *seconds)
                };
                let act = Act::new(*kind, detail, Particulars::default()).unwrap();
                let _ = scene.submit(&moderator(1), &Command::Act(act));
            }
            Self::Lift(index) if !scene.member.sanctions.is_empty() => {
                let _ = scene.lift(index.get(&scene.member.sanctions).id);
            }
            Self::Expire(index) if !scene.member.sanctions.is_empty() => {
                let sanction = index.get(&scene.member.sanctions).clone();
                let system = Acting {
                    actor: Actor::System,
                    authority: Authority::default(),
                };
                let command = Command::Expire {
                    sanction: sanction.id,
                    version: sanction.version,
                };
                let _ = scene.submit(&system, &command);
            }
            Self::Activate(policy) => {
                scene.activate((**policy).clone());
            }
            Self::Lift(_) | Self::Expire(_) | Self::Supersede(..) => {}
        }
    }
}

/// The community's own kind, and what restrictions take away.
pub(super) fn own_kind() -> Kind {
    Kind::named("voice_kick").unwrap()
}

fn links() -> Name {
    Name::new("links").unwrap()
}

pub(super) fn detail(kind: Kind, seconds: Option<i64>) -> Detail {
    let mut detail = Detail::lasting(seconds.map(|s| Span::new(s).unwrap()));
    if kind == Kind::Restrict {
        detail.capabilities.insert(links());
    }
    detail
}

/// Instants that crowd together, and others far apart.
fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => Just(0),
        3 => 1..120_i64,
        4 => 1..DAY,
        2 => (1..8_i64).prop_map(|days| days * DAY),
        1 => DAY..60 * DAY,
    ]
}

pub(super) fn length() -> impl Strategy<Value = i64> {
    prop_oneof![1..HOUR, (1..50_i64).prop_map(|h| h * HOUR), DAY..40 * DAY]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        8 => Just(What::Act(Kind::Warn, None)),
        4 => proptest::option::of(length()).prop_map(|s| What::Act(Kind::Mute, s)),
        3 => length().prop_map(|s| What::Act(Kind::Tempban, Some(s))),
        2 => proptest::option::of(length()).prop_map(|s| What::Act(Kind::Restrict, s)),
        1 => (any::<Index>(), length()).prop_map(|(i, s)| What::Supersede(i, Kind::Mute, Some(s))),
        1 => (any::<Index>(), length()).prop_map(|(i, s)| What::Supersede(i, Kind::Tempban, Some(s))),
        2 => Just(What::Act(own_kind(), None)),
        4 => select(vec![Kind::Kick, Kind::Ban, Kind::Unmute, Kind::Unban, Kind::Unrestrict, Kind::Note])
            .prop_map(|kind| What::Act(kind, None)),
        2 => any::<Index>().prop_map(What::Lift),
        4 => any::<Index>().prop_map(What::Expire),
        1 => policy().prop_map(|policy| What::Activate(Box::new(policy))),
    ]
}

/// A rung in steps of the granularity above the one below it: height, action, length, depth of its reset, and whether it holds
/// while the points are high, where it can.
type Draw = (i64, Kind, Option<i64>, i64, bool);

fn rungs() -> impl Strategy<Value = (Vec<Draw>, bool)> {
    let action = select(vec![
        Kind::Warn,
        Kind::Mute,
        Kind::Restrict,
        Kind::Kick,
        Kind::Tempban,
        Kind::Ban,
    ]);
    let rung = (
        1..12_i64,
        action,
        proptest::option::of(length()),
        0..12_i64,
        any::<bool>(),
    );
    (proptest::collection::vec(rung, 0..7), any::<bool>())
}

fn remedy(action: Kind, length: Option<i64>) -> RemedyDraft {
    let duration = match action {
        Kind::Mute | Kind::Restrict => length,
        Kind::Tempban => Some(length.unwrap_or(DAY)),
        _ => None,
    };
    RemedyDraft {
        action,
        duration: duration.map(|s| Span::new(s).unwrap()),
        capabilities: detail(action, None).capabilities,
    }
}

fn ladder(step: i64, (mut rungs, repeats): (Vec<Draw>, bool), falls: bool) -> Vec<RungDraft> {
    let mut actions: Vec<Kind> = rungs.iter().map(|r| r.1).collect();
    actions.sort_by_key(|kind| kind.severity());
    let (mut height, count) = (0, rungs.len());
    rungs
        .drain(..)
        .zip(actions)
        .enumerate()
        .map(|(index, ((rise, _, length, reset, high), action))| {
            height += rise;
            let at = height * step;
            let holds = matches!(action, Kind::Mute | Kind::Restrict | Kind::Tempban);
            let while_above = high && falls && holds && at >= 1_000 + step;
            let reset = (at - reset * step).max(step);
            RungDraft {
                id: format!("r{index}"),
                at: points(at),
                remedy: RemedyDraft {
                    duration: remedy(action, length).duration.filter(|_| !while_above),
                    ..remedy(action, length)
                },
                while_above,
                refire: (repeats && index + 1 == count).then_some(Refire::EveryOffence),
                reset_below: Some(points(if while_above { reset.min(at - 1_000) } else { reset })),
            }
        })
        .collect()
}

fn offence_rungs() -> impl Strategy<Value = Vec<OffenceRungDraft>> {
    let counted = select(vec![
        vec![Kind::Warn],
        vec![Kind::Warn, own_kind()],
        vec![Kind::Mute, Kind::Kick, Kind::Warn],
    ]);
    let action = select(vec![Kind::Mute, Kind::Restrict, Kind::Kick, Kind::Tempban]);
    let within = prop_oneof![1..HOUR, (1..40_i64).prop_map(|days| days * DAY)];
    let rung = (counted, 1..6_i64, within, action, length());
    let none = Just(Vec::new());
    let rungs = prop_oneof![2 => none, 1 => proptest::collection::vec(rung, 1..3)];
    rungs.prop_map(|drawn| {
        let drawn = drawn.into_iter().enumerate();
        let rung = |(index, (kinds, count, within, action, length)): (usize, (Vec<Kind>, _, _, _, _))| {
            OffenceRungDraft {
                id: format!("o{index}"),
                kinds: kinds.into_iter().collect(),
                count,
                within,
                remedy: remedy(action, Some(length)),
            }
        };
        drawn.map(rung).collect()
    })
}

fn decay() -> impl Strategy<Value = DecayDraft> {
    let rate = prop_oneof![Just(100_i64), 1..3_000_i64];
    let grace = prop_oneof![2 => Just(0_i64), 1 => 1..4 * DAY];
    prop_oneof![
        6 => (rate, grace).prop_map(|(rate, grace)| DecayDraft::Linear { per_day: Points::from_millis(rate), grace }),
        3 => (1..20 * DAY).prop_map(|after| DecayDraft::Expiry { after }),
        1 => Just(DecayDraft::None),
    ]
}

/// Any policy that the checks let pass, without the duplicate window, so that histories may repeat themselves.
pub(super) fn policy() -> impl Strategy<Value = Policy> {
    let weights = proptest::collection::vec(0..12_i64, 7);
    let freeze = select(vec![Freeze::None, Freeze::Ban, Freeze::Mute]);
    let step = select(vec![100_i64, 500, 1_000]);
    let parts = (
        weights,
        freeze,
        step,
        decay(),
        rungs(),
        offence_rungs(),
        any::<bool>(),
    );
    parts.prop_map(
        |(weights, freeze_while, step, decay, rungs, offence_rungs, escalations_carry_points)| {
            let kinds = [
                Kind::Warn,
                Kind::Mute,
                Kind::Kick,
                Kind::Tempban,
                Kind::Ban,
                Kind::Restrict,
            ];
            let own = CustomKind {
                weight: points(weights[6] * step),
                severity: Severity::Mute,
                offence: true,
            };
            let weights: BTreeMap<Kind, Points> = kinds
                .into_iter()
                .zip(weights)
                .map(|(kind, weight)| (kind, points(weight * step)))
                .collect();
            let mut draft = Draft {
                appeals: crate::domain::appeal::Rules::default(),
                drift: crate::domain::drift::DriftPolicy::default(),
                notices: crate::domain::notice::NoticePolicy::default(),
                holds: crate::domain::hold::Holds::default(),
                granularity: points(step),
                weights,
                decay,
                freeze_while,
                ladder: ladder(step, rungs, decay != DecayDraft::None),
                offence_rungs,
                kinds: [(Name::new("voice_kick").unwrap(), own)].into(),
                escalations_carry_points,
                duplicate_window: 0,
                least_rank: BTreeMap::new(),
            };
            let top = draft.ladder.last_mut();
            if let Some(rung) = top.filter(|rung| rung.refire.is_none()) {
                rung.refire = Some(Refire::Crossing);
            }
            check(draft).unwrap()
        },
    )
}

/// Something that happens after a while.
pub(super) fn step() -> impl Strategy<Value = Step> {
    (wait(), what()).prop_map(|(wait, what)| Step { wait, what })
}

/// A long life, or a bad hour: offences in a row, which the ladder answers, and hardly anything else.
pub(super) fn world() -> impl Strategy<Value = World> {
    let life = step();
    let offence = prop_oneof![
        9 => Just(What::Act(Kind::Warn, None)),
        1 => select(vec![Kind::Unmute, Kind::Unban]).prop_map(|kind| What::Act(kind, None)),
    ];
    let hour = (0..300_i64, offence).prop_map(|(wait, what)| Step { wait, what });
    let steps = prop_oneof![
        2 => proptest::collection::vec(life, 1..40),
        1 => proptest::collection::vec(hour, 1..20),
    ];
    (policy(), steps).prop_map(|(policy, steps)| World { policy, steps })
}
