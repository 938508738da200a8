//! Google Compute Engine: instances of a zone. `token` finds who we are.

mod token;

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, mapping, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, sanitize, surrounded};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};
use token::Tokens;

const API: &str = "https://compute.googleapis.com";
const PREFIX: &str = "__meta_gce_";

/// One `gce_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GceConfig {
    /// The project.
    pub project: String,
    /// The zone.
    pub zone: String,
    /// A filter of the API; empty for all.
    pub filter: String,
    /// What stands between tags in a label.
    pub tag_separator: String,
    /// How to ask.
    pub cloud: CloudOptions,
}

impl GceConfig {
    /// All instances of a zone.
    pub fn new(project: impl Into<String>, zone: impl Into<String>) -> Self {
        Self {
            project: project.into(),
            zone: zone.into(),
            filter: String::new(),
            tag_separator: ",".to_owned(),
            cloud: CloudOptions::default(),
        }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct GceAsker {
    rest: Rest,
    tokens: Tokens,
    config: GceConfig,
}

impl GceAsker {
    pub(crate) fn new(config: GceConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        // With credentials of the configuration (which Prometheus does not have) none are looked for.
        let tokens = Tokens::new(config.cloud.http.authorization.is_some());
        Self { rest, tokens, config }
    }

    /// An instance without a network makes no target.
    fn target(&self, instance: &Value) -> Option<Meta> {
        let cards = list(instance, "/networkInterfaces");
        let first = cards.first()?;
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, format!("{}:{}", text(first, "/networkIP"), self.config.cloud.port));
        target.set("__meta_gce_project", &self.config.project);
        target.set_texts(
            PREFIX,
            instance,
            &[
                ("zone", "/zone"),
                ("instance_id", "/id"),
                ("instance_name", "/name"),
                ("instance_status", "/status"),
                ("machine_type", "/machineType"),
                ("network", "/networkInterfaces/0/network"),
                ("subnetwork", "/networkInterfaces/0/subnetwork"),
                ("private_ip", "/networkInterfaces/0/networkIP"),
            ],
        );
        if text(first, "/accessConfigs/0/type") == "ONE_TO_ONE_NAT" {
            target.set("__meta_gce_public_ip", text(first, "/accessConfigs/0/natIP"));
        }
        for card in cards {
            let name = format!("{PREFIX}interface_ipv4_{}", sanitize(&text(card, "/name")));
            target.set(name, text(card, "/networkIP"));
        }
        let tags = surrounded(strings(instance, "/tags/items"), &self.config.tag_separator);
        target.set("__meta_gce_tags", tags);
        for item in list(instance, "/metadata/items") {
            target.set(format!("{PREFIX}metadata_{}", sanitize(&text(item, "/key"))), text(item, "/value"));
        }
        let labels = mapping(instance, "/labels");
        target.set_all("__meta_gce_label_", labels.iter().map(|(name, value)| (name, value)));
        Some(target)
    }
}

impl Ask for GceAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let config = &self.config;
        let path = format!("compute/v1/projects/{}/zones/{}/instances", config.project, config.zone);
        let mut targets = Vec::new();
        let mut next = String::new();
        loop {
            let mut url = self.config.cloud.url(API, &path)?;
            if !self.config.filter.is_empty() {
                url.query_pairs_mut().append_pair("filter", &self.config.filter);
            }
            if !next.is_empty() {
                url.query_pairs_mut().append_pair("pageToken", &next);
            }
            let mut headers = HeaderMap::new();
            headers.extend(self.tokens.header().await?.map(|header| (AUTHORIZATION, header)));
            let (_, body) = self.rest.request(Method::GET, &url, headers, "").await?;
            let page: Value = read_json(&url, &body)?;
            targets.extend(list(&page, "/items").iter().filter_map(|instance| self.target(instance)));
            next = text(&page, "/nextPageToken");
            if next.is_empty() {
                let source = format!("GCE_{}_{}", self.config.project, self.config.zone);
                return Ok(one_group(source, &targets));
            }
        }
    }
}
