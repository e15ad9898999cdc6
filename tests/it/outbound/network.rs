//! A network that says what a test wants of names, leads every address to one peer, and writes everything down.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::net::TcpStream;
use tribune::outbound::network::Network;

/// The network, and what was asked of it.
pub(super) struct Liar {
    peer: SocketAddr,
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    /// Addresses where nobody answers: with a refusal, and with silence.
    dead: Vec<IpAddr>,
    silent: Vec<IpAddr>,
    asked: Mutex<Vec<String>>,
    dialled: Mutex<Vec<SocketAddr>>,
}

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

impl Liar {
    /// The first look-up gives the first of the answers and so on; after the last of them no name leads anywhere.
    pub(super) fn new(peer: SocketAddr, answers: &[&[&str]]) -> Arc<Self> {
        Self::with_gaps(peer, answers, &[], &[])
    }

    /// Nobody answers at some of the addresses.
    pub(super) fn with_gaps(
        peer: SocketAddr,
        answers: &[&[&str]],
        dead: &[&str],
        silent: &[&str],
    ) -> Arc<Self> {
        Arc::new(Self {
            peer,
            answers: Mutex::new(answers.iter().map(|texts| addresses(texts)).collect()),
            dead: addresses(dead),
            silent: addresses(silent),
            asked: Mutex::default(),
            dialled: Mutex::default(),
        })
    }

    /// The names that were looked up.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The addresses that were dialled.
    pub(super) fn dialled(&self) -> Vec<String> {
        let dialled = self.dialled.lock().unwrap();
        dialled.iter().map(ToString::to_string).collect()
    }
}

#[async_trait]
impl Network for Liar {
    async fn resolve(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let answer = self.answers.lock().unwrap().pop_front();
        answer.ok_or_else(|| Error::new(ErrorKind::NotFound, "10.9.8.7 says that there is no such name"))
    }

    async fn dial(&self, address: SocketAddr) -> std::io::Result<TcpStream> {
        self.dialled.lock().unwrap().push(address);
        if self.dead.contains(&address.ip()) {
            return Err(ErrorKind::ConnectionRefused.into());
        }
        if self.silent.contains(&address.ip()) {
            std::future::pending::<()>().await;
        }
        TcpStream::connect(self.peer).await
    }
}
