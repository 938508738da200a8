//! The parts of the Docker Engine API's answers that make labels.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One entry of `/containers/json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Container {
    pub(super) id: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) image: String,
    #[serde(rename = "ImageID", default)]
    pub(super) image_id: String,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) ports: Vec<Port>,
    #[serde(default)]
    pub(super) host_config: HostConfig,
    #[serde(default)]
    pub(super) network_settings: NetworkSettings,
}

/// A port that a container exposes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Port {
    #[serde(rename = "IP", default)]
    pub(super) ip: String,
    pub(super) private_port: u16,
    #[serde(default)]
    pub(super) public_port: Option<u16>,
    #[serde(rename = "Type")]
    pub(super) kind: String,
}

/// How a container is set up.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HostConfig {
    #[serde(default)]
    pub(super) network_mode: String,
}

/// The networks of a container, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NetworkSettings {
    #[serde(default)]
    pub(super) networks: BTreeMap<String, Option<Endpoint>>,
}

/// A container's end in a network.
#[derive(Debug, Deserialize)]
pub(super) struct Endpoint {
    #[serde(rename = "NetworkID", default)]
    pub(super) network_id: String,
    #[serde(rename = "IPAddress", default)]
    ip_address: String,
    #[serde(rename = "GlobalIPv6Address", default)]
    v6_address: String,
}

impl Endpoint {
    /// The address in the network: version 4, or else version 6.
    pub(super) fn address(&self) -> &str {
        if self.ip_address.is_empty() { &self.v6_address } else { &self.ip_address }
    }
}

/// One entry of `/networks`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Network {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) scope: String,
    #[serde(default)]
    pub(super) ingress: bool,
    #[serde(default)]
    pub(super) internal: bool,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
}
