//! What only Postgres has: several processes at once, locks that somebody else holds, connections that are cut.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tribune::domain::kind::Kind;
use tribune::domain::policy::Policy;
use tribune::ports::directory::{Applied, Change};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{PersonRef, Reply, Submission};
use tribune::ports::store::Store;
use tribune::storage::postgres;

use super::judge::{REFUSED, Simple};
use super::world::{Home, World, act, everything, hang_up_after, human, mute, person, warn, with_claim};
use crate::support::postgres::TestPostgres;
use crate::support::store::{TestStore, postgres_options};
use crate::support::wait;

/// A world on Postgres, and more stores over the same database: replicas, dated by the database's clock.
async fn replicas(count: usize) -> (World, Vec<Arc<dyn Store>>) {
    let world = World::new(TestStore::postgres().await).await;
    let mut stores: Vec<Arc<dyn Store>> = vec![];
    for _ in 0..count {
        let options = postgres_options(&world.database.database_url(), None);
        stores.push(Arc::new(postgres::open(options).await.unwrap()));
    }
    (world, stores)
}

async fn connect(world: &World) -> PgConnection {
    PgConnection::connect(&world.database.database_url())
        .await
        .unwrap()
}

async fn number_of(connection: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(connection).await.unwrap()
}

/// Dice that fall the same way in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_race_for_one_member() {
    let (world, stores) = replicas(2).await;
    let home = world.home;
    let mut running = vec![];
    for store in &stores {
        for _ in 0..4 {
            let store = Arc::clone(store);
            running.push(tokio::spawn(async move {
                for _ in 0..10 {
                    let batch: Vec<_> = (0..5).map(|_| warn(home, "hot")).collect();
                    for reply in store.decide(&batch, &Simple).await {
                        assert!(matches!(reply, Ok(Reply::Done(_))), "{reply:?}");
                    }
                }
            }));
        }
    }
    for task in running {
        task.await.unwrap();
    }
    let cases = world.cases(home).await;
    let numbers: Vec<i64> = cases.iter().map(|case| case.number).collect();
    assert_eq!(numbers, (1..=400).collect::<Vec<_>>());
    assert!(
        cases.is_sorted_by_key(|case| case.at),
        "each was dated under the member's lock"
    );
    let seen = world
        .store
        .look(home.tenant, home.community, &person("hot"))
        .await
        .unwrap();
    assert_eq!(
        seen.member.ledger.clock, 400,
        "none was decided on a state that had moved on"
    );
    let last = seen.recent.last().map(|recent| recent.case);
    assert_eq!(last, Some(400));
    // The tenant's and the community's events come first.
    assert_eq!(world.events(home.tenant).await.len(), 402);
}

