//! Role `node`: a target per node, at its kubelet.

use std::collections::BTreeMap;

use super::super::object::Node;
use super::object_labels;
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};

/// The kinds of addresses, the one to use first.
const ADDRESS_KINDS: &[&str] =
    &["InternalIP", "InternalDNS", "ExternalIP", "ExternalDNS", "LegacyHostIP", "Hostname"];

pub(super) fn group_labels(node: &Node) -> Meta {
    let mut meta = Meta::new();
    meta.set("__meta_kubernetes_node_provider_id", &node.spec.provider_id);
    for condition in &node.status.conditions {
        let name = sanitize(&condition.kind.to_lowercase());
        meta.set(format!("__meta_kubernetes_node_condition_{name}"), condition.status.to_lowercase());
    }
    object_labels(&mut meta, "node", &node.metadata);
    meta
}

/// One target, or none for a node without an address.
pub(super) fn targets(node: &Node) -> Vec<Meta> {
    let mut addresses: BTreeMap<&str, &str> = BTreeMap::new();
    for address in &node.status.addresses {
        addresses.entry(&address.kind).or_insert(&address.address);
    }
    let Some(address) = ADDRESS_KINDS.iter().find_map(|kind| addresses.get(kind)) else {
        tracing::warn!(node = node.metadata.name, "the node has no address and makes no target");
        return Vec::new();
    };
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(address, node.status.daemon_endpoints.kubelet_endpoint.port));
    target.set("instance", &node.metadata.name);
    for (kind, address) in &addresses {
        target.set(format!("__meta_kubernetes_node_address_{}", sanitize(kind)), address);
    }
    vec![target]
}
