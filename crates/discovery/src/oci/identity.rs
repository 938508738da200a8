//! Who we are for Oracle's cloud: a user with a key, or the machine we run on.
//!
//! A machine has a certificate of its own, which its metadata service gives out with the key; the cloud's login service
//! exchanges it for a token. The token is bound to a key, for which the certificate's own is taken.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::Secret;
use ring::digest;
use serde_json::{Value, json};
use url::Url;

use super::request::{service_url, signed};
use super::{OciAuth, OciConfig};
use crate::DiscoveryError;
use crate::ask::{join, parse_url, text};
use crate::rest::{Rest, read_json};
use narthex_http_client::rsa::{Algorithm, SigningKey, section};

const MACHINE: &str = "http://169.254.169.254/opc/v2";
/// Before its end a token is not used any more.
const EARLY: Duration = Duration::from_secs(120);
/// How long a user's key is used before its file is read again.
const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// What signs requests.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) tenancy: String,
    pub(super) key_id: String,
    key: SigningKey,
    until: Instant,
}

impl Identity {
    pub(super) fn sign(&self, text: &str) -> Result<Vec<u8>, String> {
        self.key.sign(Algorithm::Rs256, text)
    }
}

/// The present identity, renewed when it ends.
#[derive(Debug)]
pub(super) struct Identities {
    config: OciConfig,
    current: Option<Identity>,
}

impl Identities {
    pub(super) fn new(config: OciConfig) -> Self {
        Self { config, current: None }
    }

    /// Forgets the present one.
    pub(super) fn forget(&mut self) {
        self.current = None;
    }

    /// The identity to sign with.
    pub(super) async fn get(&mut self) -> Result<&Identity, DiscoveryError> {
        let fresh = self.current.take().filter(|identity| Instant::now() < identity.until);
        let identity = match fresh {
            Some(identity) => identity,
            None => match &self.config.auth {
                OciAuth::ApiKey { .. } => user(&self.config).await?,
                OciAuth::InstancePrincipal { metadata } => machine(&self.config, metadata.clone()).await?,
            },
        };
        Ok(self.current.insert(identity))
    }
}

fn wrong(place: impl Into<String>, reason: impl Into<String>) -> DiscoveryError {
    DiscoveryError::Parse { place: place.into(), reason: reason.into() }
}

async fn user(config: &OciConfig) -> Result<Identity, DiscoveryError> {
    let OciAuth::ApiKey { tenancy, user, fingerprint, key_file, passphrase } = &config.auth else {
        return Err(wrong("oci_sd_configs", "there is no user"));
    };
    let pem = tokio::fs::read_to_string(key_file)
        .await
        .map_err(|source| DiscoveryError::Read { path: key_file.clone(), source })?;
    let passphrase = match passphrase {
        Some(passphrase) => Some(passphrase.read().await.map_err(|source| DiscoveryError::Request {
            url: "oci_sd_configs key_passphrase_file".to_owned(),
            source,
        })?),
        None => None,
    };
    let key = SigningKey::from_pem(&pem, passphrase.as_ref().map(Secret::expose));
    let key = key.map_err(|reason| wrong(key_file.display().to_string(), reason))?;
    Ok(Identity {
        tenancy: tenancy.clone(),
        key_id: format!("{tenancy}/{user}/{fingerprint}"),
        key,
        until: Instant::now() + LOOK_AGAIN,
    })
}

