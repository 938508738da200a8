//! What the tests share: certificates and servers that use them.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A file of `tests/data`.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).join(name)
}

/// TLS with the certificate `name`; with `clients` only for those who have one, too.
pub(crate) fn tls_server(name: &str, clients: bool) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let read = |name: &str| -> Vec<CertificateDer<'static>> {
        let pem = CertificateDer::pem_file_iter(data(name)).expect("a certificate");
        pem.collect::<Result<_, _>>().expect("certificates")
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = if clients {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(read("ca.pem"));
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        builder.with_client_cert_verifier(verifier.expect("a verifier"))
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_file(data(&format!("{name}.key"))).expect("a key");
    builder.with_single_cert(read(&format!("{name}.pem")), key).expect("they fit")
}
