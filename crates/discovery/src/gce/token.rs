//! Google's default credentials: the file that the environment names, the file of the command-line tool, or the machine.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::HttpOptions;
use serde::Deserialize;

use crate::DiscoveryError;
use crate::ask::parse_url;
use crate::rest::{Rest, read_json};
use narthex_http_client::rsa::{Algorithm, SigningKey};

const SCOPE: &str = "https://www.googleapis.com/auth/compute.readonly";
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
const TIMEOUT: Duration = Duration::from_secs(10);
/// A token is not used in its last minute.
const EARLY: Duration = Duration::from_secs(60);

/// A file of credentials.
#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    client_email: String,
    #[serde(default)]
    private_key: String,
    #[serde(default)]
    private_key_id: String,
    token_uri: Option<String>,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    refresh_token: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

/// Tokens, renewed when they end.
#[derive(Debug)]
pub(super) struct Tokens {
    /// The configuration has credentials of its own.
    unwanted: bool,
    rest: Rest,
    current: Option<(HeaderValue, Instant)>,
}

impl Tokens {
    pub(super) fn new(unwanted: bool) -> Self {
        Self { unwanted, rest: Rest::new(HttpOptions::default(), TIMEOUT), current: None }
    }

    /// The `Authorization` header's value.
    pub(super) async fn header(&mut self) -> Result<Option<HeaderValue>, DiscoveryError> {
        if self.unwanted {
            return Ok(None);
        }
        if let Some((header, until)) = &self.current
            && Instant::now() < *until
        {
            return Ok(Some(header.clone()));
        }
        let token = self.ask().await?;
        let life = Duration::from_secs(token.expires_in).saturating_sub(EARLY);
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.access_token))
            .map_err(|_| wrong("Google credentials", "the token cannot stand in a header"))?;
        header.set_sensitive(true);
        self.current = Some((header.clone(), Instant::now() + life));
        Ok(Some(header))
    }

    async fn ask(&mut self) -> Result<Token, DiscoveryError> {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let named = variable("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from);
        let tool = variable("HOME")
            .map(|home| PathBuf::from(home).join(".config/gcloud/application_default_credentials.json"))
            .filter(|path| path.exists());
        if let Some(path) = named.or(tool) {
            let text = tokio::fs::read_to_string(&path)
                .await
                .map_err(|source| DiscoveryError::Read { path: path.clone(), source })?;
            return self.of_file(&path.display().to_string(), &text).await;
        }
        let host = variable("GCE_METADATA_HOST").unwrap_or_else(|| "metadata.google.internal".to_owned());
        let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
        let url = parse_url(&url)?;
        let flavor = (HeaderName::from_static("metadata-flavor"), HeaderValue::from_static("Google"));
        let (_, body) = self.rest.request(Method::GET, &url, HeaderMap::from_iter([flavor]), "").await?;
        read_json(&url, &body)
    }

    async fn of_file(&mut self, place: &str, text: &str) -> Result<Token, DiscoveryError> {
        let file: File = serde_json::from_str(text).map_err(|error| wrong(place, &error.to_string()))?;
        let url = parse_url(file.token_uri.as_deref().unwrap_or(TOKEN_URL))?;
        match file.kind.as_str() {
            "service_account" => {
                let assertion = assertion(&file, url.as_str(), Timestamp::now().as_second())
                    .map_err(|reason| wrong(place, &reason))?;
                let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
                self.rest.post_form(&url, &[("grant_type", grant), ("assertion", &assertion)]).await
            }
            "authorized_user" => {
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("client_id", &file.client_id),
                    ("client_secret", &file.client_secret),
                    ("refresh_token", &file.refresh_token),
                ];
                self.rest.post_form(&url, &fields).await
            }
            other => Err(wrong(
                place,
                &format!(
                    "credentials of the type \"{other}\" are not supported: expected service_account or authorized_user"
                ),
            )),
        }
    }
}

fn wrong(place: &str, reason: &str) -> DiscoveryError {
    DiscoveryError::Parse { place: place.to_owned(), reason: reason.to_owned() }
}

/// A signed statement (RFC 7523) of who we are, good for an hour.
fn assertion(file: &File, audience: &str, now: i64) -> Result<String, String> {
    let claims = serde_json::json!({
        "iss": file.client_email, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + 3600,
    });
    let key =
        SigningKey::from_pem(&file.private_key, None).map_err(|reason| format!("private_key: {reason}"))?;
    key.statement(Algorithm::Rs256, &file.private_key_id, &claims)
}

#[cfg(test)]
mod tests;
