//! `kill -9` in the middle of a load: whatever was acknowledged is there, once.

use super::checker::{Durable, Ledger};
use crate::support::server::Server;

/// How often the server is killed, and how many acts are acknowledged before each time.
const ROUNDS: usize = 3;
const ACTS: usize = 200;
const WORKERS: usize = 32;

async fn kill_the_server(database: &Durable) {
    let mut server = Server::start(&database.url());
    let ledger = Ledger::make(&server).await;
    for round in 0..ROUNDS {
        let workers = ledger.load(&server, round, WORKERS);
        ledger.until_acknowledged(ACTS + 7 * round).await;
        server.kill();
        for worker in workers {
            worker.await.unwrap();
        }
        server.restart();
        ledger.repeat_all(&server.admin()).await;
        ledger.check(&server.admin()).await;
    }
}

#[tokio::test]
async fn a_killed_server_loses_and_doubles_nothing_on_sqlite() {
    kill_the_server(&Durable::sqlite()).await;
}

#[tokio::test]
async fn a_killed_server_loses_and_doubles_nothing_on_postgres() {
    kill_the_server(&Durable::postgres().await).await;
}

#[tokio::test]
async fn a_killed_database_loses_and_doubles_nothing() {
    let mut database = crate::support::postgres::TestPostgres::durable().await;
    let mut server = Server::start(&database.url());
    let ledger = Ledger::make(&server).await;
    let workers = ledger.load(&server, 0, WORKERS);
    ledger.until_acknowledged(ACTS).await;
    database.cluster().crash();
    database.cluster().start_again();
    // The same server finds the database again by itself.
    ledger.until_acknowledged(ACTS).await;
    server.kill();
    for worker in workers {
        worker.await.unwrap();
    }
    server.restart();
    ledger.repeat_all(&server.admin()).await;
    ledger.check(&server.admin()).await;
}
