//! Triton: containers or compute nodes, by the monitoring proxy.

use std::time::Duration;

use narthex_http_client::HttpOptions;
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, surrounded};
use crate::rest::{Rest, shown};
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_triton_";

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TritonRole {
    /// Virtual machines and containers.
    Container,
    /// Compute nodes.
    ComputeNode,
}

/// One `triton_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TritonConfig {
    /// What becomes targets.
    pub role: TritonRole,
    /// The proxy with the API's version: `https://host:9163/v1`.
    pub endpoint: Url,
    /// What follows the machine's identifier in an address.
    pub dns_suffix: String,
    /// Only containers of these groups.
    pub groups: Vec<String>,
    /// The port of all targets.
    pub port: u16,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct TritonAsker {
    rest: Rest,
    config: TritonConfig,
}

impl TritonAsker {
    pub(crate) fn new(config: TritonConfig) -> Self {
        let rest = Rest::new(config.http.clone(), config.refresh_interval);
        Self { rest, config }
    }

    fn target(&self, machine: &Value, places: &[(&str, &str)]) -> Meta {
        let mut target = Meta::new();
        target.set_texts(PREFIX, machine, places);
        let id = places.first().map(|(_, at)| text(machine, at)).unwrap_or_default();
        target.set(ADDRESS_LABEL, format!("{id}.{}:{}", self.config.dns_suffix, self.config.port));
        target.set("__meta_triton_groups", surrounded(strings(machine, "/groups"), ","));
        target
    }
}

impl Ask for TritonAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        // Of each machine the identifier stands first.
        let (path, what, places): (_, _, &[(&str, &str)]) = match self.config.role {
            TritonRole::Container => (
                "discover",
                "/containers",
                &[
                    ("machine_id", "/vm_uuid"),
                    ("machine_alias", "/vm_alias"),
                    ("machine_brand", "/vm_brand"),
                    ("machine_image", "/vm_image_uuid"),
                    ("server_id", "/server_uuid"),
                ],
            ),
            TritonRole::ComputeNode => (
                "gz/discover",
                "/cns",
                &[("machine_id", "/server_uuid"), ("machine_alias", "/server_hostname")],
            ),
        };
        let mut url = crate::ask::join(&self.config.endpoint, path);
        if !self.config.groups.is_empty() {
            url.query_pairs_mut().append_pair("groups", &self.config.groups.join(","));
        }
        let answer: Value = self.rest.get_json(&url).await?;
        let targets: Vec<Meta> =
            list(&answer, what).iter().map(|machine| self.target(machine, places)).collect();
        Ok(one_group(shown(&url), &targets))
    }
}
