//! From [`TlsConfig`] to what rustls takes; called by `live` whenever a file changed.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, NamedGroup, ServerConfig, SupportedProtocolVersion, version};

use super::clients::Clients;
use super::config::{ClientAuth, Pem, TlsConfig, TlsVersion};

/// The names of cipher suites that a file may list, as Go spells them. Those without a value here are older ones that are
/// not spoken: they may be listed beside others.
pub const CIPHER_SUITES: &[(&str, Option<CipherSuite>)] = &[
    ("TLS_AES_128_GCM_SHA256", Some(CipherSuite::TLS13_AES_128_GCM_SHA256)),
    ("TLS_AES_256_GCM_SHA384", Some(CipherSuite::TLS13_AES_256_GCM_SHA384)),
    ("TLS_CHACHA20_POLY1305_SHA256", Some(CipherSuite::TLS13_CHACHA20_POLY1305_SHA256)),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", None),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", None),
    ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", None),
    ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", None),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Some(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Some(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Some(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Some(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384)),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        Some(CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        Some(CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ),
];

/// The names of curves that a file may list. P-521 is not spoken: it may be listed beside others.
pub const CURVES: &[(&str, Option<NamedGroup>)] = &[
    ("CurveP256", Some(NamedGroup::secp256r1)),
    ("CurveP384", Some(NamedGroup::secp384r1)),
    ("CurveP521", None),
    ("X25519", Some(NamedGroup::X25519)),
];

/// Makes TLS ready; reads the files.
pub(super) fn server_config(options: &TlsConfig, http2: bool) -> Result<Arc<ServerConfig>, String> {
    let provider = Arc::new(provider(options)?);
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions(options))
        .map_err(|error| format!("tls_server_config: {error}"))?;
    let builder = match clients(options, &provider)? {
        None => builder.with_no_client_auth(),
        Some(clients) => builder.with_client_cert_verifier(Arc::new(clients)),
    };
    let chain = certificates(&options.cert, "cert")?;
    let key = PrivateKeyDer::from_pem_slice(read(&options.key, "key")?.as_bytes())
        .map_err(|error| format!("key{}: {error}", place(&options.key)))?;
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("cert{} with its key: {error}", place(&options.cert)))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if http2 {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    Ok(Arc::new(config))
}

fn provider(options: &TlsConfig) -> Result<CryptoProvider, String> {
    let mut provider = rustls::crypto::ring::default_provider();
    if !options.cipher_suites.is_empty() {
        let wanted = values("cipher_suites", &options.cipher_suites, CIPHER_SUITES)?;
        provider.cipher_suites.retain(|suite| suite.tls13().is_some() || wanted.contains(&suite.suite()));
    }
    if !options.curves.is_empty() {
        let wanted = values("curve_preferences", &options.curves, CURVES)?;
        provider.kx_groups.retain(|group| wanted.contains(&group.name()));
        provider.kx_groups.sort_by_key(|group| wanted.iter().position(|name| *name == group.name()));
        if provider.kx_groups.is_empty() {
            return Err("curve_preferences: none of them is spoken here (CurveP521 is not)".to_owned());
        }
    }
    Ok(provider)
}

fn values<T: Copy>(field: &str, names: &[String], known: &[(&str, Option<T>)]) -> Result<Vec<T>, String> {
    let mut found = Vec::new();
    for name in names {
        let entry = known.iter().find(|(known, _)| known == name);
        let (_, value) = entry.ok_or_else(|| {
            let all: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            format!("{field}: unknown name \"{name}\", expected one of {}", all.join(", "))
        })?;
        found.extend(*value);
    }
    Ok(found)
}

fn versions(options: &TlsConfig) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::Tls12, &version::TLS12), (TlsVersion::Tls13, &version::TLS13)]
        .into_iter()
        .filter(|(name, _)| (options.min_version..=options.max_version).contains(name))
        .map(|(_, version)| version)
        .collect()
}

fn clients(options: &TlsConfig, provider: &Arc<CryptoProvider>) -> Result<Option<Clients>, String> {
    let any = |mandatory| Clients::any(Arc::clone(provider), mandatory, options.client_allowed_sans.clone());
    let authorities = || match &options.client_ca {
        Some(source) => certificates(source, "client_ca"),
        None => Ok(rustls_native_certs::load_native_certs().certs),
    };
    Ok(match options.client_auth {
        ClientAuth::NoClientCert => None,
        ClientAuth::RequestClientCert => Some(any(false)),
        ClientAuth::RequireAnyClientCert => Some(any(true)),
        ClientAuth::VerifyClientCertIfGiven => Some(any(false).signed_by(authorities()?)?),
        ClientAuth::RequireAndVerifyClientCert => Some(any(true).signed_by(authorities()?)?),
    })
}

fn certificates(source: &Pem, what: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let bad = |reason: String| format!("{what}{}: {reason}", place(source));
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(read(source, what)?.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| bad(error.to_string()))?;
    if certificates.is_empty() {
        return Err(bad("there is no certificate in it (expected PEM)".to_owned()));
    }
    Ok(certificates)
}

fn read(source: &Pem, what: &str) -> Result<String, String> {
    match source {
        Pem::Inline(text) => Ok(text.clone()),
        Pem::File(path) => {
            std::fs::read_to_string(path).map_err(|error| format!("{what}_file {}: {error}", path.display()))
        }
    }
}

fn place(source: &Pem) -> String {
    match source {
        Pem::Inline(_) => String::new(),
        Pem::File(path) => format!("_file {}", path.display()),
    }
}
