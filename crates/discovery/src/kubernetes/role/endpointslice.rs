//! Role `endpointslice`: a target per address and port of a slice, and the pods' further ports.

use super::super::cluster::Cluster;
use super::super::object::{Endpoint, EndpointSlice, Service, SlicePort};
use super::backed::Backed;
use super::{NAMESPACE_LABEL, namespace_labels, object_labels, service, service_of};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

fn service<'c>(cluster: &'c Cluster, slice: &EndpointSlice) -> Option<&'c Service> {
    cluster.service(&slice.metadata.namespace, service_of(&slice.metadata)?)
}

pub(super) fn group_labels(cluster: &Cluster, slice: &EndpointSlice) -> Meta {
    let metadata = &slice.metadata;
    let mut meta = Meta::new();
    meta.set(NAMESPACE_LABEL, &metadata.namespace);
    meta.set("__meta_kubernetes_endpointslice_address_type", &slice.address_type);
    object_labels(&mut meta, "endpointslice", metadata);
    if let Some(found) = service(cluster, slice) {
        meta.extend(&service::labels(found));
    }
    namespace_labels(&mut meta, cluster, &metadata.namespace);
    meta
}

pub(super) fn targets(cluster: &Cluster, slice: &EndpointSlice) -> Vec<Meta> {
    if service(cluster, slice).is_some_and(|service| repeats(service, slice)) {
        return Vec::new();
    }
    let mut backed = Backed::new(cluster);
    for endpoint in &slice.endpoints {
        for port in &slice.ports {
            for address in &endpoint.addresses {
                add(&mut backed, address, endpoint, port);
            }
        }
    }
    backed.finish()
}

/// Whether the slice holds the second address family of a dual-stack service: the first one's targets again.
fn repeats(service: &Service, slice: &EndpointSlice) -> bool {
    let dual =
        matches!(service.spec.ip_family_policy.as_deref(), Some("PreferDualStack" | "RequireDualStack"));
    dual && service.spec.ip_families.first().is_some_and(|first| *first != slice.address_type)
}

fn add(backed: &mut Backed<'_>, address: &str, endpoint: &Endpoint, port: &SlicePort) {
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, port.port.map_or_else(|| address.to_owned(), |port| host_port(address, port)));
    let mut set = |name: &str, value: Option<String>| {
        target.set_some(&format!("__meta_kubernetes_endpointslice_{name}"), value);
    };
    set("port_name", port.name.clone());
    set("port_protocol", port.protocol.clone());
    set("port", port.port.map(|port| port.to_string()));
    set("port_app_protocol", port.app_protocol.clone());
    let conditions = &endpoint.conditions;
    set("endpoint_conditions_ready", conditions.ready.map(|yes| yes.to_string()));
    set("endpoint_conditions_serving", conditions.serving.map(|yes| yes.to_string()));
    set("endpoint_conditions_terminating", conditions.terminating.map(|yes| yes.to_string()));
    set("endpoint_hostname", endpoint.hostname.clone());
    let reference = endpoint.target_ref.as_ref();
    set("address_target_kind", reference.map(|reference| reference.kind.clone()));
    set("address_target_name", reference.map(|reference| reference.name.clone()));
    set("endpoint_node_name", endpoint.node_name.clone());
    set("endpoint_zone", endpoint.zone.clone());
    let topology = &endpoint.deprecated_topology;
    target.set_all("__meta_kubernetes_endpointslice_endpoint_topology_", topology);
    let yes = "true".to_owned();
    let present = topology.keys().map(|name| (name, &yes));
    target.set_all("__meta_kubernetes_endpointslice_endpoint_topology_present_", present);
    let named = reference.filter(|reference| reference.kind == "Node").map(|r| r.name.as_str());
    backed.attach_node(&mut target, named.or(endpoint.node_name.as_deref()));
    backed.push(target, reference, port.port, None);
}
