//! Bodies as slow and as unwanted clients send them: answered, and the connection closed.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::server::Server;
use crate::support::store::TestStore;

/// Longer than any limit here, shorter than anyone's patience with a failing test.
const SOON: Duration = Duration::from_secs(20);

/// Sends the beginning of a request to make a community, and reads until the server closes the connection.
async fn answer_to(server: &Server, more: &str) -> String {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /v1/communities HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{more}",
        server.admin_key
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await;
    read.expect("the server closes the connection").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_a_408() {
    let store = TestStore::sqlite().await;
    let environment = [("TRIBUNE_SERVER_BODY_TIMEOUT", "200ms")];
    let server = Server::start_with_environment(&store.database_url(), &environment);
    for more in [
        "content-length: 20\r\n\r\n{\"name\":",
        "transfer-encoding: chunked\r\n\r\n8\r\n{\"name\":\r\n",
    ] {
        let answer = answer_to(&server, more).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
    }
    let none = server.admin().get("/v1/communities").await.expect(200);
    assert!(none["items"].as_array().unwrap().is_empty(), "{none}");
}

#[tokio::test]
async fn who_asks_whether_to_send_too_much_is_told_not_to() {
    let store = TestStore::sqlite().await;
    let server = Server::start(&store.database_url());
    let answer = answer_to(
        &server,
        "content-length: 99999999\r\nexpect: 100-continue\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"code\":\"payload_too_large\""), "{answer}");
}

/// As `curl` does with a body of more than a mebibyte.
#[tokio::test]
async fn who_asks_whether_to_send_a_large_import_is_told_to() {
    let store = TestStore::sqlite().await;
    let server = Server::start(&store.database_url());
    let made = server
        .admin()
        .post("/v1/communities", &serde_json::json!({"name": "large"}))
        .await
        .expect(201);
    let line = |n: usize| {
        let reason = "x".repeat(500);
        format!(
            "{{\"external_id\":\"{n}\",\"source\":\"csv\",\"occurred_at\":\"2025-01-01T00:00:00Z\",\"member\":\"discord:{n}\",\"kind\":\"warn\",\"reason\":\"{reason}\"}}\n"
        )
    };
    let lines: String = (0..3_000).map(line).collect();
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/communities/{}/imports HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
         content-type: application/x-ndjson\r\ncontent-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        made["id"].as_str().unwrap(),
        server.admin_key,
        lines.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 25];
    let read = tokio::time::timeout(SOON, stream.read_exact(&mut told)).await;
    read.expect("the server says whether to go on").unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(lines.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(SOON, stream.read_to_string(&mut answer)).await;
    read.expect("the server answers").unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"imported\":3000"),
        "{answer}"
    );
}
