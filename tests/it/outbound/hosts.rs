//! What is never called: in any spelling, by any name, and whatever a name resolves to a moment later.

use tribune::domain::target::Target;
use tribune::outbound::{Outbound, Settings};
use tribune::ports::courier::{Courier as _, Forbidden, Undelivered};

use super::network::Liar;
use super::peer::{Habit, Peer};
use super::secure::Authority;
use super::{SHORT, letter, local, over, post, settings};
use crate::support::scratch;

/// Hosts that are addresses which nobody may call, in every spelling.
const FORBIDDEN: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "10.0.0.1",
    "10.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.168.257",
    "3232235777",
    "169.254.169.254",
    "0xA9FEA9FE",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "100.100.100.200",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[2600::5efe:127.0.0.1]",
];

#[tokio::test]
async fn forbidden_addresses_are_refused_in_every_spelling() {
    let peer = Peer::start(Habit::status(204)).await;
    let network = Liar::new(peer.address, &[]);
    let outbound = over(&network, &[]);
    for host in FORBIDDEN {
        for url in [
            format!("http://{host}/"),
            format!("https://{host}/"),
            format!("https://{host}:{}/", peer.address.port()),
        ] {
            let target = Target::parse(&url).unwrap();
            assert_eq!(outbound.permits(&target), Err(Forbidden::Address), "{url}");
            assert_eq!(
                post(&outbound, &url).await,
                Err(Undelivered::RefusedAddress),
                "{url}"
            );
        }
    }
    assert!(network.asked().is_empty() && network.dialled().is_empty() && peer.accepted() == 0);
}

#[tokio::test]
async fn names_of_forbidden_addresses_are_refused() {
    let peer = Peer::start(Habit::status(204)).await;
    for host in FORBIDDEN {
        let literal = Target::parse(&format!("http://{host}/"))
            .unwrap()
            .literal()
            .unwrap()
            .to_string();
        let network = Liar::new(peer.address, &[&[&literal]]);
        let outbound = over(&network, &["203.0.113.0/24"]);
        let refused = post(&outbound, "https://rebind.example.com/").await;
        assert_eq!(refused, Err(Undelivered::RefusedAddress), "{literal}");
        assert_eq!(network.asked(), ["rebind.example.com"]);
        assert!(network.dialled().is_empty(), "{literal}");
    }
    assert_eq!(peer.accepted(), 0);
}

/// With the names that this machine itself has for itself.
#[tokio::test]
async fn this_machine_is_called_by_no_name_unless_it_is_allowed() {
    let peer = Peer::start(Habit::status(204)).await;
    let port = peer.address.port();
    let closed = Outbound::new(settings(&[])).unwrap();
    let refused = post(&closed, &format!("https://localhost:{port}/")).await;
    assert_eq!(refused, Err(Undelivered::RefusedAddress));
    // Not every machine knows itself by a name with a dot.
    let refused = post(&closed, &format!("https://LOCALHOST.:{port}/")).await;
    assert!(
        matches!(
            refused,
            Err(Undelivered::RefusedAddress | Undelivered::Unresolved)
        ),
        "{refused:?}"
    );
    assert_eq!(peer.accepted(), 0);
    assert_eq!(
        post(&local(), &format!("http://localhost:{port}/")).await,
        Ok(204)
    );
    if let Ok(peer) = Peer::listen("[::1]:0", Habit::status(204), None).await {
        assert_eq!(post(&closed, &peer.url()).await, Err(Undelivered::RefusedAddress));
        assert_eq!(post(&local(), &peer.url()).await, Ok(204));
    }
}

/// A name that resolves to a public address when it is looked at, and to this machine when it is looked up again.
#[tokio::test]
async fn what_was_checked_is_what_is_dialled() {
    let authority = Authority::new();
    let folder = scratch::folder("outbound");
    let once = Habit::Ends(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec());
    let peer = Peer::secure(once, authority.vouches_for(&["rebind.example.com"])).await;
    let network = Liar::new(peer.address, &[&["8.8.8.8"], &["127.0.0.1"]]);
    let settings = Settings {
        ca_file: Some(authority.file(&folder)),
        ..settings(&[])
    };
    let outbound = Outbound::over(settings, network.clone()).unwrap();
    assert_eq!(post(&outbound, "https://rebind.example.com/").await, Ok(204));
    assert_eq!(
        network.asked().len(),
        1,
        "what is asked twice can be answered twice"
    );
    let again = post(&outbound, "https://rebind.example.com/").await;
    assert_eq!(again, Err(Undelivered::RefusedAddress));
    assert_eq!(network.dialled(), ["8.8.8.8:443"]);
}

