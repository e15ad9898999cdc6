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

/// When callers begin, from when on they are measured, when they stop, and how long after one request each sends its next; at once, unless
/// that is said.
#[derive(Clone, Copy)]
struct Plan {
    begin: Instant,
    warm_up: Duration,
    length: Duration,
    between: Option<Duration>,
}

/// How late a timer may be without the request being late.
const TIMER: Duration = Duration::from_millis(3);

/// Lets `callers` send requests to `address` for `length`, spread over the addresses.
///
/// # Panics
/// When any answer is not a success: a run that measures refusals measures nothing.
pub(crate) async fn run(addresses: &[String], callers: usize, length: Duration, requests: Requests) -> Seen {
    let plan = Plan {
        begin: Instant::now(),
        warm_up: length / 5,
        length,
        between: None,
    };
    carry_out(plan, addresses, callers, requests).await
}

/// The same at a pace: so many requests a second, by all callers together. What has to wait because an answer was late counts from when its
/// turn had come.
pub(crate) async fn paced(
    addresses: &[String],
    (callers, rate): (usize, f64),
    length: Duration,
    requests: Requests,
) -> Seen {
    let plan = Plan {
        begin: Instant::now(),
        warm_up: length / 5,
        length,
        between: Some(Duration::from_secs_f64(callers as f64 / rate)),
    };
    carry_out(plan, addresses, callers, requests).await
}

async fn carry_out(plan: Plan, addresses: &[String], callers: usize, requests: Requests) -> Seen {
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (address, requests) = (addresses[caller % addresses.len()].clone(), requests.clone());
            // Not all at once: each begins at its own place in the first round.
            let place = caller as f64 / callers as f64;
            tokio::spawn(async move { call(&address, (caller, place), plan, &requests).await })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    latencies.sort_unstable();
    let measured = (plan.length - plan.warm_up).as_secs_f64();
    Seen {
        rate: latencies.len() as f64 / measured,
        answers: latencies.len(),
        p50: at(&latencies, 0.5),
        p99: at(&latencies, 0.99),
    }
}

/// The latency that so large a share stays below, of latencies in order, in microseconds.
pub(crate) fn at(sorted: &[u32], share: f64) -> Duration {
    let index = ((sorted.len() as f64) * share) as usize;
    Duration::from_micros(u64::from(sorted[index.min(sorted.len() - 1)]))
}

/// One caller. Gives the latencies, in microseconds, of the answers after the warm-up.
async fn call(address: &str, (caller, place): (usize, f64), plan: Plan, requests: &Requests) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::with_capacity(8 * 1024);
    let mut latencies = Vec::new();
    for n in 0.. {
        let mut sent = Instant::now();
        if let Some(between) = plan.between {
            let turn = plan.begin + between.mul_f64(n as f64 + place);
            tokio::time::sleep_until(turn.into()).await;
            sent = Instant::now();
            if sent - turn > TIMER {
                sent = turn;
            }
        }
        if plan.begin.elapsed() >= plan.length {
            break;
        }
        stream.write_all(&requests(caller, n)).await.unwrap();
        read_answer(&mut stream, &mut buffer).await;
        if plan.begin.elapsed() >= plan.warm_up {
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
