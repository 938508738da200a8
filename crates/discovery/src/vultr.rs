//! Vultr: instances.

use std::time::Duration;

use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, surrounded};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup};

const API: &str = "https://api.vultr.com";
const PREFIX: &str = "__meta_vultr_instance_";

/// One `vultr_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct VultrConfig {
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct VultrAsker {
    rest: Rest,
    config: VultrConfig,
}

impl VultrAsker {
    pub(crate) fn new(config: VultrConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    fn target(&self, instance: &Value) -> Meta {
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(&text(instance, "/main_ip"), self.config.cloud.port));
        target.set_texts(
            PREFIX,
            instance,
            &[
                ("id", "/id"),
                ("label", "/label"),
                ("os", "/os"),
                ("os_id", "/os_id"),
                ("region", "/region"),
                ("plan", "/plan"),
                ("vcpu_count", "/vcpu_count"),
                ("ram_mb", "/ram"),
                ("allowed_bandwidth_gb", "/allowed_bandwidth"),
                ("disk_gb", "/disk"),
                ("main_ip", "/main_ip"),
                ("main_ipv6", "/v6_main_ip"),
                ("internal_ip", "/internal_ip"),
                ("hostname", "/hostname"),
                ("server_status", "/server_status"),
            ],
        );
        target.set("__meta_vultr_instance_features", surrounded(strings(instance, "/features"), ","));
        target.set("__meta_vultr_instance_tags", surrounded(strings(instance, "/tags"), ","));
        target
    }
}

impl Ask for VultrAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let mut targets = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut url = self.config.cloud.url(API, "v2/instances")?;
            url.query_pairs_mut().append_pair("per_page", "100");
            if !cursor.is_empty() {
                url.query_pairs_mut().append_pair("cursor", &cursor);
            }
            let page: Value = self.rest.get_json(&url).await?;
            targets.extend(list(&page, "/instances").iter().map(|instance| self.target(instance)));
            cursor = text(&page, "/meta/links/next");
            if cursor.is_empty() {
                return Ok(one_group("Vultr", &targets));
            }
        }
    }
}
