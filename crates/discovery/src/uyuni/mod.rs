//! Uyuni: the exporters' endpoints of the systems that it manages, by its XML-RPC interface (`xmlrpc`).

mod xmlrpc;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use narthex_http_client::{HttpOptions, Secret};
use serde_json::{Value, json};
use url::Url;

use crate::ask::{Ask, join, list, one_group, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::Meta;
use crate::rest::{Rest, shown};
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_uyuni_";
/// How long a login is asked for.
const SESSION: Duration = Duration::from_secs(600);

/// One `uyuni_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UyuniConfig {
    /// The server; the interface's path is added.
    pub server: Url,
    /// The user.
    pub username: String,
    /// The user's password.
    pub password: Secret,
    /// Only systems with this entitlement.
    pub entitlement: String,
    /// What stands between groups in a label.
    pub separator: String,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl UyuniConfig {
    /// The monitored systems of a server.
    pub fn new(server: Url, username: impl Into<String>, password: Secret) -> Self {
        Self {
            server,
            username: username.into(),
            password,
            entitlement: "monitoring_entitled".to_owned(),
            separator: ",".to_owned(),
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct UyuniAsker {
    rest: Rest,
    url: Url,
    config: UyuniConfig,
    /// The session's key and when to log in again.
    session: Option<(Value, Instant)>,
}

impl UyuniAsker {
    pub(crate) fn new(config: UyuniConfig) -> Self {
        let rest = Rest::new(config.http.clone(), config.refresh_interval);
        Self { rest, url: join(&config.server, "rpc/api"), config, session: None }
    }

    async fn call(&mut self, method: &str, arguments: &[Value]) -> Result<Value, DiscoveryError> {
        xmlrpc::call(&mut self.rest, &self.url, method, arguments).await
    }

    async fn login(&mut self) -> Result<Value, DiscoveryError> {
        if let Some((key, until)) = self.session.as_ref()
            && Instant::now() < *until
        {
            return Ok(key.clone());
        }
        let arguments =
            [json!(self.config.username), json!(self.config.password.expose()), json!(SESSION.as_secs())];
        let key = self.call("auth.login", &arguments).await?;
        self.session = Some((key.clone(), Instant::now() + SESSION / 2));
        Ok(key)
    }

    async fn targets(&mut self, key: Value) -> Result<Vec<Meta>, DiscoveryError> {
        let entitlement = json!(self.config.entitlement);
        let method = "system.listSystemGroupsForSystemsWithEntitlement";
        let systems = self.call(method, &[key.clone(), entitlement]).await?;
        let by_id = |systems: &[Value], at: &str| -> BTreeMap<String, Value> {
            systems.iter().map(|system| (text(system, at), system.clone())).collect()
        };
        let systems = by_id(list(&systems, ""), "/id");
        let ids: Vec<Value> = systems.values().filter_map(|system| system.get("id").cloned()).collect();
        let ids = Value::from(ids);
        let endpoints = self.call("system.monitoring.listEndpoints", &[key.clone(), ids.clone()]).await?;
        let networks = self.call("system.getNetworkForSystems", &[key, ids]).await?;
        let networks = by_id(list(&networks, ""), "/system_id");
        Ok(list(&endpoints, "")
            .iter()
            .map(|endpoint| {
                let id = text(endpoint, "/system_id");
                self.target(endpoint, systems.get(&id), networks.get(&id))
            })
            .collect())
    }

    fn target(&self, endpoint: &Value, system: Option<&Value>, network: Option<&Value>) -> Meta {
        let nothing = Value::Null;
        let (system, network) = (system.unwrap_or(&nothing), network.unwrap_or(&nothing));
        let groups: Vec<String> =
            list(system, "/system_groups").iter().map(|group| text(group, "/name")).collect();
        let secure = text(endpoint, "/tls_enabled") == "true";
        let mut target = Meta::new();
        let host = text(network, "/hostname");
        target.set(ADDRESS_LABEL, format!("{host}:{}", text(endpoint, "/port")));
        target.set("__meta_uyuni_minion_hostname", host);
        target.set("__meta_uyuni_primary_fqdn", text(network, "/primary_fqdn"));
        target.set("__meta_uyuni_groups", groups.join(&self.config.separator));
        target.set("__meta_uyuni_scheme", if secure { "https" } else { "http" });
        target.set_texts(
            PREFIX,
            endpoint,
            &[
                ("endpoint_name", "/endpoint_name"),
                ("exporter", "/exporter_name"),
                ("metrics_path", "/path"),
                ("proxy_module", "/module"),
                ("system_id", "/system_id"),
            ],
        );
        target
    }
}

impl Ask for UyuniAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let key = self.login().await?;
        match self.targets(key).await {
            Ok(targets) => Ok(one_group(shown(&self.url), &targets)),
            Err(error) => {
                // The server may have ended the session.
                self.session = None;
                Err(error)
            }
        }
    }
}
