//! The answers of Consul's API, and the group that they make of a service.

use std::collections::BTreeMap;

use narthex_model::Labels;
use serde::Deserialize;

use crate::TargetGroup;
use crate::group::ADDRESS_LABEL;
use crate::labels::{host_port, sanitize, surrounded};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Agent {
    pub(super) config: AgentConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AgentConfig {
    pub(super) datacenter: String,
}

/// One instance of a service, as `/v1/health/service/<name>` lists it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Instance {
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

/// The group of a service.
pub(super) fn group(name: &str, datacenter: &str, separator: &str, instances: &[Instance]) -> TargetGroup {
    let labels = Labels::from_pairs([("__meta_consul_service", name), ("__meta_consul_dc", datacenter)]);
    let targets = instances.iter().map(|instance| target(instance, separator)).collect();
    TargetGroup { source: name.to_owned(), targets, labels }
}

fn target(instance: &Instance, separator: &str) -> Labels {
    let Instance { node, service, checks } = instance;
    let host = if service.address.is_empty() { &node.address } else { &service.address };
    let tags = service.tags.as_deref().unwrap_or_default().iter().map(String::as_str);
    let mut pairs: Vec<(String, String)> = [
        (ADDRESS_LABEL, host_port(host, service.port)),
        ("__meta_consul_address", node.address.clone()),
        ("__meta_consul_node", node.node.clone()),
        ("__meta_consul_namespace", service.namespace.clone()),
        ("__meta_consul_partition", service.partition.clone()),
        ("__meta_consul_tags", tag_list(tags, separator)),
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

/// The tags between separators. Without tags both separators stand there all the same, as rules may expect.
fn tag_list<'t>(tags: impl Iterator<Item = &'t str>, separator: &str) -> String {
    let tags = surrounded(tags, separator);
    if tags.is_empty() { separator.repeat(2) } else { tags }
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
