//! Who is called: a listener on this machine that answers as a test wants it to, badly as a rule.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::wait;

/// How a peer answers.
#[derive(Clone)]
pub(super) enum Habit {
    /// Each request with these bytes, on one connection as on many.
    Answers(Vec<u8>),
    /// With these bytes and nothing after them, and without an end.
    Stalls(Vec<u8>),
    /// With these bytes, and then with those, for ever.
    Repeats(Vec<u8>, Vec<u8>),
    /// With one byte after the other of these, for ever, as slowly as can be.
    Trickles(Vec<u8>),
    /// With these bytes and the end of the connection.
    Ends(Vec<u8>),
    /// Ends connections before there is a request.
    Closes,
}

impl Habit {
    /// A status without a body.
    pub(super) fn status(status: u16) -> Self {
        Self::Answers(format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n").into_bytes())
    }
}

/// What a peer has seen.
#[derive(Default)]
struct Seen {
    accepted: AtomicUsize,
    ended: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

/// A listener, gone with the runtime of its test.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    seen: Arc<Seen>,
}

impl Peer {
    /// On 127.0.0.1.
    pub(super) async fn start(habit: Habit) -> Self {
        Self::listen("127.0.0.1:0", habit, None).await.unwrap()
    }

    /// On 127.0.0.1, with a certificate.
    pub(super) async fn secure(habit: Habit, config: ServerConfig) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::listen("127.0.0.1:0", habit, Some(acceptor)).await.unwrap()
    }

    /// Elsewhere, if this machine has the address.
    pub(super) async fn listen(on: &str, habit: Habit, tls: Option<TlsAcceptor>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(on).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let sees = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                sees.accepted.fetch_add(1, Ordering::SeqCst);
                let (habit, tls, sees) = (habit.clone(), tls.clone(), sees.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, &habit, &sees).await,
                        // A caller that does not like the certificate goes away.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, &habit, &sees).await;
                            }
                        }
                    }
                    sees.ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Ok(Self { address, seen })
    }

    /// Its address on the web.
    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// How many connections there were.
    pub(super) fn accepted(&self) -> usize {
        self.seen.accepted.load(Ordering::SeqCst)
    }

    /// Every request, as it came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Waits until the caller has left.
    pub(super) async fn left(&self) {
        wait::until_async("the end of the connection", super::LONG, || async {
            (self.seen.ended.load(Ordering::SeqCst) == self.accepted()).then_some(())
        })
        .await;
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, habit: &Habit, seen: &Seen) {
    if matches!(habit, Habit::Closes) {
        return;
    }
    while let Some(request) = read(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        // Who has left does not hear the rest.
        if answer(&mut stream, habit).await.is_err() {
            return;
        }
    }
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), habit: &Habit) -> std::io::Result<()> {
    match habit {
        Habit::Answers(bytes) | Habit::Stalls(bytes) => {
            stream.write_all(bytes).await?;
            stream.flush().await
        }
        Habit::Repeats(first, then) => {
            stream.write_all(first).await?;
            loop {
                stream.write_all(then).await?;
            }
        }
        Habit::Trickles(bytes) => {
            for byte in bytes.iter().cycle() {
                stream.write_all(&[*byte]).await?;
                stream.flush().await?;
                wait::pace(Duration::from_millis(5)).await;
            }
            Ok(())
        }
        Habit::Ends(bytes) => {
            stream.write_all(bytes).await?;
            stream.shutdown().await?;
            Err(std::io::ErrorKind::ConnectionAborted.into())
        }
        Habit::Closes => Ok(()),
    }
}

/// A whole request; none when the caller has left.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|&count| count > 0)?;
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
}
