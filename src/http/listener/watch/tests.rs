//! Tests of the stream: whose bytes are written as they are, and in place of which a document is.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

fn watched<S>(stream: S) -> (Watch, Watched<S>) {
    let watch = Watch::new(Patience {
        header: Duration::from_secs(1),
        idle: Duration::from_secs(1),
    });
    let stream = watch.over(stream, Refusals::new());
    (watch, stream)
}

const BARE: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn a_refusal_is_written_in_pieces_to_who_reads_in_pieces() {
    let (mut client, server) = tokio::io::duplex(7);
    let (_, mut stream) = watched(server);
    let write = async {
        stream.write_all(BARE).await.unwrap();
        stream.flush().await.unwrap();
        drop(stream);
    };
    let mut text = String::new();
    let (read, ()) = tokio::join!(client.read_to_string(&mut text), write);
    read.unwrap();
    assert!(text.ends_with('}') && text.contains("bad_request"), "{text}");
    assert_eq!(text.matches("HTTP/1.1").count(), 1);
}

#[tokio::test]
async fn an_answer_is_a_handlers_until_it_is_flushed() {
    let (mut client, server) = tokio::io::duplex(4096);
    let (watch, mut stream) = watched(server);
    let serving = watch.serving();
    stream.flush().await.unwrap();
    drop(serving);
    stream.write_all(BARE).await.unwrap();
    stream.flush().await.unwrap();
    stream.write_all(BARE).await.unwrap();
    drop(stream);
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    let (first, second) = text.split_at(BARE.len());
    assert_eq!(first.as_bytes(), BARE);
    assert!(second.contains("bad_request"), "{second}");
}