/// Batches over few people and fewer communities, with newcomers, repeats and refusals, in any order.
fn random_batch(dice: &mut Dice, homes: &[Home], round: u64) -> Vec<Submission> {
    let size = 1 + dice.roll(250);
    let mut batch = vec![];
    for _ in 0..size {
        let home = homes[usize::try_from(dice.roll(homes.len() as u64)).unwrap()];
        // New names turn up all the time, and several batches meet each for the first time together.
        let name = format!("person{}", dice.roll(150) + 5 * round);
        let mut submission = match dice.roll(4) {
            0 => mute(home, &name, 60),
            1 => act(home, person(&name), Kind::Warn, None, REFUSED),
            _ => warn(home, &name),
        };
        if dice.roll(2) == 0 {
            submission.actor = human(home, &format!("person{}", dice.roll(150)));
        }
        if dice.roll(4) == 0 {
            submission = with_claim(submission, &format!("key{}", dice.roll(300)), 1);
        }
        batch.push(submission);
    }
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn random_batches_never_lock_each_other_out() {
    let (world, stores) = replicas(3).await;
    let homes = [
        world.home,
        world.another_community().await,
        world.another_home().await,
    ];
    let mut running = vec![];
    for (replica, store) in (0..).zip(&stores) {
        for lane in 0..2_u64 {
            let store = Arc::clone(store);
            running.push(tokio::spawn(async move {
                let mut dice = Dice(1 + replica * 2 + lane);
                for round in 0..25 {
                    let batch = random_batch(&mut dice, &homes, round);
                    for reply in store.decide(&batch, &Simple).await {
                        assert!(reply.is_ok(), "{reply:?}");
                    }
                }
            }));
        }
    }
    for task in running {
        task.await.unwrap();
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(number_of(&mut connect(&world).await, deadlocks).await, 0);
    for home in homes {
        let cases = world.cases(home).await;
        let numbers: Vec<i64> = cases.iter().map(|case| case.number).collect();
        assert_eq!(numbers, (1..=cases.len() as i64).collect::<Vec<_>>());
        world.events(home.tenant).await;
    }
    // Everybody whom the tenant knows was acted upon or acted; those who were only refused are not there.
    let mut needed = BTreeSet::new();
    for home in [homes[0], homes[1]] {
        for case in world.cases(home).await {
            needed.insert(case.user);
            needed.extend(case.actor.user());
        }
    }
    let users = world.store.users(world.home.tenant, everything()).await.unwrap();
    assert_eq!(users.iter().map(|user| user.id).collect::<BTreeSet<_>>(), needed);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_is_told_that_the_store_is_busy() {
    let (world, stores) = replicas(1).await;
    world.case(warn(world.home, "ann")).await;
    let mut other = connect(&world).await;
    let mut held = other.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM members FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let batch = [
        with_claim(warn(world.home, "ann"), "k", 1),
        warn(world.home, "bob"),
    ];
    let replies = stores[0].decide(&batch, &Simple).await;
    assert!(
        matches!(replies[..], [Err(StoreError::Busy), Err(StoreError::Busy)]),
        "{replies:?}"
    );
    held.rollback().await.unwrap();
    let replies = stores[0].decide(&batch, &Simple).await;
    assert!(
        matches!(replies[..], [Ok(Reply::Done(_)), Ok(Reply::Done(_))]),
        "{replies:?}"
    );
    assert_eq!(world.cases(world.home).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_hang_up_leave_nothing_half_done() {
    let world = World::new(TestStore::postgres().await).await;
    let home = world.home;
    // One connection to write with, so that each call finds what the one before has left on it.
    let options = postgres::Options {
        max_connections: 2,
        ..postgres_options(&world.database.database_url(), None)
    };
    let store: Arc<dyn Store> = Arc::new(postgres::open(options).await.unwrap());
    let batch = |round: u32| {
        let name = format!("m{}", round % 7);
        [with_claim(warn(home, &name), &format!("k{round}"), 1)]
    };
    let mut acknowledged = BTreeSet::new();
    let (mut given_up, mut rounds) = (0, 0_u32);
    // How many polls a call takes depends on the machine, so go on until enough calls ended either way.
    while rounds < 200 || (rounds < 2_000 && (given_up <= 40 || acknowledged.len() <= 40)) {
        let round = rounds;
        rounds += 1;
        match hang_up_after(1 + round % 40, store.decide(&batch(round), &Simple))
            .await
            .as_deref()
        {
            Some([Ok(Reply::Done(answer))]) => assert!(acknowledged.insert(answer.tag.clone())),
            Some(other) => panic!("{other:?}"),
            None => given_up += 1,
        }
        // A single statement, which is lost if a transaction is still open where it lands.
        let used = DateTime::from_timestamp(1_800_000_000 + i64::from(round), 0).unwrap();
        store.touch_keys(&[(home.tenant, home.key, used)]).await.unwrap();
        let keys = world.store.keys(home.tenant, everything()).await.unwrap();
        assert_eq!(keys[0].last_used_at, Some(used), "after {} polls", 1 + round % 40);
    }
    assert!(
        given_up > 40 && acknowledged.len() > 40,
        "{given_up} gave up, {} were acknowledged",
        acknowledged.len()
    );
    // A second try tells whether the first was done: never twice, never lost.
    for round in 0..rounds {
        match &store.decide(&batch(round), &Simple).await[..] {
            [Ok(Reply::Done(answer))] => assert!(acknowledged.insert(answer.tag.clone())),
            [Ok(Reply::Replayed(answer))] => {
                acknowledged.insert(answer.tag.clone());
            }
            other => panic!("{other:?}"),
        }
    }
    let cases = world.cases(home).await;
    let numbers: BTreeSet<String> = cases.iter().map(|case| case.number.to_string()).collect();
    assert_eq!(numbers.len(), rounds as usize);
    assert_eq!(acknowledged, numbers);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_cut_are_replaced() {
    let (world, stores) = replicas(1).await;
    let store = &stores[0];
    for _ in 0..3 {
        let both = [warn(world.home, "ann")];
        let replies = tokio::join!(store.decide(&both, &Simple), store.decide(&both, &Simple));
        assert!(replies.0[0].is_ok() && replies.1[0].is_ok(), "{replies:?}");
        let mut other = connect(&world).await;
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(number_of(&mut other, cut).await > 0);
        let gone = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
            AND application_name = 'tribune'";
        let limit = Duration::from_secs(20);
        wait::until_async("the connections to be cut", limit, || async {
            (number_of(&mut connect(&world).await, gone).await == 0).then_some(())
        })
        .await;
        let replies = store.decide(&both, &Simple).await;
        assert!(matches!(replies[..], [Ok(Reply::Done(_))]), "{replies:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_in_force_judges_from_its_moment_on() {
    let (world, stores) = replicas(2).await;
    let home = world.home;
    let acting = Arc::clone(&stores[0]);
    let acts = tokio::spawn(async move {
        for round in 0..60 {
            let batch: Vec<_> = (0..4)
                .map(|n| warn(home, &format!("m{}", (round + n) % 9)))
                .collect();
            for reply in acting.decide(&batch, &Simple).await {
                assert!(matches!(reply, Ok(Reply::Done(_))), "{reply:?}");
            }
        }
    });
    for version in 1..=20 {
        let put = Change::PutPolicy {
            community: home.community,
            expected: version,
            policy: Policy::default(),
            comment: None,
            activate_at: None,
        };
        let order = tribune::ports::directory::Order {
            tenant: home.tenant,
            by: human(home, "owner"),
            change: put,
            claim: None,
        };
        let applied = stores[1].apply(&order, &super::judge::Plain).await;
        assert!(matches!(applied, Ok(Applied::Done(_))), "{applied:?}");
    }
    acts.await.unwrap();
    let cases = world.cases(home).await;
    assert!(
        cases.is_sorted_by_key(|case| case.policy_version),
        "no version judges after its successor"
    );
    let versions = world
        .store
        .policies(home.tenant, home.community, everything())
        .await
        .unwrap();
    for case in cases {
        let version = versions
            .iter()
            .find(|v| v.version.version == case.policy_version)
            .unwrap();
        // The world's own clock, which dated the first version, stands still in the past.
        assert!(
            version.version.activated_at <= case.at,
            "#{} before its policy",
            case.number
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_start_together_make_the_tables_once() {
    let database = TestPostgres::empty().await;
    let open = || postgres::open(postgres_options(&database.url(), None));
    let (a, b, c) = tokio::join!(open(), open(), open());
    for store in [a.unwrap(), b.unwrap(), c.unwrap()] {
        let health = store.health().await.unwrap();
        assert!(health.backend.starts_with("postgres "), "{}", health.backend);
        assert_eq!(health.schema.0, health.schema.1);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_tables_is_refused_unless_it_may_be_migrated() {
    let database = TestPostgres::empty().await;
    let options = postgres::Options {
        migrate: false,
        ..postgres_options(&database.url(), None)
    };
    let Err(error) = postgres::open(options).await else {
        panic!("it opened")
    };
    assert!(error.to_string().contains("tribune migrate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lease_different_timers() {
    let (world, stores) = replicas(2).await;
    for name in 0..20 {
        let batch = [mute(world.home, &format!("m{name}"), 1)];
        stores[0].decide(&batch, &Simple).await;
    }
    let lease = |store: usize| {
        let store = Arc::clone(&stores[store]);
        async move { store.lease_due(10, Duration::from_secs(60)).await.unwrap() }
    };
    wait::until_async("the mutes to be over", Duration::from_secs(20), || async {
        let due = "SELECT count(*) FROM timers WHERE due_at <= floor(extract(epoch FROM clock_timestamp()))";
        (number_of(&mut connect(&world).await, due).await == 20).then_some(())
    })
    .await;
    let (a, b) = tokio::join!(lease(0), lease(1));
    let both: BTreeSet<_> = a.iter().chain(&b).map(|timer| timer.sanction).collect();
    assert_eq!((a.len(), b.len(), both.len()), (10, 10, 20), "leased once each");
    assert!(lease(0).await.is_empty());
}

#[tokio::test]
async fn people_named_in_two_ways_are_one_member() {
    let (world, _) = replicas(0).await;
    world.case(warn(world.home, "ann")).await;
    let ann = PersonRef::User(world.user("ann").await);
    // Her row in another community is missing, and is asked for under both names.
    let other = world.another_community().await;
    let batch = [
        warn(other, "ann"),
        act(other, ann, Kind::Warn, None, "again"),
        warn(other, "bob"),
    ];
    for reply in world.decide_all(&batch).await {
        assert!(matches!(reply, Ok(Reply::Done(_))), "{reply:?}");
    }
    let seen = world
        .store
        .look(other.tenant, other.community, &person("ann"))
        .await
        .unwrap();
    assert_eq!(seen.member.ledger.clock, 2);
}

/// The settings under which the store writes: plans are made once, also while the tables are empty.
const AS_A_WRITER: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/// Plans that an empty database makes are kept when it has grown. So each row of a batch must be found by the whole of its
/// key from the start: part of a key would do as well on an empty table, and walk through a community later.
#[tokio::test]
async fn plans_made_on_empty_tables_name_whole_keys() {
    let database = TestPostgres::migrated().await;
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    sqlx::raw_sql(AS_A_WRITER).execute(&mut connection).await.unwrap();
    let keys = "SELECT indexrelid::regclass::text, array_agg(attname::text) FROM pg_index \
        JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) WHERE indisprimary GROUP BY 1";
    let keys: Vec<(String, Vec<String>)> = sqlx::query(keys)
        .try_map(|row: sqlx::postgres::PgRow| Ok((row.try_get(0)?, row.try_get(1)?)))
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let batched = postgres::statements()
        .into_iter()
        .filter(|statement| statement.contains("UNNEST("));
    let mut found_by_key = 0;
    for (place, statement) in batched.enumerate() {
        let prepare = format!("PREPARE s{place} AS {statement}");
        sqlx::raw_sql(AssertSqlSafe(prepare))
            .execute(&mut connection)
            .await
            .unwrap();
        let count = (1..100)
            .take_while(|n| statement.contains(&format!("${n}")))
            .count();
        let explain = format!(
            "EXPLAIN (COSTS OFF) EXECUTE s{place} ({})",
            vec!["NULL"; count].join(", ")
        );
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(
            !plan.iter().any(|line| line.contains("Seq Scan")),
            "{statement}\n{plan:#?}"
        );
        for pair in plan.windows(2) {
            let Some((_, rest)) = pair[0].split_once("Scan using ") else {
                continue;
            };
            let Some((_, columns)) = keys.iter().find(|(key, _)| rest.starts_with(key.as_str())) else {
                continue;
            };
            for column in columns {
                let named = format!("({column} ");
                assert!(
                    pair[1].contains(&named),
                    "{column} is missing\n{statement}\n{plan:#?}"
                );
            }
            found_by_key += 1;
        }
    }
    assert!(found_by_key > 15, "{found_by_key} rows found by key");
}
