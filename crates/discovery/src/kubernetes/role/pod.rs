//! Role `pod`: a target per container port, one without a port for a container that declares none.

use super::super::cluster::Cluster;
use super::super::object::{Container, ContainerPort, Kind, Pod};
use super::{NAMESPACE_LABEL, namespace_labels, node_labels, object_labels};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

pub(super) fn group_labels(cluster: &Cluster, pod: &Pod) -> Meta {
    let mut meta = labels(cluster, pod);
    meta.set(NAMESPACE_LABEL, &pod.metadata.namespace);
    node_labels(&mut meta, cluster, Some(&pod.spec.node_name));
    namespace_labels(&mut meta, cluster, &pod.metadata.namespace);
    meta
}

/// The labels of a pod, which its endpoints carry too.
pub(super) fn labels(cluster: &Cluster, pod: &Pod) -> Meta {
    let ready = pod.status.conditions.iter().find(|condition| condition.kind == "Ready");
    let ready = ready.map_or_else(|| "unknown".to_owned(), |ready| ready.status.to_lowercase());
    let mut meta = Meta::new();
    for (name, value) in [
        ("__meta_kubernetes_pod_ip", &pod.status.pod_ip),
        ("__meta_kubernetes_pod_ready", &ready),
        ("__meta_kubernetes_pod_phase", &pod.status.phase),
        ("__meta_kubernetes_pod_node_name", &pod.spec.node_name),
        ("__meta_kubernetes_pod_host_ip", &pod.status.host_ip),
        ("__meta_kubernetes_pod_uid", &pod.metadata.uid),
    ] {
        meta.set(name, value);
    }
    object_labels(&mut meta, "pod", &pod.metadata);
    controller_labels(&mut meta, cluster, pod);
    meta
}

fn controller_labels(meta: &mut Meta, cluster: &Cluster, pod: &Pod) {
    let Some(controller) = pod.metadata.controller() else { return };
    meta.set("__meta_kubernetes_pod_controller_kind", &controller.kind);
    meta.set("__meta_kubernetes_pod_controller_name", &controller.name);
    let above = |kind, wanted: &str| {
        let above = cluster.controller(kind, &pod.metadata.namespace, &controller.name);
        above.filter(|above| above.kind == wanted).map(|above| above.name.clone())
    };
    match controller.kind.as_str() {
        "ReplicaSet" if cluster.attach.deployment => {
            meta.set_some("__meta_kubernetes_pod_deployment_name", above(Kind::ReplicaSet, "Deployment"));
        }
        "Job" => {
            if cluster.attach.job {
                meta.set("__meta_kubernetes_pod_job_name", &controller.name);
            }
            if cluster.attach.cronjob {
                meta.set_some("__meta_kubernetes_pod_cronjob_name", above(Kind::Job, "CronJob"));
            }
        }
        _ => {}
    }
}

pub(super) fn targets(cluster: &Cluster, pod: &Pod) -> Vec<Meta> {
    // A pod that starts or was evicted has no address. One whose node is not known is not wanted by a node selector.
    let unwanted = cluster.attach.node && cluster.node(&pod.spec.node_name).is_none();
    if pod.status.pod_ip.is_empty() || unwanted {
        return Vec::new();
    }
    let mut targets = Vec::new();
    for (container, init) in containers(pod) {
        let mut common = container_labels(container, init);
        let statuses =
            if init { &pod.status.init_container_statuses } else { &pod.status.container_statuses };
        let status = statuses.iter().find(|status| status.name == container.name);
        common.set_some("__meta_kubernetes_pod_container_id", status.map(|status| &status.container_id));
        if container.ports.is_empty() {
            common.set(ADDRESS_LABEL, &pod.status.pod_ip);
            targets.push(common);
            continue;
        }
        for port in &container.ports {
            let mut target = common.clone();
            target.set(ADDRESS_LABEL, host_port(&pod.status.pod_ip, port.container_port));
            port_labels(&mut target, port);
            targets.push(target);
        }
    }
    targets
}

/// All containers, with whether they only run at the start.
pub(super) fn containers(pod: &Pod) -> impl Iterator<Item = (&Container, bool)> {
    let main = pod.spec.containers.iter().map(|container| (container, false));
    main.chain(pod.spec.init_containers.iter().map(|container| (container, true)))
}

pub(super) fn container_labels(container: &Container, init: bool) -> Meta {
    let mut meta = Meta::new();
    meta.set("__meta_kubernetes_pod_container_name", &container.name);
    meta.set("__meta_kubernetes_pod_container_image", &container.image);
    meta.set("__meta_kubernetes_pod_container_init", init);
    meta
}

pub(super) fn port_labels(meta: &mut Meta, port: &ContainerPort) {
    meta.set("__meta_kubernetes_pod_container_port_name", &port.name);
    meta.set("__meta_kubernetes_pod_container_port_number", port.container_port);
    meta.set("__meta_kubernetes_pod_container_port_protocol", &port.protocol);
}
