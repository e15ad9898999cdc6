//! Who may say that a host is who it says it is: the authorities that browsers believe, and the operator's own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

/// Why the authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is not PEM.
    #[error("{} is not PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: pem::Error,
    },
    /// The file has nothing in it.
    #[error("{} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A certificate is none.
    #[error("certificate {place} in {} cannot be used", path.display())]
    NotACertificate {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        place: usize,
        /// What is wrong with it.
        #[source]
        cause: rustls::Error,
    },
    /// The cryptography that is compiled in cannot do what is asked of it.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// TLS from 1.2 on, for HTTP/1.1, with these authorities.
pub(super) fn tls(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, Unusable> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = ca_file {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Unusable::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Adds the certificates of a file. What else it holds, such as keys, is passed over.
fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), Unusable> {
    let path = path.to_owned();
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(cause) => return Err(Unusable::Unreadable { path, cause }),
    };
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        found += 1;
        let certificate = match certificate {
            Ok(certificate) => certificate,
            Err(cause) => return Err(Unusable::NotPem { path, cause }),
        };
        if let Err(cause) = roots.add(certificate) {
            let place = found;
            return Err(Unusable::NotACertificate { path, place, cause });
        }
    }
    if found == 0 {
        return Err(Unusable::Empty { path });
    }
    Ok(())
}
