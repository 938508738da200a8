//! TLS on top of a stream: certificates, keys and trust from [`TlsOptions`]; called by `connect`.
//!
//! The configuration is made once and again when one of its files changes (certificates are rotated in place). Made at
//! the first TLS connection: plain HTTP pays nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connect::Stream;
use crate::secret::SecretSource;
use crate::verify::{Lenient, TrustAnything};
use crate::{ClientError, TlsOptions, TlsVersion};

/// HTTP/2's name in a TLS handshake.
const HTTP2: &[u8] = b"h2";

/// Whether the server chose HTTP/2 in the handshake.
pub(crate) fn chose_http2<S>(stream: &TlsStream<S>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}

/// Options made ready.
#[derive(Debug)]
pub(crate) struct Tls {
    options: TlsOptions,
    made: Mutex<Option<(Stamps, Arc<ClientConfig>)>>,
}

/// When each file of the options was changed last.
type Stamps = Vec<(PathBuf, Option<SystemTime>)>;

impl Tls {
    pub(crate) fn new(options: TlsOptions) -> Self {
        Self { options, made: Mutex::new(None) }
    }

    /// Speaks TLS to `host` over `stream`; offers HTTP/2 beside HTTP/1.1 if `http2` says so.
    pub(crate) async fn wrap<S: Stream>(
        &self,
        host: &str,
        stream: S,
        http2: bool,
    ) -> Result<TlsStream<S>, ClientError> {
        let name = self.options.server_name.as_deref().unwrap_or(host);
        let failed = |reason: String| ClientError::Tls { host: host.to_owned(), reason };
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| failed(format!("\"{name}\" is no host name")))?;
        let connector = TlsConnector::from(self.config().await?);
        let offered: &[&[u8]] = if http2 { &[HTTP2, b"http/1.1"] } else { &[b"http/1.1"] };
        let connector = connector.with_alpn(offered.iter().map(|protocol| protocol.to_vec()).collect());
        connector.connect(server, stream).await.map_err(|error| failed(error.to_string()))
    }

    async fn config(&self) -> Result<Arc<ClientConfig>, ClientError> {
        let stamps = self.stamps().await;
        if let Some((made_from, config)) = &*self.made.lock()
            && *made_from == stamps
        {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.make().await?);
        *self.made.lock() = Some((stamps, Arc::clone(&config)));
        Ok(config)
    }

    async fn stamps(&self) -> Stamps {
        let mut stamps = Vec::new();
        for source in [&self.options.ca, &self.options.cert, &self.options.key].into_iter().flatten() {
            if let SecretSource::File(path) = source {
                stamps.push((path.clone(), modified(path).await));
            }
        }
        stamps
    }

    async fn make(&self) -> Result<ClientConfig, ClientError> {
        let options = &self.options;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let bad = |reason: String| ClientError::TlsOptions(reason);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions(options))
            .map_err(|error| bad(error.to_string()))?;
        let builder = if options.insecure_skip_verify {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(TrustAnything::new(provider)))
        } else {
            let verifier = self.verifier(&provider).await?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        };
        Ok(match (&options.cert, &options.key) {
            (Some(cert), Some(key)) => {
                let chain = certificates(cert.read().await?.expose(), "cert")?;
                let key = PrivateKeyDer::from_pem_slice(key.read().await?.expose().as_bytes())
                    .map_err(|error| bad(format!("key: {error}")))?;
                builder.with_client_auth_cert(chain, key).map_err(|error| bad(error.to_string()))?
            }
            (None, None) => builder.with_no_client_auth(),
            _ => return Err(bad("a certificate needs its key, and a key its certificate".to_owned())),
        })
    }

    async fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Lenient, ClientError> {
        let trusted = match &self.options.ca {
            Some(ca) => certificates(ca.read().await?.expose(), "ca")?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let mut roots = RootCertStore::empty();
        // Of the system's certificates some are usually older than our rules: they are left out.
        let (added, _) = roots.add_parsable_certificates(trusted.iter().cloned());
        if added == 0 {
            let reason = "no trusted certificate authority: set ca_file or install the system's certificates";
            return Err(ClientError::TlsOptions(reason.to_owned()));
        }
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| ClientError::TlsOptions(error.to_string()))?;
        // Only a certificate that was named may stand for itself.
        let named = if self.options.ca.is_some() { trusted } else { Vec::new() };
        Ok(Lenient::new(inner, named))
    }
}

async fn modified(path: &Path) -> Option<SystemTime> {
    tokio::fs::metadata(path).await.ok()?.modified().ok()
}

fn certificates(pem: &str, what: &str) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let bad = |reason: String| ClientError::TlsOptions(format!("{what}: {reason}"));
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| bad(error.to_string()))?;
    if certificates.is_empty() {
        return Err(bad("there is no certificate in it (expected PEM)".to_owned()));
    }
    Ok(certificates)
}

fn versions(options: &TlsOptions) -> Vec<&'static SupportedProtocolVersion> {
    let min = options.min_version.unwrap_or(TlsVersion::Tls12);
    let max = options.max_version.unwrap_or(TlsVersion::Tls13);
    [(TlsVersion::Tls12, &version::TLS12), (TlsVersion::Tls13, &version::TLS13)]
        .into_iter()
        .filter(|(name, _)| (min..=max).contains(name))
        .map(|(_, version)| version)
        .collect()
}
