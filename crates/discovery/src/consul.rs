//! Consul: services of the catalog with their health, one group per service, asked for on schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::HeaderValue;
use narthex_http_client::{HttpOptions, Secret};
use narthex_model::Labels;
use serde::Deserialize;
use url::Url;

use crate::group::ADDRESS_LABEL;
use crate::labels::{host_port, sanitize, surrounded};
use crate::refresh::Refresh;
use crate::rest::Rest;
use crate::{DiscoveryError, Refresher, TargetGroup};

/// One `consul_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConsulConfig {
    /// The agent, with the path prefix if it has one.
    pub server: Url,
    /// The access token.
    pub token: Option<Secret>,
    /// The data centre; the agent's own when empty.
    pub datacenter: String,
    /// The name space (Consul Enterprise).
    pub namespace: String,
    /// The partition (Consul Enterprise).
    pub partition: String,
    /// The services; all when empty.
    pub services: Vec<String>,
    /// Only services with all these tags.
    pub tags: Vec<String>,
    /// Only nodes with these metadata.
    pub node_meta: BTreeMap<String, String>,
    /// A filter expression over the catalog's services.
    pub filter: String,
    /// What stands between tags in a label.
    pub tag_separator: String,
    /// Whether answers may be a little old.
    pub allow_stale: bool,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl ConsulConfig {
    /// All services of the agent at `server`.
    pub fn new(server: Url) -> Self {
        Self {
            server,
            token: None,
            datacenter: String::new(),
            namespace: String::new(),
            partition: String::new(),
            services: Vec::new(),
            tags: Vec::new(),
            node_meta: BTreeMap::new(),
            filter: String::new(),
            tag_separator: ",".to_owned(),
            allow_stale: true,
            refresh_interval: Duration::from_secs(30),
            http: HttpOptions::default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Agent {
    config: AgentConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentConfig {
    datacenter: String,
}

/// One instance of a service, as `/v1/health/service/<name>` lists it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Instance {
    node: Node,
    service: Service,
    #[serde(default)]
    checks: Vec<Check>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Node {
    node: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    tagged_addresses: Option<BTreeMap<String, String>>,
    #[serde(default)]
    meta: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    address: String,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    meta: Option<BTreeMap<String, String>>,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    partition: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Check {
    #[serde(rename = "CheckID", default)]
    id: String,
    status: String,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct ConsulRefresher {
    rest: Rest,
    config: ConsulConfig,
}

impl ConsulRefresher {
    pub(crate) fn new(config: ConsulConfig) -> Self {
        let mut rest = Rest::new(config.http.clone(), config.refresh_interval.max(Duration::from_secs(10)));
        let token = config.token.as_ref().and_then(|token| HeaderValue::from_str(token.expose()).ok());
        if let Some(token) = token {
            rest = rest.with_header("x-consul-token", token);
        }
        Self { rest, config }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        if self.config.datacenter.is_empty() {
            let url = self.url(&["v1", "agent", "self"]);
            self.config.datacenter = self.rest.get_json::<Agent>(&url).await?.config.datacenter;
        }
        let mut groups = Vec::new();
        for name in self.service_names().await? {
            let mut url = self.query_url(&["v1", "health", "service", &name]);
            for tag in &self.config.tags {
                url.query_pairs_mut().append_pair("tag", tag);
            }
            let instances: Vec<Instance> = self.rest.get_json(&url).await?;
            groups.push(self.group(name, &instances));
        }
        Ok(Some(groups))
    }

    /// The names of the wanted services.
    async fn service_names(&mut self) -> Result<Vec<String>, DiscoveryError> {
        if !self.config.services.is_empty() && self.config.tags.is_empty() && self.config.filter.is_empty() {
            return Ok(self.config.services.clone());
        }
        let mut url = self.query_url(&["v1", "catalog", "services"]);
        if !self.config.filter.is_empty() {
            url.query_pairs_mut().append_pair("filter", &self.config.filter);
        }
        let services: BTreeMap<String, Vec<String>> = self.rest.get_json(&url).await?;
        let config = &self.config;
        let wanted = |(name, tags): &(String, Vec<String>)| {
            (config.services.is_empty() || config.services.contains(name))
                && config.tags.iter().all(|tag| tags.iter().any(|t| t.eq_ignore_ascii_case(tag)))
        };
        Ok(services.into_iter().filter(wanted).map(|(name, _)| name).collect())
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.config.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn query_url(&self, path: &[&str]) -> Url {
        let mut url = self.url(path);
        let config = &self.config;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in
                [("dc", &config.datacenter), ("ns", &config.namespace), ("partition", &config.partition)]
            {
                if !value.is_empty() {
                    query.append_pair(name, value);
                }
            }
            if config.allow_stale {
                query.append_key_only("stale");
            }
            for (name, value) in &config.node_meta {
                query.append_pair("node-meta", &format!("{name}:{value}"));
            }
        }
        url
    }

    fn group(&self, name: String, instances: &[Instance]) -> TargetGroup {
        let labels = Labels::from_pairs([
            ("__meta_consul_service", name.as_str()),
            ("__meta_consul_dc", self.config.datacenter.as_str()),
        ]);
        let targets = instances.iter().map(|instance| self.target(instance)).collect();
        TargetGroup { source: name, targets, labels }
    }

    fn target(&self, instance: &Instance) -> Labels {
        let Instance { node, service, checks } = instance;
        let host = if service.address.is_empty() { &node.address } else { &service.address };
        let tags = service.tags.as_deref().unwrap_or_default().iter().map(String::as_str);
        let mut pairs: Vec<(String, String)> = [
            (ADDRESS_LABEL, host_port(host, service.port)),
            ("__meta_consul_address", node.address.clone()),
            ("__meta_consul_node", node.node.clone()),
            ("__meta_consul_namespace", service.namespace.clone()),
            ("__meta_consul_partition", service.partition.clone()),
            ("__meta_consul_tags", surrounded(tags, &self.config.tag_separator)),
            ("__meta_consul_service_address", service.address.clone()),
            ("__meta_consul_service_port", service.port.to_string()),
            ("__meta_consul_service_id", service.id.clone()),
            ("__meta_consul_health", health(checks).to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (prefix, map) in [
            ("__meta_consul_metadata_", &node.meta),
            ("__meta_consul_service_metadata_", &service.meta),
            ("__meta_consul_tagged_address_", &node.tagged_addresses),
        ] {
            let map = map.iter().flatten();
            pairs.extend(map.map(|(name, value)| (format!("{prefix}{}", sanitize(name)), value.clone())));
        }
        Labels::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// The worst of the checks' states.
fn health(checks: &[Check]) -> &'static str {
    let maintenance =
        |check: &Check| check.id == "_node_maintenance" || check.id.starts_with("_service_maintenance:");
    if checks.iter().any(maintenance) {
        return "maintenance";
    }
    let any = |status: &str| checks.iter().any(|check| check.status == status);
    if any("critical") {
        "critical"
    } else if any("warning") {
        "warning"
    } else {
        "passing"
    }
}

impl Refresher for ConsulRefresher {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}
