//! Where a request comes from: the address of its connection, or what the operator's own proxies say stands behind it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use ipnet::IpNet;

/// The other end of a request's connection, as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The addresses of the operator's own reverse proxies.
pub type Proxies = Arc<[IpNet]>;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whose request it is: the nearest address that is none of the operator's own proxies. Each of them adds at the right the one that it
/// was called from, so what stands further left may be anybody's invention.
pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    for hop in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
        if !proxies.iter().any(|proxy| proxy.contains(&client)) {
            break;
        }
        match address(hop) {
            Some(address) => client = address.to_canonical(),
            // A proxy that says nothing of use answers for its request itself.
            None => break,
        }
    }
    client
}

/// What counts as one client: an IPv4 address, or a network of IPv6, whose 64 lower bits are anyone's to choose who has it.
pub(super) fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

/// An address as proxies write them: bare, in brackets, with a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse().map(|socket: SocketAddr| socket.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, lines: &[&'static str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        let proxies: Vec<IpNet> = proxies.iter().map(|net| net.parse().unwrap()).collect();
        of(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn nobody_is_believed_but_configured_proxies() {
        let forged: &[&'static str] = &["198.51.100.1"];
        assert_eq!(client("203.0.113.9", forged, &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", forged, &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", forged, &["10.0.0.0/8"]), "198.51.100.1");
    }

    #[test]
    fn the_nearest_that_is_no_proxy_is_the_client() {
        let own = &["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"];
        for (peer, lines, says) in [
            // What the client itself wrote stands at the left.
            ("10.0.0.1", &["198.51.100.1, 203.0.113.9"][..], "203.0.113.9"),
            (
                "10.0.0.1",
                &["198.51.100.1, 203.0.113.9, 192.0.2.7"],
                "203.0.113.9",
            ),
            (
                "10.0.0.1",
                &["198.51.100.1", "203.0.113.9 ,10.1.1.1"],
                "203.0.113.9",
            ),
            // All are ours: a request from inside.
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("fd00::1", &["[2001:db8::5]:443"], "2001:db8::5"),
            ("fd00::1", &["[2001:db8::5]"], "2001:db8::5"),
            ("10.0.0.1", &["203.0.113.9:5000"], "203.0.113.9"),
            // What is no address ends the walk.
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
        ] {
            assert_eq!(client(peer, lines, own), says, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let of = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
    }
}
