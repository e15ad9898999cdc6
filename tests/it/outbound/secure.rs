//! Calls over TLS: whose word counts, and what is told when it does not.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tribune::outbound::{Outbound, Settings};
use tribune::ports::courier::Undelivered;

use super::network::Liar;
use super::peer::{Habit, Peer};
use super::{SHORT, local, post, settings};
use crate::support::scratch::{self, Folder};

/// Somebody whose word counts for whoever has their file.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// What a peer needs who has these names.
    pub(super) fn vouches_for(&self, names: &[&str]) -> ServerConfig {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.signs(CertificateParams::new(names).unwrap())
    }

    fn signs(&self, params: CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = rustls::crypto::ring::default_provider();
        ServerConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap()
    }

    /// Its file.
    pub(super) fn file(&self, folder: &Folder) -> PathBuf {
        let path = folder.path().join("authority.pem");
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }
}

/// A courier that believes this authority, and may call this machine.
fn believing(authority: &Authority, folder: &Folder) -> Outbound {
    Outbound::new(Settings {
        ca_file: Some(authority.file(folder)),
        ..settings(&["127.0.0.0/8"])
    })
    .unwrap()
}

#[tokio::test]
async fn whoever_a_known_authority_vouches_for_is_called() {
    let (authority, folder) = (Authority::new(), scratch::folder("outbound"));
    let outbound = believing(&authority, &folder);
    let peer = Peer::secure(
        Habit::status(204),
        authority.vouches_for(&["localhost", "127.0.0.1"]),
    )
    .await;
    let port = peer.address.port();
    for host in ["localhost", "LocalHost", "127.0.0.1", "127.1"] {
        assert_eq!(
            post(&outbound, &format!("https://{host}:{port}/")).await,
            Ok(204),
            "{host}"
        );
    }
    for _ in 0..10 {
        assert_eq!(
            post(&outbound, &format!("https://localhost:{port}/")).await,
            Ok(204)
        );
    }
    assert!(peer.accepted() <= 6, "{} connections", peer.accepted());
}

/// A dot at its end makes a name complete, and is no part of it in a certificate.
#[tokio::test]
async fn a_complete_name_is_the_same_name() {
    let (authority, folder) = (Authority::new(), scratch::folder("outbound"));
    let peer = Peer::secure(Habit::status(204), authority.vouches_for(&["hooks.example.com"])).await;
    let network = Liar::new(peer.address, &[&["8.8.8.8"]]);
    let settings = Settings {
        ca_file: Some(authority.file(&folder)),
        ..settings(&[])
    };
    let outbound = Outbound::over(settings, network.clone()).unwrap();
    assert_eq!(post(&outbound, "https://hooks.example.com./").await, Ok(204));
    assert_eq!(network.asked(), ["hooks.example.com."]);
}

#[tokio::test]
async fn whoever_nobody_vouches_for_is_not_called() {
    let (authority, other, folder) = (Authority::new(), Authority::new(), scratch::folder("outbound"));
    let outbound = believing(&authority, &folder);
    let mut old = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    for (whose, config) in [
        ("an unknown authority's", other.vouches_for(&["localhost"])),
        (
            "another host's",
            authority.vouches_for(&["elsewhere.example.com"]),
        ),
        ("an old one", authority.signs(old)),
    ] {
        let peer = Peer::secure(Habit::status(204), config).await;
        let url = format!("https://localhost:{}/", peer.address.port());
        assert_eq!(post(&outbound, &url).await, Err(Undelivered::Tls), "{whose}");
        assert!(peer.accepted() > 0 && peer.requests().is_empty(), "{whose}");
    }
    let peer = Peer::secure(Habit::status(204), authority.vouches_for(&["localhost"])).await;
    let url = format!("https://localhost:{}/", peer.address.port());
    assert_eq!(
        post(&local(), &url).await,
        Err(Undelivered::Tls),
        "without the file"
    );
}

#[tokio::test]
async fn the_two_ways_of_speaking_are_not_mixed() {
    let authority = Authority::new();
    let plain = Peer::start(Habit::status(204)).await;
    let port = plain.address.port();
    assert_eq!(
        post(&local(), &format!("https://127.0.0.1:{port}/")).await,
        Err(Undelivered::Tls)
    );
    let secure = Peer::secure(Habit::status(204), authority.vouches_for(&["127.0.0.1"])).await;
    assert_eq!(post(&local(), &secure.url()).await, Err(Undelivered::Broken));
}

#[tokio::test]
async fn a_handshake_takes_no_longer_than_a_call() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings {
        timeout: SHORT,
        ..settings(&["127.0.0.0/8"])
    };
    let outbound = Outbound::new(settings).unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    assert_eq!(post(&outbound, &url).await, Err(Undelivered::TimedOut));
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = scratch::folder("outbound");
    let path = folder.path().join("authorities.pem");
    let refusal = || {
        let settings = Settings {
            ca_file: Some(path.clone()),
            ..settings(&[])
        };
        Outbound::new(settings)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let shown = path.display();
    assert_eq!(refusal(), format!("cannot read {shown}"));
    let certificate =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    for (text, says) in [
        (
            String::new(),
            format!("{shown} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        ),
        (
            "nonsense".to_owned(),
            format!("{shown} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        ),
        (certificate("!!!"), format!("{shown} is not PEM")),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n".to_owned(),
            format!("{shown} is not PEM"),
        ),
        (
            certificate("AAAA"),
            format!("certificate 1 in {shown} cannot be used"),
        ),
        (
            Authority::new().0.pem() + &certificate("AAAA"),
            format!("certificate 2 in {shown} cannot be used"),
        ),
    ] {
        std::fs::write(&path, &text).unwrap();
        assert_eq!(refusal(), says, "{text}");
    }
}
