//! Docker Swarm: services, tasks or nodes of a swarm, by its manager's daemon.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::{DockerConfig, daemon};
use crate::ask::{Ask, join, list, mapping, one_group, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup};

const PREFIX: &str = "__meta_dockerswarm_";

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SwarmRole {
    /// Services, by their virtual addresses.
    Services,
    /// Tasks, by their networks' addresses and their host's ports.
    Tasks,
    /// Nodes.
    Nodes,
}

/// One `dockerswarm_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SwarmConfig {
    /// What becomes targets.
    pub role: SwarmRole,
    /// The daemon, its port and filters; the rest of it does not matter here.
    pub daemon: DockerConfig,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct SwarmAsker {
    rest: Rest,
    base: Url,
    config: SwarmConfig,
}

/// Labels by the identifier of what they describe.
type ById = BTreeMap<String, Meta>;

impl SwarmAsker {
    pub(crate) fn new(config: SwarmConfig) -> Self {
        let mut http = config.daemon.http.clone();
        let base = daemon(&config.daemon.host, &mut http);
        Self { rest: Rest::new(http, config.daemon.refresh_interval), base, config }
    }

    async fn get(&mut self, path: &str, filtered: bool) -> Result<Vec<Value>, DiscoveryError> {
        let mut url = join(&self.base, path);
        let filters = &self.config.daemon.filters;
        if filtered && !filters.is_empty() {
            url.query_pairs_mut().append_pair("filters", &serde_json::json!(filters).to_string());
        }
        self.rest.get_json(&url).await
    }

    async fn networks(&mut self) -> Result<ById, DiscoveryError> {
        let networks = self.get("networks", false).await?;
        Ok(networks.iter().map(|network| (text(network, "/Id"), network_labels(network))).collect())
    }

    fn address(&self, host: &str, port: Option<u16>) -> String {
        host_port(host, port.unwrap_or(self.config.daemon.port))
    }

    async fn services(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let services = self.get("services", true).await?;
        let networks = self.networks().await?;
        let mut targets = Vec::new();
        for service in &services {
            let mut common = service_labels(service);
            common.set_texts(
                PREFIX,
                service,
                &[
                    ("service_task_container_hostname", "/Spec/TaskTemplate/ContainerSpec/Hostname"),
                    ("service_task_container_image", "/Spec/TaskTemplate/ContainerSpec/Image"),
                    ("service_updating_status", "/UpdateStatus/State"),
                ],
            );
            for address in list(service, "/Endpoint/VirtualIPs") {
                let mut common = common.clone();
                if let Some(network) = networks.get(&text(address, "/NetworkID")) {
                    common.extend(network);
                }
                let host = host_of(&text(address, "/Addr"));
                let ports = tcp_ports(list(service, "/Endpoint/Ports"));
                for port in &ports {
                    let mut target = common.clone();
                    target.set(ADDRESS_LABEL, self.address(&host, Some(port.published)));
                    target.set(format!("{PREFIX}service_endpoint_port_name"), &port.name);
                    target.set(format!("{PREFIX}service_endpoint_port_publish_mode"), &port.mode);
                    targets.push(target);
                }
                if ports.is_empty() {
                    common.set(ADDRESS_LABEL, self.address(&host, None));
                    targets.push(common);
                }
            }
        }
        Ok(targets)
    }

    async fn tasks(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let tasks = self.get("tasks", true).await?;
        let services = self.get("services", false).await?;
        let services: BTreeMap<String, &Value> =
            services.iter().map(|service| (text(service, "/ID"), service)).collect();
        let nodes = self.get("nodes", false).await?;
        let nodes: BTreeMap<String, &Value> = nodes.iter().map(|node| (text(node, "/ID"), node)).collect();
        let networks = self.networks().await?;
        let mut targets = Vec::new();
        for task in &tasks {
            let mut common = task_labels(task);
            let service = services.get(&text(task, "/ServiceID"));
            let node = nodes.get(&text(task, "/NodeID"));
            service.into_iter().for_each(|service| common.extend(&service_labels(service)));
            node.into_iter().for_each(|node| common.extend(&node_labels(node)));
            let node_address = node.map(|node| text(node, "/Status/Addr")).unwrap_or_default();
            for port in tcp_ports(list(task, "/Status/PortStatus/Ports")) {
                targets.push(self.task_target(&common, &node_address, Some(&port)));
            }
            let ports = tcp_ports(service.map_or(&[], |service| list(service, "/Endpoint/Ports")));
            for attachment in list(task, "/NetworksAttachments") {
                let mut common = common.clone();
                if let Some(network) = networks.get(&text(attachment, "/Network/ID")) {
                    common.extend(network);
                }
                for address in list(attachment, "/Addresses").iter().filter_map(Value::as_str) {
                    let host = host_of(address);
                    targets.extend(ports.iter().map(|port| self.task_target(&common, &host, Some(port))));
                    if ports.is_empty() {
                        targets.push(self.task_target(&common, &host, None));
                    }
                }
            }
        }
        Ok(targets)
    }

