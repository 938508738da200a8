//! From objects to target groups: one file per role, and the labels that several share.

mod backed;
mod endpoints;
mod endpointslice;
mod ingress;
mod node;
mod pod;
mod service;

use super::cluster::{Cluster, Key};
use super::object::{Kind, Metadata, Object};
use crate::TargetGroup;
use crate::labels::Meta;

const PREFIX: &str = "__meta_kubernetes_";
const NAMESPACE_LABEL: &str = "__meta_kubernetes_namespace";

/// The group of an object of the role's own kind.
pub(super) fn group(cluster: &Cluster, object: &Object) -> TargetGroup {
    let metadata = object.metadata();
    let key = || (metadata.namespace.clone(), metadata.name.clone());
    let (kind, targets, labels) = match object {
        Object::Pod(pod) => (Kind::Pod, pod::targets(cluster, pod), pod::group_labels(cluster, pod)),
        Object::Service(service) => {
            (Kind::Service, service::targets(service), service::group_labels(cluster, service))
        }
        Object::Endpoints(object) => {
            (Kind::Endpoints, endpoints::targets(cluster, object), endpoints::group_labels(cluster, object))
        }
        Object::EndpointSlice(slice) => (
            Kind::EndpointSlice,
            endpointslice::targets(cluster, slice),
            endpointslice::group_labels(cluster, slice),
        ),
        Object::Node(object) => (Kind::Node, node::targets(object), node::group_labels(object)),
        Object::Ingress(object) => {
            (Kind::Ingress, ingress::targets(object), ingress::group_labels(cluster, object))
        }
        // Never the kind of a role.
        Object::Other(_) => (Kind::Namespace, Vec::new(), Meta::new()),
    };
    let targets = targets.iter().map(Meta::labels).collect();
    TargetGroup { source: source(kind, &key()), targets, labels: labels.labels() }
}

/// The source of an object's group.
pub(super) fn source(kind: Kind, (namespace, name): &Key) -> String {
    let role = match kind {
        Kind::Pod => "pod",
        Kind::Service => "svc",
        Kind::Endpoints => "endpoints",
        Kind::EndpointSlice => "endpointslice",
        Kind::Ingress => "ingress",
        _ => return format!("node/{name}"),
    };
    format!("{role}/{namespace}/{name}")
}

/// The service to which a slice belongs.
pub(super) fn service_of(slice: &Metadata) -> Option<&str> {
    slice.labels.get("kubernetes.io/service-name").map(String::as_str)
}

/// Name, labels and annotations of an object.
fn object_labels(meta: &mut Meta, what: &str, metadata: &Metadata) {
    meta.set(format!("{PREFIX}{what}_name"), &metadata.name);
    map_labels(meta, what, metadata);
}

fn map_labels(meta: &mut Meta, what: &str, metadata: &Metadata) {
    let yes = "true".to_owned();
    for (field, map) in [("label", &metadata.labels), ("annotation", &metadata.annotations)] {
        meta.set_all(&format!("{PREFIX}{what}_{field}_"), map);
        meta.set_all(&format!("{PREFIX}{what}_{field}present_"), map.keys().map(|name| (name, &yes)));
    }
}

/// Labels and annotations of the name space, if they are wanted.
fn namespace_labels(meta: &mut Meta, cluster: &Cluster, name: &str) {
    if cluster.attach.namespace
        && let Some(namespace) = cluster.namespace(name)
    {
        map_labels(meta, "namespace", namespace.metadata());
    }
}

/// Name, labels and annotations of a node, if they are wanted.
fn node_labels(meta: &mut Meta, cluster: &Cluster, name: Option<&str>) {
    if cluster.attach.node
        && let Some(node) = name.and_then(|name| cluster.node(name))
    {
        object_labels(meta, "node", &node.metadata);
    }
}
