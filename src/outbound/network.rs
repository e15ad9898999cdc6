//! Looking names up and dialling: what a call asks of the network, behind a trait, so that tests can have a network that lies.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Look-ups at a time. Each holds a thread until the operating system gives it up, whoever has stopped waiting.
const LOOK_UPS: usize = 32;

/// What leads to a connection.
#[async_trait]
pub trait Network: Send + Sync + 'static {
    /// The addresses of a name.
    ///
    /// # Errors
    /// When there are none, or nobody can say.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;

    /// Connects to an address.
    ///
    /// # Errors
    /// When nobody answers there.
    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream>;
}

/// The network of this machine.
pub struct Machine {
    look_ups: Arc<Semaphore>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            look_ups: Arc::new(Semaphore::new(LOOK_UPS)),
        }
    }
}

#[async_trait]
impl Network for Machine {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let place = self.look_ups.clone().acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        let name = name.to_owned();
        let look_up = move || {
            // The place is given back when the look-up is over, and not when the call is.
            let _place = place;
            // A look-up wants a port, and no port changes what comes of it.
            let found = (name.as_str(), 0).to_socket_addrs()?;
            Ok(found.map(|address| address.ip()).collect())
        };
        spawn_blocking(look_up).await.map_err(io::Error::other)?
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }
}
