//! Servers that publish, side by side, and one that cannot.

use super::{community, is_the_log, notes, serve};
use crate::support::client::Client;
use crate::support::redis_nodes::Node;
use crate::support::store::TestStore;

/// Two processes publish the same logs side by side, while both commit.
#[tokio::test]
async fn two_publishers_double_and_lose_nothing() {
    let store = TestStore::postgres().await;
    let redis = Node::start(&["--save", "", "--appendonly", "no"]);
    let first = serve(&store.database_url(), &redis, &[]);
    let second = serve(&store.database_url(), &redis, &[]);
    let admin = first.admin();
    let elsewhere = Client::new(&second.url, &first.admin_key);
    let home = community(&admin).await;
    tokio::join!(notes(&admin, &home, 150), notes(&elsewhere, &home, 150));
    is_the_log(&redis, &admin).await;
}

#[tokio::test]
async fn streams_without_redis_are_refused() {
    let store = TestStore::sqlite().await;
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tribune"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &store.database_url(),
        ])
        .env_clear()
        .env("TRIBUNE_STREAMS_ENABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains("streams.enabled") && said.contains("redis.url"),
        "{said}"
    );
}
