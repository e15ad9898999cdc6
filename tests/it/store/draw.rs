//! What random histories draw from a seed: numbers, acts, and policies that differ in everything that a store has to carry.

use crate::support::clock::TestClock;
use crate::support::ids::TestIds;
use crate::support::limits;
use crate::support::store::TestStore;
use crate::support::tuning;
use futures_util::FutureExt as _;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::runtime::Handle;
use tribune::domain::act::{Act, Detail};
use tribune::domain::case::{Messages, Particulars};
use tribune::domain::id::CommunityId;
use tribune::domain::identity::Identity;
use tribune::domain::kind::Kind;
use tribune::domain::name::Name;
use tribune::domain::policy::Policy;
use tribune::domain::sanction::Sanction;
use tribune::domain::time::Span;
use tribune::ports::store::Store;
use tribune::service::caller::Caller;
use tribune::service::pipeline::Lanes;
use tribune::service::voids::CaseOrder;
use tribune::service::{Service, rules};

/// What is drawn, one number after the other, from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The constants of Knuth's MMIX; the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub(super) fn seconds(&mut self) -> i64 {
        let day = 86_400;
        let bound = self.of(&[1, 600, day, 5 * day, 30 * day]);
        i64::try_from(self.below(bound)).unwrap()
    }

    /// An act upon somebody on whom these sanctions hold.
    pub(super) fn act(&mut self, held: &[Sanction], named: Option<Identity>) -> Act {
        let kind = self.of(&[
            Kind::Warn,
            Kind::Warn,
            Kind::Warn,
            Kind::Mute,
            Kind::Restrict,
            Kind::Kick,
            Kind::Tempban,
            Kind::Ban,
            Kind::Note,
            Kind::Unmute,
            Kind::Unban,
            Kind::Unrestrict,
            Kind::DeleteMessages,
            Kind::named("voice_kick").unwrap(),
        ]);
        let lasts = Span::new(self.seconds().max(1)).ok();
        let duration = match kind {
            Kind::Tempban => lasts,
            Kind::Mute | Kind::Restrict => lasts.filter(|_| self.below(4) > 0),
            _ => None,
        };
        let capabilities = match kind {
            Kind::Restrict => BTreeSet::from([Name::new(self.of(&["links", "media"])).unwrap()]),
            _ => BTreeSet::new(),
        };
        let supersedes = (kind.restricts().is_some() && self.below(6) == 0 && !held.is_empty())
            .then(|| held[self.below(held.len())].id);
        let messages = (kind == Kind::DeleteMessages).then(|| Messages {
            channel: "1".into(),
            ids: vec!["2".into()],
        });
        let particulars = Particulars {
            messages,
            named,
            ..Particulars::default()
        };
        let detail = Detail {
            duration,
            capabilities,
            supersedes,
        };
        Act::new(kind, detail, particulars).unwrap()
    }
}

/// Policies that differ in everything that a store has to carry.
pub(super) fn policies() -> Vec<Policy> {
    let kinds = json!({"voice_kick": {"weight": 1.5, "severity": "mute"}});
    let ladder = json!([
        {"id": "no-links", "at": 2, "action": "restrict", "capabilities": ["links"], "duration": "P2D"},
        {"id": "quiet", "at": 4, "action": "mute", "mode": "while_above", "reset_below": 2},
        {"id": "out", "at": 8, "action": "tempban", "duration": "P3D"},
        {"id": "ban", "at": 14, "action": "ban"},
    ]);
    let offences = json!([
        {"id": "thrice", "kinds": ["warn", "voice_kick"], "count": 3, "within": "P10D", "action": "mute", "duration": "PT12H"},
        {"id": "five", "kinds": ["warn", "mute", "kick"], "count": 5, "within": "P40D", "action": "kick"},
    ]);
    let decays = [
        json!({"model": "linear", "per_day": 0.1}),
        json!({"model": "linear", "per_day": 1.5, "grace": "PT6H"}),
        json!({"model": "expiry", "after": "P8D"}),
        json!({"model": "expiry", "after": "PT20H"}),
    ];
    let mut all = Vec::new();
    for decay in decays {
        for (freeze, counts) in [("none", false), ("ban", true), ("mute", true)] {
            let offences = if counts { offences.clone() } else { json!([]) };
            let rules = json!({
                "decay": decay, "freeze_while": freeze, "ladder": ladder, "offence_rungs": offences, "kinds": kinds,
                "duplicate_window": 0, "escalations_carry_points": freeze == "ban",
            });
            all.push(read(&rules));
        }
    }
    all.push(read(
        &json!({"decay": {"model": "none"}, "kinds": kinds, "duplicate_window": 0}),
    ));
    all
}

