//! Asks a running server whether it is ready, for health checks in images that have no other HTTP client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long each step may take; container health checks give up after a few seconds anyway.
const PATIENCE: Duration = Duration::from_secs(3);

/// A status line is far shorter; a server that sends more is not ours.
const LONGEST_STATUS_LINE: u64 = 1024;

/// Why the server does not count as healthy.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// Only plain HTTP is spoken.
    #[error("expected an address such as http://127.0.0.1:8080/readyz")]
    Address,
    /// Nobody answers.
    #[error("no answer from {host}")]
    Silent {
        /// Who was asked.
        host: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The server says no.
    #[error("the server answered: {0}")]
    Unhealthy(String),
}

/// Returns when the server answers with success.
///
/// # Errors
/// [`HealthError`] in all other cases.
pub fn probe(url: &str) -> Result<(), HealthError> {
    let rest = url.strip_prefix("http://").ok_or(HealthError::Address)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || url.contains(char::is_whitespace) {
        return Err(HealthError::Address);
    }
    let line = status_line(host, path).map_err(|cause| HealthError::Silent {
        host: host.to_owned(),
        cause,
    })?;
    // `HTTP/1.1 200 OK`
    match line.split(' ').nth(1) {
        Some(status) if status.len() == 3 && status.starts_with('2') => Ok(()),
        _ => Err(HealthError::Unhealthy(line.trim_end().to_owned())),
    }
}

fn status_line(host: &str, path: &str) -> std::io::Result<String> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    let with_port = if host.ends_with(']') || !host.contains(':') {
        format!("{host}:80")
    } else {
        host.to_owned()
    };
    for address in with_port.to_socket_addrs()? {
        let mut stream = match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => stream,
            Err(error) => {
                last = error;
                continue;
            }
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // In one piece: a server that answers before it has read everything may reset the connection.
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream.take(LONGEST_STATUS_LINE)).read_line(&mut line)?;
        return Ok(line);
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers once, and what it was asked.
    fn server(answer: &'static str) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/readyz", listener.local_addr().unwrap());
        let asked = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            // The whole head is read: closing over unread bytes would reset the connection and take the answer along.
            let mut head = BufReader::new(stream.try_clone().unwrap())
                .lines()
                .map(Result::unwrap);
            let line = head.next().unwrap();
            assert!(head.any(|line| line.is_empty()), "a head ends with an empty line");
            stream.write_all(answer.as_bytes()).unwrap();
            line
        });
        (url, asked)
    }

    #[test]
    fn success_is_health() {
        let (url, asked) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assert!(probe(&url).is_ok());
        assert_eq!(asked.join().unwrap(), "GET /readyz HTTP/1.1");
    }

    #[test]
    fn everything_else_is_not() {
        let (url, _asked) = server("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert!(probe(&url).unwrap_err().to_string().contains("503"));
        let (url, _asked) = server("SSH-2.0-other\r\n");
        assert!(matches!(probe(&url), Err(HealthError::Unhealthy(_))));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(matches!(
            probe(&format!("http://{closed}/")),
            Err(HealthError::Silent { .. })
        ));
        for url in ["https://127.0.0.1/", "127.0.0.1:8080", "http://", "http://a b/"] {
            assert!(matches!(probe(url), Err(HealthError::Address)), "{url}");
        }
    }
}
