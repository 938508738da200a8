//! Lightsail: instances of a region.

use std::time::Duration;

use serde_json::Value;

use super::LightsailConfig;
use super::api::Api;
use crate::ask::{Ask, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize, surrounded};
use crate::rest::read_json;
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_lightsail_";
const TARGET: &str = "Lightsail_20161128.GetInstances";

/// The running discovery.
#[derive(Debug)]
pub(crate) struct LightsailAsker {
    api: Api,
    config: LightsailConfig,
}

impl LightsailAsker {
    pub(crate) fn new(config: LightsailConfig) -> Self {
        Self { api: Api::new(config.aws.clone(), "lightsail"), config }
    }

    /// An instance without an address makes no target.
    fn target(&self, instance: &Value) -> Option<Meta> {
        let address = text(instance, "/privateIpAddress");
        if address.is_empty() {
            return None;
        }
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(&address, self.config.aws.cloud.port));
        target.set("__meta_lightsail_region", self.api.region());
        target.set_texts(
            PREFIX,
            instance,
            &[
                ("availability_zone", "/location/availabilityZone"),
                ("blueprint_id", "/blueprintId"),
                ("bundle_id", "/bundleId"),
                ("instance_name", "/name"),
                ("instance_state", "/state/name"),
                ("instance_support_code", "/supportCode"),
                ("private_ip", "/privateIpAddress"),
                ("public_ip", "/publicIpAddress"),
            ],
        );
        target.set("__meta_lightsail_ipv6_addresses", surrounded(strings(instance, "/ipv6Addresses"), ","));
        for tag in list(instance, "/tags") {
            target.set(format!("{PREFIX}tag_{}", sanitize(&text(tag, "/key"))), text(tag, "/value"));
        }
        Some(target)
    }
}

impl Ask for LightsailAsker {
    fn interval(&self) -> Duration {
        self.config.aws.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let mut targets = Vec::new();
        let mut body = "{}".to_owned();
        loop {
            let (url, answer) = self.api.json(TARGET, body).await?;
            let page: Value = read_json(&url, &answer)?;
            targets.extend(list(&page, "/instances").iter().filter_map(|instance| self.target(instance)));
            match text(&page, "/nextPageToken").as_str() {
                "" => return Ok(one_group(self.api.region(), &targets)),
                next => body = serde_json::json!({ "pageToken": next }).to_string(),
            }
        }
    }
}