/// Policies under which points outgrow every rung, so that what a remedy changes never wears off.
pub(super) fn growing() -> Vec<Policy> {
    let rules = [
        json!({"decay": {"model": "linear", "per_day": 0.1}, "duplicate_window": 0, "ladder": []}),
        json!({"decay": {"model": "linear", "per_day": 0.01, "grace": "PT6H"}, "duplicate_window": 0, "freeze_while": "mute", "ladder": [
            {"id": "quiet", "at": 2, "action": "mute", "duration": "P2D"},
            {"id": "out", "at": 5, "action": "tempban", "duration": "P3D", "refire": "every_offence"},
        ]}),
        json!({"decay": {"model": "linear", "per_day": 0.05}, "duplicate_window": 0, "escalations_carry_points": true, "offence_rungs": [
            {"id": "thrice", "kinds": ["warn", "kick"], "count": 3, "within": "P10D", "action": "mute", "duration": "PT12H"},
        ]}),
    ];
    rules.iter().map(read).collect()
}

fn read(rules: &Value) -> Policy {
    rules::policy(&serde_json::from_value(rules.clone()).unwrap()).unwrap()
}

/// These seeds and as many drawn ones, or the one that is asked for.
pub(crate) fn seeds((known, count): (&[u64], usize)) -> Vec<u64> {
    if let Ok(seed) = std::env::var("TRIBUNE_SEED") {
        return vec![seed.parse().unwrap()];
    }
    let mut runner = TestRunner::default();
    let mut draw = || any::<u64>().new_tree(&mut runner).unwrap().current();
    known.iter().copied().chain((0..count).map(|_| draw())).collect()
}

/// Tells stories with known seeds, and so many others, on a store of the kind of this one, each on a database of its own. The first
/// that fails prints its seed.
pub(super) async fn stories(store: &TestStore, seeds: (&[u64], usize), story: impl AsyncFn(&TestStore, u64)) {
    let kind = match store {
        TestStore::Sqlite { .. } => "sqlite",
        TestStore::Postgres { .. } => "postgres",
    };
    for seed in self::seeds(seeds) {
        let database = match kind {
            "sqlite" => TestStore::sqlite().await,
            _ => TestStore::postgres().await,
        };
        let told = AssertUnwindSafe(story(&database, seed));
        if let Err(panic) = told.catch_unwind().await {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|&said| said.to_owned()));
            panic!("on {kind} with TRIBUNE_SEED={seed}: {}", said.unwrap_or_default());
        }
    }
}

/// A case to remedy; tried out first, so that what that would write is seen.
pub(super) fn orders(community: CommunityId, number: i64) -> [CaseOrder; 2] {
    [true, false].map(|dry_run| CaseOrder {
        community,
        number,
        actor: None,
        dry_run,
        claim: None,
    })
}

/// A service over a store, with an owner's key.
pub(super) async fn served(
    database: &TestStore,
    clock: &Arc<TestClock>,
) -> (Arc<dyn Store>, Service, Caller) {
    let store = database.open(clock.clone()).await;
    let lanes = Lanes {
        lanes: 2,
        batch: 16,
        queue: 64,
    };
    let ids = Arc::new(TestIds);
    let service = Service::new(
        store.clone(),
        clock.clone(),
        ids,
        limits::memory(clock),
        Handle::current(),
        tuning::with(lanes),
    );
    let (_, secret) = service.bootstrap("default").await.unwrap().unwrap();
    let caller = service.authenticate(secret.reveal()).await.unwrap();
    (store, service, caller)
}
