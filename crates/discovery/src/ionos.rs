//! IONOS Cloud: servers of a data centre.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize, surrounded};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup};

const API: &str = "https://api.ionos.com";
const PREFIX: &str = "__meta_ionos_server_";

/// One `ionos_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct IonosConfig {
    /// The data centre whose servers are listed.
    pub datacenter_id: String,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct IonosAsker {
    rest: Rest,
    config: IonosConfig,
}

impl IonosAsker {
    pub(crate) fn new(config: IonosConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    /// A server without an address makes no target.
    fn target(&self, server: &Value, all: &Value) -> Option<Meta> {
        let mut addresses: Vec<&str> = Vec::new();
        let mut by_card: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for card in list(server, "/entities/nics/items") {
            let own = strings(card, "/properties/ips");
            let name = match text(card, "/properties/name") {
                name if name.is_empty() => "unnamed".to_owned(),
                name => name,
            };
            // Later cards stand first.
            addresses.splice(0..0, own.iter().copied());
            by_card.entry(name).or_default().splice(0..0, own);
        }
        let first = addresses.first()?;
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(first, self.config.cloud.port));
        target.set("__meta_ionos_server_ip", surrounded(addresses.iter().copied(), ","));
        for (card, addresses) in by_card {
            let name = format!("{PREFIX}nic_ip_{}", sanitize(&card));
            target.set(name, surrounded(addresses, ","));
        }
        target.set("__meta_ionos_server_servers_id", text(all, "/id"));
        target.set_texts(
            PREFIX,
            server,
            &[
                ("availability_zone", "/properties/availabilityZone"),
                ("boot_cdrom_id", "/properties/bootCdrom/id"),
                ("boot_image_id", "/entities/volumes/items/0/properties/image"),
                ("boot_volume_id", "/properties/bootVolume/id"),
                ("cpu_family", "/properties/cpuFamily"),
                ("id", "/id"),
                ("lifecycle", "/metadata/state"),
                ("name", "/properties/name"),
                ("state", "/properties/vmState"),
                ("type", "/properties/type"),
            ],
        );
        Some(target)
    }
}

impl Ask for IonosAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let path = format!("cloudapi/v6/datacenters/{}/servers", self.config.datacenter_id);
        let mut url = self.config.cloud.url(API, &path)?;
        url.query_pairs_mut().append_pair("depth", "3");
        let answer: Value = self.rest.get_json(&url).await?;
        let servers = list(&answer, "/items");
        let targets: Vec<Meta> = servers.iter().filter_map(|server| self.target(server, &answer)).collect();
        Ok(one_group("ionos", &targets))
    }
}
