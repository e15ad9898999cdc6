//! Erasures and deletions in portions: stopped and taken up again, beside acts, and what is recognised for how long.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, SqliteConnection};
use tribune::domain::id::UserId;
use tribune::domain::kind::Kind;
use tribune::ports::directory::Change;
use tribune::ports::ledger::PersonRef;
use tribune::ports::store::Store;

use super::world::{World, act, changed, done, hang_up_after, mute, not_found, person, uuid};
use crate::support::store::TestStore;
use crate::support::wait;

/// Removes all that is to be removed.
async fn remove_all(store: &dyn Store, limit: u32) {
    while store.remove_portion(limit).await.unwrap() {}
}

/// Whether a text is somewhere in bytes.
fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Whoever reads an SQLite database as it is now, for as long as they are kept.
async fn reader(database: &TestStore) -> Option<SqliteConnection> {
    let TestStore::Sqlite { .. } = database else {
        return None;
    };
    let options: SqliteConnectOptions = database.database_url().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    for statement in ["BEGIN", "SELECT count(*) FROM cases"] {
        connection.execute(statement).await.unwrap();
    }
    Some(connection)
}

/// Forgets whom there is to forget.
async fn forget_all(store: &dyn Store) {
    let mut after = None;
    loop {
        after = store.forget_erased(after, 1).await.unwrap();
        if after.is_none() {
            return;
        }
    }
}

on_every_store! {
    /// Cut off within any portion and begun again, it is completed; and to ask again while it runs does no harm.
    async fn an_erasure_is_taken_up_again(store) {
        let world = World::new(store).await;
        let home = world.home;
        for _ in 0..7 {
            world.clock.advance(60);
            world.case(act(home, person("zap-1"), Kind::Note, None, "zap-reason")).await;
        }
        let user = world.user("zap-1").await;
        changed(world.apply(home.tenant, Change::EraseUser(user)).await);
        for stop in 0..4 {
            world.store.remove_portion(2).await.unwrap();
            hang_up_after(2 + stop, world.store.remove_portion(2)).await;
        }
        changed(world.apply(home.tenant, Change::EraseUser(user)).await);
        // Postgres may take a moment to see that whoever was cut off is gone.
        wait::until_async("the end of the erasure", Duration::from_secs(30), || async {
            remove_all(&*world.store, 2).await;
            let left = world.store.user(home.tenant, &PersonRef::User(user)).await.unwrap();
            left.erasure_done_at
        })
        .await;
        let dump = world.database.dump().await;
        assert!(!dump.contains("zap-reason") && !dump.contains("zap-1"));
        assert_eq!(world.cases(home).await.len(), 7);
    }

    /// Not even the files have anything of them, whole pages that were given up and the log included. Who reads is not waited for.
    async fn the_files_have_nothing_of_them(store) {
        let world = World::new(store).await;
        let home = world.home;
        // Longer than a page, so that it has pages of its own.
        let long = format!("zap-reason {}", "\u{1f984}".repeat(1_900));
        for _ in 0..20 {
            world.clock.advance(60);
            world.case(act(home, person("zap-1"), Kind::Warn, None, &long)).await;
        }
        let user = world.user("zap-1").await;
        let files = world.database.files();
        let is_file = !files.is_empty();
        assert_eq!(holds(&files, "zap-reason") && holds(&files, "zap-1"), is_file);
        changed(world.apply(home.tenant, Change::EraseUser(user)).await);
        let reading = reader(&world.database).await;
        remove_all(&*world.store, 3).await;
        assert_eq!(world.store.cut_log().await.unwrap(), !is_file, "somebody reads");
        drop(reading);
        wait::until_async("the log to be cut", Duration::from_secs(30), || async {
            world.store.cut_log().await.unwrap().then_some(())
        })
        .await;
        let files = world.database.files();
        assert!(!holds(&files, "zap-reason") && !holds(&files, "zap-1"));
        world.case(act(home, person("2"), Kind::Note, None, "after it")).await;
    }

    /// Acts on somebody who is being erased are theirs, each once, whoever comes first.
    async fn acts_beside_an_erasure_are_all_recorded(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(act(home, person("zap-1"), Kind::Ban, None, "first")).await;
        let user = world.user("zap-1").await;
        let acts = async {
            for number in 0..10 {
                let reason = format!("number {number}");
                done(world.decide(act(home, person("zap-1"), Kind::Note, None, &reason)).await);
            }
        };
        let erasing = async {
            changed(world.apply(home.tenant, Change::EraseUser(user)).await);
            for _ in 0..10 {
                world.store.remove_portion(3).await.unwrap();
            }
        };
        tokio::join!(acts, erasing);
        remove_all(&*world.store, 3).await;
        let cases = world.cases(home).await;
        assert_eq!(cases.len(), 11);
        assert!(cases.iter().all(|case| case.user == user), "nobody new was made");
        assert!(!world.database.dump().await.contains("zap-1"));
    }

    /// While a sanction holds they are recognised; then they are somebody new.
    async fn who_has_no_sanction_is_forgotten(store) {
        let world = World::new(store).await;
        let home = world.home;
        done(world.decide(mute(home, "a", 60)).await);
        let user = world.user("a").await;
        changed(world.apply(home.tenant, Change::EraseUser(user)).await);
        forget_all(&*world.store).await;
        remove_all(&*world.store, 100).await;
        forget_all(&*world.store).await;
        let seen = world.store.look(home.tenant, home.community, &person("a")).await.unwrap();
        assert_eq!(seen.target.map(|target| target.user), Some(user));
        let elsewhere = world.another_home().await;
        not_found(world.store.user(elsewhere.tenant, &person("a")).await, "user");
        world.clock.advance(61);
        forget_all(&*world.store).await;
        not_found(world.store.user(home.tenant, &person("a")).await, "user");
        done(world.decide(mute(home, "a", 60)).await);
        assert_ne!(world.user("a").await, user);
    }

    /// Acts that come in while a community is deleted are recorded before, or refused; no row of it stays.
    async fn acts_beside_a_deletion_leave_nothing(store) {
        let world = World::new(store).await;
        let (home, other) = (world.home, world.another_community().await);
        world.case(act(other, person("b"), Kind::Note, None, "stays")).await;
        let id = home.community;
        let acts = async {
            for number in 0..10 {
                let reason = format!("zap {number}");
                let _ = world.decide(act(home, person("a"), Kind::Note, None, &reason)).await;
            }
        };
        let deleting = async {
            changed(world.apply(home.tenant, Change::ArchiveCommunity { id, archived: true }).await);
            changed(world.apply(home.tenant, Change::DeleteCommunity(id)).await);
            remove_all(&*world.store, 2).await;
        };
        tokio::join!(acts, deleting);
        remove_all(&*world.store, 2).await;
        not_found(world.decide(act(home, person("a"), Kind::Note, None, "zap")).await, "community");
        assert!(!world.database.dump().await.contains("zap"));
        assert_eq!(world.cases(other).await.len(), 1);
        not_found(world.apply(home.tenant, Change::EraseUser(UserId(uuid()))).await, "user");
    }
}
