//! Tokens of Azure: for a client's secret, a federated token, or from the machine.

use std::time::{Duration, Instant};

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use narthex_http_client::HttpOptions;
use serde_json::Value;

use super::{AzureAuthentication, AzureConfig};
use crate::DiscoveryError;
use crate::ask::{join, parse_url, text};
use crate::rest::{Rest, read_json};

const MACHINE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const TIMEOUT: Duration = Duration::from_secs(10);
/// A token is not used in its last minutes.
const EARLY: Duration = Duration::from_secs(120);

/// The present token.
#[derive(Debug)]
pub(super) struct Tokens {
    rest: Rest,
    current: Option<(HeaderValue, Instant)>,
}

/// Who asks for a token, and with what.
enum Asker {
    Secret { tenant: String, client: String, secret: String },
    Federated { tenant: String, client: String, token: String },
    Machine { client: String },
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self { rest: Rest::new(HttpOptions::default(), TIMEOUT), current: None }
    }

    /// The `Authorization` header's value.
    pub(super) async fn header(&mut self, config: &AzureConfig) -> Result<HeaderValue, DiscoveryError> {
        if let Some((header, until)) = &self.current
            && Instant::now() < *until
        {
            return Ok(header.clone());
        }
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let asker = asker(config, &environment).await?;
        let answer = self.ask(config, asker).await?;
        let wrong = || DiscoveryError::Parse {
            place: "Azure login".to_owned(),
            reason: "the answer has no access_token that can stand in a header".to_owned(),
        };
        let token = text(&answer, "/access_token");
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| wrong())?;
        if token.is_empty() {
            return Err(wrong());
        }
        header.set_sensitive(true);
        // A number, or a number in quotes.
        let life = Duration::from_secs(text(&answer, "/expires_in").parse().unwrap_or_default());
        self.current = Some((header.clone(), Instant::now() + life.saturating_sub(EARLY)));
        Ok(header)
    }

    async fn ask(&mut self, config: &AzureConfig, asker: Asker) -> Result<Value, DiscoveryError> {
        let (management, login) = config.hosts()?;
        let login = match &config.login_endpoint {
            Some(login) => login.clone(),
            None => parse_url(login)?,
        };
        let scope = format!("{management}/.default");
        let mut fields = vec![("grant_type", "client_credentials"), ("scope", scope.as_str())];
        let (tenant, client, proof) = match &asker {
            Asker::Secret { tenant, client, secret } => (tenant, client, ("client_secret", secret.as_str())),
            Asker::Federated { tenant, client, token } => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                fields.push(("client_assertion_type", kind));
                (tenant, client, ("client_assertion", token.as_str()))
            }
            Asker::Machine { client } => return self.of_machine(management, client).await,
        };
        fields.extend([("client_id", client.as_str()), proof]);
        let url = join(&login, &format!("{tenant}/oauth2/v2.0/token"));
        self.rest.post_form(&url, &fields).await
    }

    async fn of_machine(&mut self, management: &str, client: &str) -> Result<Value, DiscoveryError> {
        let mut url = parse_url(MACHINE)?;
        url.query_pairs_mut()
            .append_pair("api-version", "2018-02-01")
            .append_pair("resource", &format!("{management}/"));
        if !client.is_empty() {
            url.query_pairs_mut().append_pair("client_id", client);
        }
        let mark = (HeaderName::from_static("metadata"), HeaderValue::from_static("true"));
        let (_, body) = self.rest.request(Method::GET, &url, HeaderMap::from_iter([mark]), "").await?;
        read_json(&url, &body)
    }
}

/// Who asks, by the configuration and the environment.
async fn asker(
    config: &AzureConfig,
    environment: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Asker, DiscoveryError> {
    let or = |own: &str, name: &str| match own {
        "" => environment(name).unwrap_or_default(),
        own => own.to_owned(),
    };
    let (tenant, client) =
        (or(&config.tenant_id, "AZURE_TENANT_ID"), or(&config.client_id, "AZURE_CLIENT_ID"));
    let token_file = environment("AZURE_FEDERATED_TOKEN_FILE");
    match config.authentication {
        AzureAuthentication::OAuth => {
            let secret = config.client_secret.as_ref().map(|secret| secret.expose().to_owned());
            Ok(Asker::Secret { tenant, client, secret: secret.unwrap_or_default() })
        }
        AzureAuthentication::ManagedIdentity => Ok(Asker::Machine { client: config.client_id.clone() }),
        AzureAuthentication::WorkloadIdentity => {
            let path = token_file.ok_or_else(|| DiscoveryError::Parse {
                place: "azure_sd_configs".to_owned(),
                reason: "WorkloadIdentity needs AZURE_FEDERATED_TOKEN_FILE in the environment".to_owned(),
            })?;
            federated(tenant, client, path).await
        }
        AzureAuthentication::Sdk => match (environment("AZURE_CLIENT_SECRET"), token_file) {
            (Some(secret), _) => Ok(Asker::Secret { tenant, client, secret }),
            (None, Some(path)) => federated(tenant, client, path).await,
            (None, None) => Ok(Asker::Machine { client }),
        },
    }
}

async fn federated(tenant: String, client: String, path: String) -> Result<Asker, DiscoveryError> {
    let token = tokio::fs::read_to_string(&path)
        .await
        .map_err(|source| DiscoveryError::Read { path: path.into(), source })?;
    Ok(Asker::Federated { tenant, client, token: token.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "federated\n").unwrap();
        let file = file.to_str().unwrap().to_owned();
        let config = |authentication| AzureConfig { authentication, ..AzureConfig::new("s") };
        let nothing = |_: &str| None;
        let workload = |name: &str| match name {
            "AZURE_FEDERATED_TOKEN_FILE" => Some(file.clone()),
            "AZURE_CLIENT_ID" => Some("c".to_owned()),
            "AZURE_TENANT_ID" => Some("t".to_owned()),
            _ => None,
        };
        let found = asker(&config(AzureAuthentication::Sdk), &nothing).await.unwrap();
        assert!(matches!(found, Asker::Machine { .. }));
        for method in [AzureAuthentication::Sdk, AzureAuthentication::WorkloadIdentity] {
            let found = asker(&config(method), &workload).await.unwrap();
            let Asker::Federated { tenant, client, token } = found else { panic!("{method:?}") };
            assert_eq!((tenant.as_str(), client.as_str(), token.as_str()), ("t", "c", "federated"));
        }
        assert!(asker(&config(AzureAuthentication::WorkloadIdentity), &nothing).await.is_err());
    }
}
