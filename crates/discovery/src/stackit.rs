//! STACKIT: servers of a project.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::Secret;
use serde_json::{Value, json};

use crate::ask::{Ask, CloudOptions, list, one_group, parse_url, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};
use narthex_http_client::rsa::{Algorithm, SigningKey, unique};

const PREFIX: &str = "__meta_stackit_";
const TOKEN_URL: &str = "https://service-account.api.stackit.cloud/token";
/// A token is not used in its last minute.
const EARLY: Duration = Duration::from_secs(60);

/// One `stackit_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct StackitConfig {
    /// The project whose servers are listed.
    pub project: String,
    /// The region.
    pub region: String,
    /// The key of a service account (JSON).
    pub service_account_key: Option<Secret>,
    /// The file with that key.
    pub service_account_key_path: Option<PathBuf>,
    /// The service account's private key (PEM), if its key does not hold it.
    pub private_key: Option<Secret>,
    /// The file with the private key.
    pub private_key_path: Option<PathBuf>,
    /// A file (JSON) that names the private key or its file.
    pub credentials_file_path: Option<PathBuf>,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct StackitAsker {
    rest: Rest,
    config: StackitConfig,
    token: Option<(HeaderValue, Instant)>,
}

async fn read(path: &PathBuf) -> Result<String, DiscoveryError> {
    let failed = |source| DiscoveryError::Read { path: path.clone(), source };
    tokio::fs::read_to_string(path).await.map_err(failed)
}

fn wrong(reason: impl Into<String>) -> DiscoveryError {
    DiscoveryError::Parse { place: "STACKIT service account".to_owned(), reason: reason.into() }
}

impl StackitAsker {
    pub(crate) fn new(config: StackitConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config, token: None }
    }

    /// The header of a service account; none when the configuration has no key of one.
    async fn header(&mut self) -> Result<Option<HeaderValue>, DiscoveryError> {
        if let Some((header, until)) = &self.token
            && Instant::now() < *until
        {
            return Ok(Some(header.clone()));
        }
        let key = match (&self.config.service_account_key, &self.config.service_account_key_path) {
            (Some(key), _) => key.expose().to_owned(),
            (None, Some(path)) => read(path).await?,
            (None, None) => return Ok(None),
        };
        let account: Value =
            serde_json::from_str(&key).map_err(|error| wrong(format!("its key is not JSON: {error}")))?;
        let private = self.private_key(&account).await?;
        let private = SigningKey::from_pem(&private, None).map_err(wrong)?;
        let now = Timestamp::now().as_second();
        let field = |name: &str| text(&account, &format!("/credentials/{name}"));
        let claims = json!({
            "iss": field("iss"), "sub": field("sub"), "aud": field("aud"), "jti": unique().map_err(wrong)?,
            "iat": now, "exp": now + 3600,
        });
        let statement = private.statement(Algorithm::Rs512, &field("kid"), &claims).map_err(wrong)?;
        let told = std::env::var("STACKIT_TOKEN_BASEURL").unwrap_or_default();
        let url = [told, field("tokenEndpoint")].into_iter().find(|url| !url.is_empty());
        let url = parse_url(url.as_deref().unwrap_or(TOKEN_URL))?;
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let answer: Value =
            self.rest.post_form(&url, &[("grant_type", grant), ("assertion", &statement)]).await?;
        let token = text(&answer, "/access_token");
        let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
            .ok()
            .filter(|_| !token.is_empty())
            .ok_or_else(|| wrong("the answer has no access_token that can stand in a header"))?;
        header.set_sensitive(true);
        let life = Duration::from_secs(text(&answer, "/expires_in").parse().unwrap_or_default());
        self.token = Some((header.clone(), Instant::now() + life.saturating_sub(EARLY)));
        Ok(Some(header))
    }

    /// The private key: of the configuration, of the environment, of the file of credentials, or part of the key.
    async fn private_key(&self, account: &Value) -> Result<String, DiscoveryError> {
        let config = &self.config;
        if let Some(key) = &config.private_key {
            return Ok(key.expose().to_owned());
        }
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let named = variable("STACKIT_PRIVATE_KEY_PATH").map(PathBuf::from);
        if let Some(path) = config.private_key_path.clone().or(named) {
            return read(&path).await;
        }
        if let Some(key) = variable("STACKIT_PRIVATE_KEY") {
            return Ok(key);
        }
        if let Some(path) = &config.credentials_file_path {
            let place = path.display().to_string();
            let credentials: Value = serde_json::from_str(&read(path).await?)
                .map_err(|error| DiscoveryError::Parse { place, reason: error.to_string() })?;
            match ["/STACKIT_PRIVATE_KEY_PATH", "/STACKIT_PRIVATE_KEY"].map(|at| text(&credentials, at)) {
                [path, _] if !path.is_empty() => return read(&path.into()).await,
                [_, key] if !key.is_empty() => return Ok(key),
                _ => {}
            }
        }
        match text(account, "/credentials/privateKey") {
            key if key.is_empty() => Err(wrong(
                "there is no private key: set private_key, private_key_path or credentials_file_path, \
                 or use a key that holds it (credentials.privateKey)",
            )),
            key => Ok(key),
        }
    }

    /// A server without an address makes no target.
    fn target(&self, server: &Value) -> Option<Meta> {
        let mut target = Meta::new();
        target.set("__meta_stackit_project", &self.config.project);
        target.set_texts(
            PREFIX,
            server,
            &[
                ("availability_zone", "/availabilityZone"),
                ("id", "/id"),
                ("name", "/name"),
                ("power_status", "/powerStatus"),
                ("status", "/status"),
                ("type", "/machineType"),
            ],
        );
        let cards = list(server, "/nics");
        let first = |at: &str| cards.iter().map(|card| text(card, at)).find(|address| !address.is_empty());
        let public = first("/publicIp");
        let address = public.clone().or_else(|| first("/ipv4"))?;
        target.set(ADDRESS_LABEL, host_port(&address, self.config.cloud.port));
        target.set_some("__meta_stackit_public_ipv4", public);
        for card in cards {
            let network = sanitize(&text(card, "/networkName"));
            target.set(format!("{PREFIX}private_ipv4_{network}"), text(card, "/ipv4"));
        }
        for (name, value) in server.get("labels").and_then(Value::as_object).into_iter().flatten() {
            if let Some(value) = value.as_str() {
                target.set(format!("{PREFIX}label_{}", sanitize(name)), value);
                target.set(format!("{PREFIX}labelpresent_{}", sanitize(name)), "true");
            }
        }
        Some(target)
    }
}

impl Ask for StackitAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let public = format!("https://iaas.api.{}.stackit.cloud", self.config.region);
        let path = format!("v1/projects/{}/servers", self.config.project);
        let mut url = self.config.cloud.url(&public, &path)?;
        url.query_pairs_mut().append_pair("details", "true");
        let headers: HeaderMap =
            self.header().await?.map(|header| (AUTHORIZATION, header)).into_iter().collect();
        let answer = self.rest.request(Method::GET, &url, headers, "").await;
        if let Err(DiscoveryError::Status { .. }) = &answer {
            // The token may have been withdrawn.
            self.token = None;
        }
        let answer: Value = read_json(&url, &answer?.1)?;
        let targets: Vec<Meta> =
            list(&answer, "/items").iter().filter_map(|server| self.target(server)).collect();
        Ok(one_group("stackit", &targets))
    }
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn identifiers() {
        let (one, other) = (unique().unwrap(), unique().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
    }
}
