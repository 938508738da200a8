//! Role `service`: a target per port of a service, by its DNS name.

use super::super::cluster::Cluster;
use super::super::object::Service;
use super::{NAMESPACE_LABEL, namespace_labels, object_labels};
use crate::group::ADDRESS_LABEL;
use crate::labels::Meta;

pub(super) fn group_labels(cluster: &Cluster, service: &Service) -> Meta {
    let mut meta = labels(service);
    namespace_labels(&mut meta, cluster, &service.metadata.namespace);
    meta
}

/// The labels of a service, which its endpoints carry too.
pub(super) fn labels(service: &Service) -> Meta {
    let mut meta = Meta::new();
    meta.set(NAMESPACE_LABEL, &service.metadata.namespace);
    object_labels(&mut meta, "service", &service.metadata);
    meta
}

pub(super) fn targets(service: &Service) -> Vec<Meta> {
    let (metadata, spec) = (&service.metadata, &service.spec);
    let target = |port: &super::super::object::Port| {
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, format!("{}.{}.svc:{}", metadata.name, metadata.namespace, port.port));
        target.set("__meta_kubernetes_service_port_name", &port.name);
        target.set("__meta_kubernetes_service_port_number", port.port);
        target.set("__meta_kubernetes_service_port_protocol", &port.protocol);
        target.set("__meta_kubernetes_service_type", &spec.kind);
        if spec.kind == "ExternalName" {
            target.set("__meta_kubernetes_service_external_name", &spec.external_name);
        } else {
            target.set("__meta_kubernetes_service_cluster_ip", &spec.cluster_ip);
        }
        if spec.kind == "LoadBalancer" {
            target.set("__meta_kubernetes_service_loadbalancer_ip", &spec.load_balancer_ip);
        }
        target
    };
    spec.ports.iter().map(target).collect()
}
