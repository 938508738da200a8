//! OpenStack: instances, hypervisors or load balancers of a region. `auth` asks the identity service for a token and the
//! addresses of the other services; one file per role.

mod auth;
mod hypervisor;
mod instance;
mod loadbalancer;

use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use narthex_http_client::{HttpOptions, Secret};
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, join, list, one_group, parse_url, text};
use crate::labels::Meta;
use crate::rest::{Rest, read_json, shown};
use crate::{DiscoveryError, TargetGroup};
use auth::Session;

const PREFIX: &str = "__meta_openstack_";

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpenStackRole {
    /// Nova's hypervisors.
    Hypervisor,
    /// Nova's instances, a target per address.
    Instance,
    /// Octavia's load balancers with a `PROMETHEUS` listener.
    LoadBalancer,
}

/// Which of a service's addresses is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpenStackAvailability {
    /// For everyone.
    Public,
    /// For the cloud's own networks.
    Internal,
    /// For administrators.
    Admin,
}

impl OpenStackAvailability {
    fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

/// Who asks. What is empty is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OpenStackLogin {
    /// The identity service; everything is taken from the environment (`OS_AUTH_URL`, `OS_USERNAME`, …) when not set.
    pub identity_endpoint: Option<Url>,
    /// The user by name.
    pub username: String,
    /// The user by identifier.
    pub userid: String,
    /// The user's password.
    pub password: Option<Secret>,
    /// The project by name.
    pub project_name: String,
    /// The project by identifier.
    pub project_id: String,
    /// The domain by name.
    pub domain_name: String,
    /// The domain by identifier.
    pub domain_id: String,
    /// An application credential by name.
    pub application_credential_name: String,
    /// An application credential by identifier.
    pub application_credential_id: String,
    /// The application credential's secret.
    pub application_credential_secret: Option<Secret>,
}

/// One `openstack_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OpenStackConfig {
    /// What becomes targets.
    pub role: OpenStackRole,
    /// The region.
    pub region: String,
    /// Who asks.
    pub login: OpenStackLogin,
    /// Whether instances of all projects are listed.
    pub all_tenants: bool,
    /// Which of a service's addresses is used.
    pub availability: OpenStackAvailability,
    /// The port of the targets; a load balancer's listener has its own.
    pub port: u16,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl OpenStackConfig {
    /// A role in a region with the defaults.
    pub fn new(role: OpenStackRole, region: impl Into<String>) -> Self {
        Self {
            role,
            region: region.into(),
            login: OpenStackLogin::default(),
            all_tenants: false,
            availability: OpenStackAvailability::Public,
            port: 80,
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct OpenStackAsker {
    rest: Rest,
    config: OpenStackConfig,
}

impl OpenStackAsker {
    pub(crate) fn new(config: OpenStackConfig) -> Self {
        Self { rest: Rest::new(config.http.clone(), config.refresh_interval), config }
    }

    /// Everything of a list in pages; `path` is below the service's address.
    async fn all(
        &mut self,
        session: &Session,
        service: &str,
        path: &str,
        what: &str,
    ) -> Result<Vec<Value>, DiscoveryError> {
        let base = session.endpoint(service, &self.config.region, self.config.availability)?;
        let mut url = join(&base, path);
        if what == "servers" && self.config.all_tenants {
            url.query_pairs_mut().append_pair("all_tenants", "true");
        }
        let mut all = Vec::new();
        loop {
            let header = (HeaderName::from_static("x-auth-token"), session.token.clone());
            let headers = HeaderMap::from_iter([header]);
            let (_, body) = self.rest.request(Method::GET, &url, headers, "").await?;
            let page: Value = read_json(&url, &body)?;
            let found = list(&page, &format!("/{what}"));
            all.extend_from_slice(found);
            let links = list(&page, &format!("/{what}_links"));
            let next = links.iter().find(|link| text(link, "/rel") == "next").map(|link| text(link, "/href"));
            match next {
                Some(next) if !found.is_empty() => url = parse_url(&next)?,
                _ => return Ok(all),
            }
        }
    }
}

/// A token as a header.
fn token_header(token: &str, url: &Url) -> Result<HeaderValue, DiscoveryError> {
    let wrong = || DiscoveryError::Answer {
        url: shown(url),
        reason: "the identity service gave no token that can stand in a header".to_owned(),
    };
    let mut header = HeaderValue::from_str(token).map_err(|_| wrong())?;
    if token.is_empty() {
        return Err(wrong());
    }
    header.set_sensitive(true);
    Ok(header)
}

impl Ask for OpenStackAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let session = auth::login(&self.config).await?;
        let targets: Vec<Meta> = match self.config.role {
            OpenStackRole::Hypervisor => self.hypervisors(&session).await?,
            OpenStackRole::Instance => self.instances(&session).await?,
            OpenStackRole::LoadBalancer => self.load_balancers(&session).await?,
        };
        Ok(one_group(format!("OS_{}", self.config.region), &targets))
    }
}
