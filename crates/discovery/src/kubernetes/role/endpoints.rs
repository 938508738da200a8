//! Role `endpoints`: a target per address and port behind a service, and the pods' further ports.

use super::super::cluster::Cluster;
use super::super::object::{Address, Endpoints, Port};
use super::backed::Backed;
use super::{NAMESPACE_LABEL, namespace_labels, object_labels, service};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

pub(super) fn group_labels(cluster: &Cluster, endpoints: &Endpoints) -> Meta {
    let metadata = &endpoints.metadata;
    let mut meta = Meta::new();
    meta.set(NAMESPACE_LABEL, &metadata.namespace);
    if let Some(found) = cluster.service(&metadata.namespace, &metadata.name) {
        meta.extend(&service::labels(found));
    }
    object_labels(&mut meta, "endpoints", metadata);
    namespace_labels(&mut meta, cluster, &metadata.namespace);
    meta
}

pub(super) fn targets(cluster: &Cluster, endpoints: &Endpoints) -> Vec<Meta> {
    let mut backed = Backed::new(cluster);
    for subset in &endpoints.subsets {
        for port in &subset.ports {
            for (addresses, ready) in [(&subset.addresses, true), (&subset.not_ready_addresses, false)] {
                for address in addresses {
                    add(&mut backed, address, port, ready);
                }
            }
        }
    }
    backed.finish()
}

fn add(backed: &mut Backed<'_>, address: &Address, port: &Port, ready: bool) {
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(&address.ip, port.port));
    target.set("__meta_kubernetes_endpoint_port_name", &port.name);
    target.set("__meta_kubernetes_endpoint_port_protocol", &port.protocol);
    target.set("__meta_kubernetes_endpoint_ready", ready);
    let reference = address.target_ref.as_ref();
    target.set_some("__meta_kubernetes_endpoint_address_target_kind", reference.map(|r| &r.kind));
    target.set_some("__meta_kubernetes_endpoint_address_target_name", reference.map(|r| &r.name));
    target.set_some("__meta_kubernetes_endpoint_node_name", address.node_name.as_ref());
    target.set("__meta_kubernetes_endpoint_hostname", &address.hostname);
    let node = address.node_name.as_deref();
    let named = reference.filter(|reference| reference.kind == "Node").map(|r| r.name.as_str());
    backed.attach_node(&mut target, node.or(named));
    backed.push(target, reference, Some(port.port), Some(&port.protocol));
}