    fn task_target(&self, common: &Meta, host: &str, port: Option<&Port>) -> Meta {
        let mut target = common.clone();
        target.set(ADDRESS_LABEL, self.address(host, port.map(|port| port.published)));
        target.set_some("__meta_dockerswarm_task_port_publish_mode", port.map(|port| &port.mode));
        target
    }

    async fn nodes(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let nodes = self.get("nodes", true).await?;
        let target = |node| {
            let mut target = node_labels(node);
            target.set(ADDRESS_LABEL, self.address(&text(node, "/Status/Addr"), None));
            target.set_texts(PREFIX, node, &[("node_engine_version", "/Description/Engine/EngineVersion")]);
            if node.pointer("/ManagerStatus").is_some_and(|status| !status.is_null()) {
                let leader = text(node, "/ManagerStatus/Leader") == "true";
                target.set(format!("{PREFIX}node_manager_leader"), leader);
                target.set_texts(
                    PREFIX,
                    node,
                    &[
                        ("node_manager_reachability", "/ManagerStatus/Reachability"),
                        ("node_manager_address", "/ManagerStatus/Addr"),
                    ],
                );
            }
            target
        };
        Ok(nodes.iter().map(target).collect())
    }
}

impl Ask for SwarmAsker {
    fn interval(&self) -> Duration {
        self.config.daemon.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let targets = match self.config.role {
            SwarmRole::Services => self.services().await?,
            SwarmRole::Tasks => self.tasks().await?,
            SwarmRole::Nodes => self.nodes().await?,
        };
        Ok(one_group("DockerSwarm", &targets))
    }
}

/// A TCP port of a service or task.
struct Port {
    name: String,
    mode: String,
    published: u16,
}

fn tcp_ports(ports: &[Value]) -> Vec<Port> {
    let tcp = ports.iter().filter(|port| text(port, "/Protocol") == "tcp");
    tcp.map(|port| Port {
        name: text(port, "/Name"),
        mode: text(port, "/PublishMode"),
        published: text(port, "/PublishedPort").parse().unwrap_or_default(),
    })
    .collect()
}

/// The address of `address/bits`.
fn host_of(address: &str) -> String {
    address.split('/').next().unwrap_or_default().to_owned()
}

fn set_mapping(meta: &mut Meta, name: &str, value: &Value, at: &str) {
    let pairs = mapping(value, at);
    meta.set_all(&format!("{PREFIX}{name}_"), pairs.iter().map(|(name, value)| (name, value)));
}

fn network_labels(network: &Value) -> Meta {
    let mut meta = Meta::new();
    let flag = |at: &str| text(network, at) == "true";
    meta.set_texts(
        PREFIX,
        network,
        &[("network_id", "/Id"), ("network_name", "/Name"), ("network_scope", "/Scope")],
    );
    meta.set(format!("{PREFIX}network_internal"), flag("/Internal"));
    meta.set(format!("{PREFIX}network_ingress"), flag("/Ingress"));
    set_mapping(&mut meta, "network_label", network, "/Labels");
    meta
}

fn service_labels(service: &Value) -> Meta {
    let mut meta = Meta::new();
    meta.set_texts(PREFIX, service, &[("service_id", "/ID"), ("service_name", "/Spec/Name")]);
    let mode = |name: &str| service.pointer("/Spec/Mode").is_some_and(|mode| mode.get(name).is_some());
    let modes = [("Global", "global"), ("Replicated", "replicated")];
    let mode = modes.iter().find(|(name, _)| mode(name)).map(|(_, mode)| mode);
    meta.set_some("__meta_dockerswarm_service_mode", mode);
    set_mapping(&mut meta, "service_label", service, "/Spec/Labels");
    meta
}

fn node_labels(node: &Value) -> Meta {
    let mut meta = Meta::new();
    meta.set_texts(
        PREFIX,
        node,
        &[
            ("node_id", "/ID"),
            ("node_role", "/Spec/Role"),
            ("node_availability", "/Spec/Availability"),
            ("node_hostname", "/Description/Hostname"),
            ("node_platform_architecture", "/Description/Platform/Architecture"),
            ("node_platform_os", "/Description/Platform/OS"),
            ("node_status", "/Status/State"),
            ("node_address", "/Status/Addr"),
        ],
    );
    set_mapping(&mut meta, "node_label", node, "/Spec/Labels");
    meta
}

fn task_labels(task: &Value) -> Meta {
    let mut meta = Meta::new();
    meta.set_texts(
        PREFIX,
        task,
        &[
            ("task_id", "/ID"),
            ("task_desired_state", "/DesiredState"),
            ("task_state", "/Status/State"),
            ("task_container_id", "/Status/ContainerStatus/ContainerID"),
        ],
    );
    // A task of a global service has no slot, which is written as 0.
    let slot = text(task, "/Slot");
    meta.set(format!("{PREFIX}task_slot"), if slot.is_empty() { "0" } else { slot.as_str() });
    set_mapping(&mut meta, "container_label", task, "/Spec/ContainerSpec/Labels");
    meta
}
