//! Hetzner: servers of the cloud (`hcloud`) or dedicated ones (`robot`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, mapping, one_group, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup};

const CLOUD_API: &str = "https://api.hetzner.cloud/v1";
const ROBOT_API: &str = "https://robot-ws.your-server.de";
const PREFIX: &str = "__meta_hetzner_";

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HetznerRole {
    /// Servers of the cloud.
    Hcloud,
    /// Dedicated servers.
    Robot,
}

/// One `hetzner_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HetznerConfig {
    /// What becomes targets.
    pub role: HetznerRole,
    /// Only servers of the cloud with such labels.
    pub label_selector: String,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct HetznerAsker {
    rest: Rest,
    config: HetznerConfig,
}

impl HetznerAsker {
    pub(crate) fn new(config: HetznerConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    /// Everything of a list in pages.
    async fn all(&mut self, what: &str, selector: &str) -> Result<Vec<Value>, DiscoveryError> {
        let mut all = Vec::new();
        let mut number = "1".to_owned();
        while !number.is_empty() {
            let mut url = self.config.cloud.url(CLOUD_API, what)?;
            url.query_pairs_mut().append_pair("page", &number).append_pair("per_page", "50");
            if !selector.is_empty() {
                url.query_pairs_mut().append_pair("label_selector", selector);
            }
            let page: Value = self.rest.get_json(&url).await?;
            all.extend_from_slice(list(&page, &format!("/{what}")));
            number = text(&page, "/meta/pagination/next_page");
        }
        Ok(all)
    }

    async fn hcloud(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let selector = self.config.label_selector.clone();
        let servers = self.all("servers", &selector).await?;
        let networks = self.all("networks", "").await?;
        let networks: BTreeMap<String, String> =
            networks.iter().map(|network| (text(network, "/id"), text(network, "/name"))).collect();
        Ok(servers.iter().map(|server| self.cloud_server(server, &networks)).collect())
    }

    fn cloud_server(&self, server: &Value, networks: &BTreeMap<String, String>) -> Meta {
        let mut target = Meta::new();
        let address = text(server, "/public_net/ipv4/ip");
        target.set(ADDRESS_LABEL, host_port(&address, self.config.cloud.port));
        target.set("__meta_hetzner_role", "hcloud");
        // The place was once a part of the data centre; either may be missing in an answer.
        let location =
            if server.pointer("/location/name").is_some() { "/location" } else { "/datacenter/location" };
        let (name, zone) = (format!("{location}/name"), format!("{location}/network_zone"));
        target.set_texts(
            PREFIX,
            server,
            &[
                ("server_id", "/id"),
                ("server_name", "/name"),
                ("server_status", "/status"),
                ("public_ipv4", "/public_net/ipv4/ip"),
                ("public_ipv6_network", "/public_net/ipv6/ip"),
                ("hcloud_location", &name),
                ("hcloud_location_network_zone", &zone),
                ("hcloud_datacenter_location", &name),
                ("hcloud_datacenter_location_network_zone", &zone),
                ("hcloud_server_type", "/server_type/name"),
                ("hcloud_cpu_cores", "/server_type/cores"),
                ("hcloud_cpu_type", "/server_type/cpu_type"),
                ("hcloud_disk_size_gb", "/server_type/disk"),
                ("hcloud_image_name", "/image/name"),
                ("hcloud_image_description", "/image/description"),
                ("hcloud_image_os_version", "/image/os_version"),
                ("hcloud_image_os_flavor", "/image/os_flavor"),
            ],
        );
        // Written with a fraction, of which only the whole is a label.
        let memory = text(server, "/server_type/memory");
        target.set("__meta_hetzner_hcloud_memory_size_gb", memory.split('.').next().unwrap_or_default());
        for private in list(server, "/private_net") {
            if let Some(network) = networks.get(&text(private, "/network")) {
                let name = format!("{PREFIX}hcloud_private_ipv4_{}", sanitize(network));
                target.set(name, text(private, "/ip"));
            }
        }
        for (name, value) in mapping(server, "/labels") {
            target.set(format!("{PREFIX}hcloud_label_{}", sanitize(&name)), value);
            target.set(format!("{PREFIX}hcloud_labelpresent_{}", sanitize(&name)), "true");
        }
        target
    }

    async fn robot(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let url = self.config.cloud.url(ROBOT_API, "server")?;
        let servers: Vec<Value> = self.rest.get_json(&url).await?;
        Ok(servers.iter().map(|server| self.dedicated_server(server)).collect())
    }

    fn dedicated_server(&self, server: &Value) -> Meta {
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(&text(server, "/server/server_ip"), self.config.cloud.port));
        target.set("__meta_hetzner_role", "robot");
        target.set_texts(
            PREFIX,
            server,
            &[
                ("server_id", "/server/server_number"),
                ("server_name", "/server/server_name"),
                ("server_status", "/server/status"),
                ("public_ipv4", "/server/server_ip"),
                ("robot_product", "/server/product"),
                ("robot_cancelled", "/server/cancelled"),
            ],
        );
        let datacenter = text(server, "/server/dc").to_lowercase();
        target.set("__meta_hetzner_datacenter", &datacenter);
        target.set("__meta_hetzner_robot_datacenter", &datacenter);
        let is_v6 = |subnet: &&Value| text(subnet, "/ip").parse().is_ok_and(|ip: IpAddr| ip.is_ipv6());
        let network = list(server, "/server/subnet").iter().find(is_v6);
        let network = network.map(|subnet| format!("{}/{}", text(subnet, "/ip"), text(subnet, "/mask")));
        target.set_some("__meta_hetzner_public_ipv6_network", network);
        target
    }
}

impl Ask for HetznerAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let targets = match self.config.role {
            HetznerRole::Hcloud => self.hcloud().await?,
            HetznerRole::Robot => self.robot().await?,
        };
        Ok(one_group("hetzner", &targets))
    }
}
