//! The pure parts: what a decision, a standing, an explanation and a simulation cost, with a short history and with a long one.
//!
//! `cargo bench --bench domain`. The figures of one run compare with each other, not with those of another machine.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use tribune::domain::act::{Act, Command, Decision, Detail, Recent, Situation};
use tribune::domain::actor::{Acting, Actor, Target};
use tribune::domain::brief::Window;
use tribune::domain::case::{Case, Particulars};
use tribune::domain::decide::decide;
use tribune::domain::id::{KeyId, UserId};
use tribune::domain::kind::Kind;
use tribune::domain::member::Member;
use tribune::domain::past::Past;
use tribune::domain::points::Points;
use tribune::domain::policy::{Decay, Policy};
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::simulate::Simulation;
use tribune::domain::standing::standing;
use tribune::domain::time::Instant;
use tribune::domain::timeline::{PolicyVersion, Timeline};
use uuid::Uuid;

/// A member and the policies that judge them.
struct Bench {
    timeline: Timeline,
    member: Member,
    recent: Vec<Recent>,
    acting: Acting,
    warn: Command,
    now: i64,
    next_case: i64,
}

impl Bench {
    fn new() -> Self {
        let policy = Arc::new(Policy {
            duplicate_window: 0,
            ..Policy::default()
        });
        let activated_at = Instant::new(1_800_000_000).unwrap();
        let particulars = Particulars {
            reason: Some("spam in five channels".into()),
            ..Particulars::default()
        };
        Self {
            timeline: Timeline::new(vec![PolicyVersion {
                version: 1,
                activated_at,
                policy,
            }])
            .unwrap(),
            member: Member::default(),
            recent: Vec::new(),
            acting: Acting {
                actor: Actor::Key {
                    key: KeyId(Uuid::nil()),
                },
                authority: Authority::of(Rank::Admin),
            },
            warn: Command::Act(Act::new(Kind::Warn, Detail::default(), particulars).unwrap()),
            now: 1_800_000_000,
            next_case: 1,
        }
    }

    fn decide(&self) -> Decision {
        let user = UserId(Uuid::from_u128(1));
        let past = Past::default();
        let situation = Situation {
            past: &past,
            now: Instant::new(self.now).unwrap().to_utc(),
            timeline: &self.timeline,
            member: &self.member,
            recent: &self.recent,
            target: Target {
                user,
                authority: Authority::default(),
                protected: false,
                bot: false,
            },
            acting: &self.acting,
            next_case: self.next_case,
            spent: &tribune::domain::hold::Spent::default(),
            held: None,
        };
        let mut drawn = 0;
        decide(&situation, &self.warn, &mut || {
            drawn += 1;
            Uuid::from_u128(drawn)
        })
        .unwrap()
    }

    /// So many warns, one every three days: enough to stay on the ladder, little enough to keep falling.
    fn with_history(cases: i64) -> Self {
        let mut bench = Self::new();
        for _ in 0..cases {
            let decision = bench.decide();
            bench.next_case += i64::try_from(decision.entries.len()).unwrap();
            bench.member = decision.member;
            bench.recent = decision.recent;
            bench.now += 3 * 86_400;
        }
        bench
    }
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide a warn");
    for cases in [0, 1_000] {
        let bench = Bench::with_history(cases);
        group.bench_function(format!("after {cases} cases"), |b| {
            b.iter(|| black_box(bench.decide()))
        });
    }
    let mut at_the_rung = Bench::new();
    for _ in 0..2 {
        let decision = at_the_rung.decide();
        at_the_rung.member = decision.member;
    }
    assert_eq!(at_the_rung.decide().entries.len(), 2, "the third warn escalates");
    group.bench_function("that escalates", |b| b.iter(|| black_box(at_the_rung.decide())));
    group.finish();
}

fn readings(criterion: &mut Criterion) {
    let bench = Bench::with_history(1_000);
    let later = Instant::new(bench.now + 86_400).unwrap();
    criterion.bench_function("standing", |b| {
        b.iter(|| black_box(standing(&bench.timeline, &bench.member, &Past::default(), later)))
    });
    criterion.bench_function("settle", |b| {
        b.iter_batched_ref(
            || bench.member.clone(),
            |member| member.settle(black_box(&bench.timeline), &Past::default(), later),
            BatchSize::SmallInput,
        );
    });
}

/// A thousand members with some forty cases each, under a ladder that acts earlier and often.
fn simulations(criterion: &mut Criterion) {
    let mut bench = Bench::new();
    let mut history = Vec::new();
    for _ in 0..36 {
        let decision = bench.decide();
        history.extend(decision.entries.iter().map(|entry| entry.case.clone()));
        bench.next_case += i64::try_from(decision.entries.len()).unwrap();
        bench.member = decision.member;
        bench.now += 3 * 86_400;
    }
    let of = |user: u128| {
        let cases = history.iter().cloned();
        cases.map(move |mut case| {
            case.user = UserId(Uuid::from_u128(user));
            case
        })
    };
    let cases: Vec<Case> = (0..1_000).flat_map(of).collect();
    let earlier = |points: i64| {
        let mut policy = Policy::default();
        policy.ladder[0].at = Points::from_millis(points * 1_000);
        policy.ladder[0].reset_below = policy.ladder[0].at;
        policy
    };
    let lapsing = Policy {
        decay: Decay::Expiry { after: 30 * 86_400 },
        ..Policy::default()
    };
    let timeline = Arc::new(bench.timeline.clone());
    let mut group = criterion.benchmark_group("simulate");
    group.throughput(Throughput::Elements(u64::try_from(cases.len()).unwrap()));
    for (name, policy) in [("an earlier rung", earlier(2)), ("points that lapse", lapsing)] {
        group.bench_function(name, |b| {
            b.iter_batched(
                || cases.clone(),
                |cases| {
                    let now = Instant::new(bench.now).unwrap();
                    let mut simulation =
                        Simulation::new(timeline.clone(), policy.clone(), Window::default(), now);
                    let found = cases.into_iter().filter_map(|case| simulation.feed(case)).count();
                    (found, simulation.close())
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, decisions, readings, simulations);
criterion_main!(benches);
