//! What cannot be seen from outside: how many connections are kept.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A network in which every address is the same peer, who answers every request with 204.
struct OnePeer {
    peer: SocketAddr,
    dialled: AtomicUsize,
}

impl OnePeer {
    async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        Arc::new(Self {
            peer,
            dialled: AtomicUsize::new(0),
        })
    }
}

/// Answers at every empty line: the requests have no bodies.
async fn answer(stream: TcpStream) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.is_empty() {
            write.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    }
}

#[async_trait]
impl Network for OnePeer {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::ErrorKind::NotFound.into())
    }

    async fn dial(&self, _address: SocketAddr) -> io::Result<TcpStream> {
        self.dialled.fetch_add(1, Ordering::Relaxed);
        TcpStream::connect(self.peer).await
    }
}

/// How many connections ten calls to one host need, one after another, when so many are kept.
async fn connections(kept: usize) -> usize {
    let network = OnePeer::start().await;
    let settings = Settings {
        allowed_networks: vec!["192.0.2.0/24".parse().unwrap()],
        ca_file: None,
        timeout: Duration::from_secs(20),
    };
    let outbound = Outbound::keeping(kept, settings, network.clone()).unwrap();
    let letter = Letter {
        target: Target::parse("http://192.0.2.7/").unwrap(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    for _ in 0..10 {
        assert_eq!(outbound.post(&letter).await, Ok(Reply { status: 204 }));
    }
    network.dialled.load(Ordering::Relaxed)
}

#[tokio::test]
async fn connections_are_kept_as_long_as_there_are_places() {
    assert_eq!(connections(0).await, 10);
    // A call may find the connection before it not quite free.
    assert!(connections(1).await < 10);
    assert!(connections(8).await <= 3);
}
