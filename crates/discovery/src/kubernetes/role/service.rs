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
            target.set("__meta_kubernetes_service_loadbalancer_ip", load_balancer(service));
        }
        target
    };
    spec.ports.iter().map(target).collect()
}

/// The addresses that a load balancer got; where there are none, the one that was wished for.
fn load_balancer(service: &Service) -> String {
    let addresses = service.status.load_balancer.ingress.iter().map(|address| address.ip.as_str());
    let addresses: Vec<&str> = addresses.filter(|address| !address.is_empty()).collect();
    if addresses.is_empty() { service.spec.load_balancer_ip.clone() } else { addresses.join(",") }
}

#[cfg(test)]
mod tests {
    use super::super::super::object::Service;
    use super::load_balancer;

    #[test]
    fn load_balancers() {
        for (json, expected) in [
            (r#"{"spec": {"loadBalancerIP": "1.2.3.4"}}"#, "1.2.3.4"),
            (r#"{"spec": {"loadBalancerIP": "1.2.3.4"}, "status": {"loadBalancer": {}}}"#, "1.2.3.4"),
            (
                r#"{"spec": {"loadBalancerIP": "1.2.3.4"}, "status": {"loadBalancer": {"ingress": [
                    {"ip": "5.6.7.8"}, {"hostname": "lb.example"}, {"ip": "5.6.7.9"}]}}}"#,
                "5.6.7.8,5.6.7.9",
            ),
            (r#"{"status": {"loadBalancer": null}}"#, ""),
        ] {
            let service: Service = serde_json::from_str(json).unwrap();
            assert_eq!(load_balancer(&service), expected, "{json}");
        }
    }
}
