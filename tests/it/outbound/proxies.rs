//! Proxies that the environment of a process names are not asked: they would dial whatever the guard refuses.

use std::process::Command;

use super::peer::{Habit, Peer};
use super::{local, post};

#[tokio::test]
async fn a_call_in_this_environment() {
    let peer = Peer::start(Habit::status(204)).await;
    assert_eq!(post(&local(), &peer.url()).await, Ok(204));
    assert!(peer.requests()[0].starts_with("POST /hook HTTP/1.1\r\n"));
}

/// The test above, in a process of its own whose environment names a proxy.
#[test]
fn the_environment_names_no_proxy() {
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "outbound::proxies::a_call_in_this_environment"]);
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        command.env(name, &url);
    }
    let output = command
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(proxy.accept().is_err(), "the proxy was asked");
}
