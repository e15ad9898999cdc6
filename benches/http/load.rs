//! Callers: so many connections that each send one request after another and time the answers.
//!
//! Deliberately bare (a socket, bytes out, bytes in), because on a small machine the callers share the processors with what
//! they measure.

use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a run of callers saw.
pub(crate) struct Seen {
    /// Answers with a success status a second.
    pub(crate) rate: f64,
    /// Successful answers.
    pub(crate) answers: usize,
    /// Median latency.
    pub(crate) p50: Duration,
    /// 99th percentile.
    pub(crate) p99: Duration,
}

/// Makes the bytes of the `n`th request of a caller.
pub(crate) type Requests = Arc<dyn Fn(usize, u64) -> Vec<u8> + Send + Sync>;

/// Lets `callers` send requests to `address` for `length`, spread over the addresses.
///
/// # Panics
/// When any answer is not a success: a run that measures refusals measures nothing.
pub(crate) async fn run(addresses: &[String], callers: usize, length: Duration, requests: Requests) -> Seen {
    let warm_up = length / 5;
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (address, requests) = (addresses[caller % addresses.len()].clone(), requests.clone());
            tokio::spawn(async move { call(&address, caller, begin, warm_up, length, &requests).await })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    latencies.sort_unstable();
    let at = |share: f64| {
        let index = ((latencies.len() as f64) * share) as usize;
        Duration::from_micros(u64::from(latencies[index.min(latencies.len() - 1)]))
    };
    let measured = (length - warm_up).as_secs_f64();
    Seen {
        rate: latencies.len() as f64 / measured,
        answers: latencies.len(),
        p50: at(0.5),
        p99: at(0.99),
    }
}

/// One caller. Gives the latencies, in microseconds, of the answers after the warm-up.
async fn call(
    address: &str,
    caller: usize,
    begin: Instant,
    warm_up: Duration,
    length: Duration,
    requests: &Requests,
) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::with_capacity(8 * 1024);
    let mut latencies = Vec::new();
    for n in 0.. {
        if begin.elapsed() >= length {
            break;
        }
        let sent = Instant::now();
        stream.write_all(&requests(caller, n)).await.unwrap();
        read_answer(&mut stream, &mut buffer).await;
        if begin.elapsed() >= warm_up {
            latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
    latencies
}

/// Reads one answer with a content length, and insists that it is a success.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    let (head, length) = loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .expect("a content length");
            break (end + 4, length.trim().parse::<usize>().unwrap());
        }
    };
    while buffer.len() < head + length {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
    }
    assert!(
        buffer.starts_with(b"HTTP/1.1 2"),
        "{}",
        String::from_utf8_lossy(buffer)
    );
}

/// The bytes of a request with a JSON body.
pub(crate) fn post(path: &str, key: &str, idempotency: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         idempotency-key: {idempotency}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The bytes of a read.
pub(crate) fn get(path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\r\n").into_bytes()
}
