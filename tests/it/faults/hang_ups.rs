//! Clients that hang up in the middle of a write: it is done whole or not at all, and nobody else's is harmed.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::checker::{Durable, Ledger, act};
use crate::support::server::Server;

const ROUNDS: usize = 12;
const CLIENTS: usize = 40;

/// Where a client stops: in its headers, in its body, right after it, a little later, or when the first byte came.
#[derive(Clone, Copy)]
enum Leaves {
    After(usize),
    BeforeEnd(usize),
    AtOnce,
    Yielding(usize),
    AtFirstByte,
}

async fn hang_up(address: String, request: String, leaves: Leaves) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let bytes = request.as_bytes();
    let sent = match leaves {
        Leaves::After(count) => &bytes[..count.min(bytes.len())],
        Leaves::BeforeEnd(count) => &bytes[..bytes.len() - count],
        _ => bytes,
    };
    stream.write_all(sent).await.unwrap();
    match leaves {
        Leaves::Yielding(times) => {
            for _ in 0..times {
                tokio::task::yield_now().await;
            }
        }
        Leaves::AtFirstByte => {
            let mut byte = [0];
            // An answer that never comes is for the checker to find.
            let _ = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut byte)).await;
        }
        _ => {}
    }
    // A reset rather than an orderly end, so that the server learns of it at its next look.
    stream.set_zero_linger().unwrap();
}

fn leaves(client: usize, round: usize) -> Leaves {
    match client % 5 {
        0 => Leaves::After(20 + 31 * round + client),
        1 => Leaves::BeforeEnd(1 + round),
        2 => Leaves::AtOnce,
        3 => Leaves::Yielding(client * (round + 1)),
        _ => Leaves::AtFirstByte,
    }
}

async fn let_them_hang_up(database: &Durable) {
    let server = Server::start(&database.url());
    let ledger = Ledger::make(&server).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    for round in 0..ROUNDS {
        let mut clients = Vec::new();
        for client in 0..CLIENTS {
            let key = format!("{round}/{client}/{}", client * 3 + round);
            ledger.known.sent(&key);
            let body = act(&key).to_string();
            let request = format!(
                "POST {} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {}\r\nidempotency-key: {key}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                ledger.acts(),
                server.admin_key,
                body.len()
            );
            clients.push(tokio::spawn(hang_up(
                address.clone(),
                request,
                leaves(client, round),
            )));
        }
        for client in clients {
            client.await.unwrap();
        }
        ledger.repeat_all(&server.admin()).await;
    }
    server.anonymous().get("/readyz").await.expect(200);
    ledger.check(&server.admin()).await;
}

#[tokio::test]
async fn clients_that_hang_up_never_half_write_on_sqlite() {
    let_them_hang_up(&Durable::sqlite()).await;
}

#[tokio::test]
async fn clients_that_hang_up_never_half_write_on_postgres() {
    let_them_hang_up(&Durable::postgres().await).await;
}
