//! What only an embedded database has: a file that one process serves, a writer that a cancelled caller leaves clean.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use tribune::domain::plan::Plan;
use tribune::ports::store::Store as _;
use tribune::storage::open::OpenError;
use tribune::storage::sqlite::{self, Options};

use super::judge::{Plain, Simple};
use super::world::{World, api_key, hang_up_after, mute, warn, with_claim};
use crate::support::clock::TestClock;
use crate::support::scratch;
use crate::support::store::{TestStore, sqlite_options};

fn path(store: &TestStore) -> PathBuf {
    let TestStore::Sqlite { dir } = store else {
        unreachable!()
    };
    dir.path().join("tribune.db")
}

async fn world() -> World {
    World::new(TestStore::sqlite().await).await
}

#[tokio::test]
async fn a_second_server_is_refused() {
    let world = world().await;
    let options = || sqlite_options(&path(&world.database), TestClock::new());
    let Err(error) = sqlite::open(options()).await else {
        panic!("it opened")
    };
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(
        error.to_string().contains("in use by another tribune process"),
        "{error}"
    );
    world.store.close().await;
    drop(world.store);
    assert!(sqlite::open(options()).await.is_ok(), "once the first has gone");
}

/// `tribune key create` beside a server: what it writes, the server reads, and it keeps nobody away.
#[tokio::test]
async fn a_key_is_made_beside_a_server() {
    let world = world().await;
    let options = Options {
        exclusive: false,
        ..sqlite_options(&path(&world.database), TestClock::new())
    };
    let guest = sqlite::open(options).await.unwrap();
    let key = api_key(world.home.tenant, &world.clock);
    let order = tribune::ports::directory::Order {
        tenant: world.home.tenant,
        by: tribune::ports::ledger::ActorRef::System,
        change: tribune::ports::directory::Change::CreateKey(Box::new(key.clone())),
        claim: None,
    };
    let apply = tribune::ports::directory::Directory::apply(&guest, &order, &Plain);
    let (applied, case) = tokio::join!(apply, world.decide(warn(world.home, "ann")));
    assert!(
        matches!(applied, Ok(tribune::ports::directory::Applied::Done(_))),
        "{applied:?}"
    );
    assert!(case.is_ok(), "{case:?}");
    assert_eq!(
        world.store.key_by_hash(&key.hash).await.unwrap(),
        Some((key, Plan::Standard))
    );
    assert_eq!(world.events(world.home.tenant).await.len(), 4);
    guest.close().await;
}

/// A guest that comes first makes the database and leaves it to whoever serves it.
#[tokio::test]
async fn a_guest_does_not_keep_a_server_away() {
    let dir = scratch::folder("guest");
    let path = dir.path().join("deep").join("er").join("tribune.db");
    let options = |exclusive| Options {
        exclusive,
        ..sqlite_options(&path, TestClock::new())
    };
    let guest = sqlite::open(options(false)).await.unwrap();
    let server = sqlite::open(options(true)).await.unwrap();
    assert_eq!(
        tribune::ports::directory::Directory::count_tenants(&server)
            .await
            .unwrap(),
        0
    );
    guest.close().await;
}

/// Whoever else has an account on the machine reads none of its files, whatever the folder's permissions are.
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    let world = world().await;
    world.case(warn(world.home, "ann")).await;
    let database = path(&world.database);
    for end in ["", "-wal", "-shm", ".lock"] {
        let file = PathBuf::from(format!("{}{end}", database.display()));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

/// Cancelled at whatever await, a batch is there whole or not at all, and the next one finds a clean connection.
#[tokio::test]
async fn a_cancelled_batch_leaves_no_open_transaction() {
    let world = world().await;
    let home = world.home;
    let mut finished = 0;
    for polls in 1..60_u32 {
        let name = format!("m{polls}");
        let batch = [
            mute(home, &name, 60),
            with_claim(warn(home, &name), &format!("key {polls}"), 1),
        ];
        let replies = hang_up_after(polls, world.store.decide(&batch, &Simple)).await;
        finished += usize::from(replies.is_some());
        // The next one waits for the cancelled one's connection to be gone, and works.
        world.case(warn(home, "witness")).await;
        let known = world
            .store
            .user(home.tenant, &crate::store::world::person(&name))
            .await
            .ok();
        let cases = world.cases(home).await;
        let of_it = cases
            .iter()
            .filter(|case| Some(case.user) == known.as_ref().map(|user| user.id));
        let count = of_it.count();
        assert!(
            count == 0 && known.is_none() || count == 2,
            "{count} of 2 cases after {polls} polls"
        );
        if replies.is_some() {
            assert_eq!(count, 2);
        }
    }
    assert!(
        finished > 0,
        "none of them came to its end, so nothing was tried near the commit"
    );
    let numbers: Vec<i64> = world.cases(home).await.iter().map(|case| case.number).collect();
    assert_eq!(
        numbers,
        (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>()
    );
    world.events(home.tenant).await;
}

/// A judge that panics takes its transaction with it, and nothing else.
#[tokio::test]
async fn a_panic_leaves_no_open_transaction() {
    struct Panics;
    impl tribune::ports::ledger::Judge for Panics {
        fn announcer(&self) -> Box<dyn tribune::ports::directives::Announce> {
            Box::new(super::judge::Announcer)
        }

        fn judge(
            &self,
            _: &tribune::domain::act::Situation<'_>,
            _: &tribune::ports::ledger::Submission,
        ) -> Result<tribune::ports::ledger::Ruling, tribune::domain::refusal::Refusal> {
            panic!("a judge with a bug")
        }
    }
    let world = world().await;
    let (store, submission) = (Arc::clone(&world.store), warn(world.home, "ann"));
    let task = tokio::spawn(async move { store.decide(&[submission], &Panics).await });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(world.case(warn(world.home, "ann")).await, 1);
}
