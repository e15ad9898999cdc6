//! The pure parts: what a decision, a standing and an explanation cost, with a short history and with a long one.
//!
//! `cargo bench --bench domain`. The figures of one run compare with each other, not with those of another machine.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use tribune::domain::act::{Act, Command, Decision, Detail, Recent, Situation};
use tribune::domain::actor::{Acting, Actor, Target};
use tribune::domain::case::Particulars;
use tribune::domain::decide::decide;
use tribune::domain::id::{KeyId, UserId};
use tribune::domain::kind::Kind;
use tribune::domain::member::Member;
use tribune::domain::past::Past;
use tribune::domain::policy::Policy;
use tribune::domain::rank::{Authority, Rank};
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

criterion_group!(benches, decisions, readings);
criterion_main!(benches);
