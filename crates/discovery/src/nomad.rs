//! Nomad: services registered with its own catalog, asked for on schedule.

use std::time::Duration;

use narthex_http_client::HttpOptions;
use narthex_model::Labels;
use serde::Deserialize;
use url::Url;

use crate::group::ADDRESS_LABEL;
use crate::labels::{host_port, surrounded};
use crate::refresh::Refresh;
use crate::rest::Rest;
use crate::{DiscoveryError, Refresher, TargetGroup};

/// One `nomad_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NomadConfig {
    /// The server.
    pub server: Url,
    /// The name space.
    pub namespace: String,
    /// The region.
    pub region: String,
    /// Whether answers may be a little old.
    pub allow_stale: bool,
    /// What stands between tags in a label.
    pub tag_separator: String,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl NomadConfig {
    /// The default name space of the server.
    pub fn new(server: Url) -> Self {
        Self {
            server,
            namespace: "default".to_owned(),
            region: "global".to_owned(),
            allow_stale: true,
            tag_separator: ",".to_owned(),
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Namespace {
    services: Vec<ServiceName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceName {
    service_name: String,
}

/// One instance of a service.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Instance {
    #[serde(rename = "ID")]
    id: String,
    service_name: String,
    namespace: String,
    #[serde(rename = "NodeID")]
    node_id: String,
    datacenter: String,
    #[serde(rename = "JobID")]
    job_id: String,
    #[serde(rename = "AllocID")]
    alloc_id: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    address: String,
    port: u16,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct NomadRefresher {
    rest: Rest,
    config: NomadConfig,
}

impl NomadRefresher {
    pub(crate) fn new(config: NomadConfig) -> Self {
        Self { rest: Rest::new(config.http.clone(), config.refresh_interval), config }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let url = self.url(&["v1", "services"]);
        let namespaces: Vec<Namespace> = self.rest.get_json(&url).await?;
        let mut targets = Vec::new();
        for service in namespaces.into_iter().flat_map(|namespace| namespace.services) {
            let url = self.url(&["v1", "service", &service.service_name]);
            let instances: Vec<Instance> = self.rest.get_json(&url).await?;
            targets.extend(instances.iter().map(|instance| self.target(instance)));
        }
        Ok(Some(vec![TargetGroup { source: "Nomad".to_owned(), targets, labels: Labels::EMPTY }]))
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.config.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("namespace", &self.config.namespace);
            query.append_pair("region", &self.config.region);
            if self.config.allow_stale {
                query.append_key_only("stale");
            }
        }
        url
    }

    fn target(&self, instance: &Instance) -> Labels {
        let address = host_port(&instance.address, instance.port);
        let port = instance.port.to_string();
        let tags = instance.tags.as_deref().unwrap_or_default().iter().map(String::as_str);
        let tags = surrounded(tags, &self.config.tag_separator);
        Labels::from_pairs([
            (ADDRESS_LABEL, address.as_str()),
            ("__meta_nomad_address", &instance.address),
            ("__meta_nomad_dc", &instance.datacenter),
            ("__meta_nomad_namespace", &instance.namespace),
            ("__meta_nomad_node_id", &instance.node_id),
            ("__meta_nomad_service", &instance.service_name),
            ("__meta_nomad_service_address", &instance.address),
            ("__meta_nomad_service_alloc_id", &instance.alloc_id),
            ("__meta_nomad_service_id", &instance.id),
            ("__meta_nomad_service_job_id", &instance.job_id),
            ("__meta_nomad_service_port", &port),
            ("__meta_nomad_tags", &tags),
        ])
    }
}

impl Refresher for NomadRefresher {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}