async fn machine(config: &OciConfig, metadata: Option<Url>) -> Result<Identity, DiscoveryError> {
    let told = std::env::var("OCI_METADATA_BASE_URL").ok().filter(|url| !url.is_empty());
    let base = match metadata {
        Some(metadata) => metadata,
        None => parse_url(told.as_deref().unwrap_or(MACHINE))?,
    };
    let mut rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
    let mut file = async |path: &str| -> Result<String, DiscoveryError> {
        let url = join(&base, path);
        let header = (AUTHORIZATION, HeaderValue::from_static("Bearer Oracle"));
        let (_, body) = rest.request(Method::GET, &url, HeaderMap::from_iter([header]), "").await?;
        Ok(String::from_utf8_lossy(&body).trim().to_owned())
    };
    let region = file("instance/region").await?;
    let certificate = file("identity/cert.pem").await?;
    let key = file("identity/key.pem").await?;
    let intermediate = file("identity/intermediate.pem").await?;

    let bad = |reason: String| wrong(join(&base, "identity").to_string(), reason);
    let der = |pem: &str| section(pem, |kind| kind == "CERTIFICATE").map(|(_, der)| der).map_err(bad);
    let (leaf, above) = (der(&certificate)?, der(&intermediate)?);
    let tenancy = tenancy_of(&leaf).ok_or_else(|| bad("the certificate names no tenancy".to_owned()))?;
    let key = SigningKey::from_pem(&key, None).map_err(bad)?;
    let question = json!({
        "certificate": STANDARD.encode(&leaf),
        "publicKey": STANDARD.encode(key.public_der()),
        "intermediateCertificates": [STANDARD.encode(above)],
    })
    .to_string();
    let key_id = format!("{tenancy}/fed-x509/{}", fingerprint(&leaf));
    let mut identity = Identity { tenancy, key_id, key, until: Instant::now() };
    let url: Url = match &config.cloud.endpoint {
        Some(endpoint) => join(endpoint, "v1/x509"),
        None => service_url("auth", &region, "v1/x509")?,
    };
    let headers = signed(&identity, &Method::POST, &url, Some(&question), false)?;
    let mut login = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
    let (_, answer) = login.request(Method::POST, &url, headers, question).await?;
    let answer: Value = read_json(&url, &answer)?;
    let token = text(&answer, "/token");
    if token.is_empty() {
        return Err(wrong(url.as_str(), "the login service gave no token"));
    }
    identity.until = Instant::now() + life(&token).saturating_sub(EARLY);
    identity.key_id = format!("ST${token}");
    Ok(identity)
}

/// How long a token (RFC 7519) still holds.
fn life(token: &str) -> Duration {
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    let end = claims.and_then(|claims| claims.get("exp")?.as_i64()).unwrap_or_default();
    Duration::from_secs(u64::try_from(end - Timestamp::now().as_second()).unwrap_or_default())
}

/// The tenancy that a machine's certificate names: a text `opc-tenant:<id>` in its subject.
fn tenancy_of(certificate: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"opc-tenant:";
    let at = certificate.windows(MARK.len()).position(|window| window == MARK)?;
    // Before a text stands its length, in one byte below 128 and after a byte 0x81 up to 255.
    let length = usize::from(*certificate.get(at.checked_sub(1)?)?);
    let text = certificate.get(at..at + length)?;
    std::str::from_utf8(text.get(MARK.len()..)?).ok().map(str::to_owned)
}

/// The SHA-1 of a certificate, byte by byte with colons.
fn fingerprint(certificate: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
    let bytes: Vec<String> = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenancies() {
        let mut certificate = b"\x30\x82xx\x0c\x0e".to_vec();
        certificate.extend_from_slice(b"opc-tenant:abcnext");
        assert_eq!(tenancy_of(&certificate).unwrap(), "abc");
        assert_eq!(tenancy_of(b"nothing"), None);
        assert_eq!(tenancy_of(b"\xffopc-tenant:abc"), None, "longer than the certificate");
        assert_eq!(tenancy_of(b"opc-tenant:abc"), None, "without a length");
    }

    #[test]
    fn tokens() {
        let end = Timestamp::now().as_second() + 1000;
        let token = format!("a.{}.c", URL_SAFE_NO_PAD.encode(format!("{{\"exp\": {end}}}")));
        assert!((900..=1000).contains(&life(&token).as_secs()));
        assert_eq!(life("nonsense"), Duration::ZERO);
        assert_eq!(fingerprint(b"").len(), 59);
    }
}