#[tokio::test]
async fn of_several_addresses_only_those_are_dialled_that_may_be() {
    let peer = Peer::start(Habit::status(204)).await;
    let mixed: &[&str] = &[
        "10.0.0.1",
        "::ffff:8.8.8.8",
        "8.8.8.8",
        "::1",
        "192.0.2.7",
        "2606:4700::1",
        "169.254.169.254",
    ];
    let network = Liar::with_gaps(peer.address, &[mixed, mixed], &["8.8.8.8", "2606:4700::1"], &[]);
    let outbound = over(&network, &["192.0.2.0/24"]);
    // The peer speaks no TLS.
    assert_eq!(
        post(&outbound, "https://mixed.example.com:8443/").await,
        Err(Undelivered::Tls)
    );
    assert_eq!(network.dialled(), ["8.8.8.8:8443", "192.0.2.7:8443"]);
    // Over http it is the operator's networks alone.
    assert_eq!(post(&outbound, "http://mixed.example.com/").await, Ok(204));
    assert_eq!(network.dialled().last().unwrap(), "192.0.2.7:80");
    assert_eq!(network.dialled().len(), 3);
}

#[tokio::test]
async fn without_encryption_only_what_is_allowed_is_called() {
    let peer = Peer::start(Habit::status(204)).await;
    let network = Liar::new(peer.address, &[&["8.8.8.8"]]);
    let closed = over(&network, &[]);
    for url in [
        "http://hooks.example.com/",
        "http://8.8.8.8/",
        "http://[2606:4700::1]/",
    ] {
        assert_eq!(
            closed.permits(&letter(url).target),
            Err(Forbidden::Unencrypted),
            "{url}"
        );
        assert_eq!(
            post(&closed, url).await,
            Err(Undelivered::RefusedAddress),
            "{url}"
        );
    }
    assert!(
        network.asked().is_empty(),
        "no name needs to be looked up for that"
    );
    let open = over(&network, &["192.0.2.0/24"]);
    assert_eq!(
        open.permits(&letter("http://8.8.8.8/").target),
        Err(Forbidden::Unencrypted)
    );
    assert_eq!(
        open.permits(&letter("http://hooks.example.com/").target),
        Ok(()),
        "a name may lead there"
    );
    assert_eq!(
        post(&open, "http://hooks.example.com/").await,
        Err(Undelivered::RefusedAddress)
    );
    assert!(network.dialled().is_empty());
    assert_eq!(open.permits(&letter("http://192.0.2.7/").target), Ok(()));
    assert_eq!(post(&open, "http://192.0.2.7/").await, Ok(204));
    assert_eq!(
        open.permits(&letter("http://192.0.3.7/").target),
        Err(Forbidden::Unencrypted)
    );
    assert_eq!(
        open.permits(&letter("https://10.0.0.1/").target),
        Err(Forbidden::Address)
    );
}

#[tokio::test]
async fn redirects_are_answers() {
    let inside = Peer::start(Habit::status(204)).await;
    for status in [300, 301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} So\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            inside.url()
        );
        let peer = Peer::start(Habit::Answers(answer.into_bytes())).await;
        assert_eq!(post(&local(), &peer.url()).await, Ok(status));
        assert_eq!(peer.requests().len(), 1);
    }
    assert_eq!(inside.accepted(), 0);
}

#[tokio::test]
async fn one_address_after_the_other_is_tried_but_not_every_one() {
    let peer = Peer::start(Habit::status(204)).await;
    let five: &[&str] = &["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
    let url = "http://many.example.com/";

    let network = Liar::with_gaps(peer.address, &[five], &five[..1], &[]);
    assert_eq!(post(&over(&network, &["192.0.2.0/24"]), url).await, Ok(204));
    assert_eq!(network.dialled(), ["192.0.2.1:80", "192.0.2.2:80"]);

    let network = Liar::with_gaps(peer.address, &[five], &five[..4], &[]);
    let refused = post(&over(&network, &["192.0.2.0/24"]), url).await;
    assert_eq!(
        (refused, network.dialled().len()),
        (Err(Undelivered::Unreachable), 4)
    );

    // Silence at one address leaves time for the next.
    let hasty = Settings {
        timeout: SHORT * 10,
        ..settings(&["192.0.2.0/24"])
    };
    let network = Liar::with_gaps(peer.address, &[five], &[], &five[..1]);
    assert_eq!(
        post(&Outbound::over(hasty, network.clone()).unwrap(), url).await,
        Ok(204)
    );
    assert_eq!(network.dialled(), ["192.0.2.1:80", "192.0.2.2:80"]);

    let hasty = Settings {
        timeout: SHORT,
        ..settings(&["192.0.2.0/24"])
    };
    let network = Liar::with_gaps(peer.address, &[five], &[], five);
    let silence = post(&Outbound::over(hasty, network).unwrap(), url).await;
    assert_eq!(silence, Err(Undelivered::TimedOut));
}

#[tokio::test]
async fn names_that_lead_nowhere_are_told_apart_and_nothing_else_is_told() {
    let peer = Peer::start(Habit::status(204)).await;
    let outbound = over(&Liar::new(peer.address, &[]), &[]);
    let error = post(&outbound, "https://nowhere.example.com/").await.unwrap_err();
    assert_eq!(error, Undelivered::Unresolved);
    let outbound = over(&Liar::new(peer.address, &[&[]]), &[]);
    assert_eq!(
        post(&outbound, "https://empty.example.com/").await,
        Err(Undelivered::Unresolved)
    );
    for reason in Undelivered::ALL {
        let told = format!("{reason} {reason:?} {}", reason.name());
        assert!(
            !told.contains("10.9.8.7") && !told.contains("example.com"),
            "{told}"
        );
    }
}
