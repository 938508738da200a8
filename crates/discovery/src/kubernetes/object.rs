//! The objects of the API, as far as labels and targets need them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// The kinds that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Pod,
    Service,
    Endpoints,
    EndpointSlice,
    Node,
    Ingress,
    Namespace,
    ReplicaSet,
    Job,
}

impl Kind {
    /// The API's group and the name of the list.
    pub(super) fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::Pod => ("api/v1", "pods"),
            Self::Service => ("api/v1", "services"),
            Self::Endpoints => ("api/v1", "endpoints"),
            Self::EndpointSlice => ("apis/discovery.k8s.io/v1", "endpointslices"),
            Self::Node => ("api/v1", "nodes"),
            Self::Ingress => ("apis/networking.k8s.io/v1", "ingresses"),
            Self::Namespace => ("api/v1", "namespaces"),
            Self::ReplicaSet => ("apis/apps/v1", "replicasets"),
            Self::Job => ("apis/batch/v1", "jobs"),
        }
    }

    /// The name of the kind's role, if it is one.
    pub(super) fn role(self) -> Option<&'static str> {
        Some(match self {
            Self::Pod => "pod",
            Self::Service => "service",
            Self::Endpoints => "endpoints",
            Self::EndpointSlice => "endpointslice",
            Self::Node => "node",
            Self::Ingress => "ingress",
            Self::Namespace | Self::ReplicaSet | Self::Job => return None,
        })
    }

    /// Whether objects of the kind are in name spaces.
    pub(super) fn is_namespaced(self) -> bool {
        !matches!(self, Self::Node | Self::Namespace)
    }

    /// Reads one object.
    pub(super) fn read(self, json: &str) -> serde_json::Result<Object> {
        Ok(match self {
            Self::Pod => Object::Pod(serde_json::from_str(json)?),
            Self::Service => Object::Service(serde_json::from_str(json)?),
            Self::Endpoints => Object::Endpoints(serde_json::from_str(json)?),
            Self::EndpointSlice => Object::EndpointSlice(serde_json::from_str(json)?),
            Self::Node => Object::Node(serde_json::from_str(json)?),
            Self::Ingress => Object::Ingress(serde_json::from_str(json)?),
            Self::Namespace | Self::ReplicaSet | Self::Job => Object::Other(serde_json::from_str(json)?),
        })
    }
}

/// One object.
#[derive(Debug, PartialEq)]
pub(super) enum Object {
    Pod(Box<Pod>),
    Service(Box<Service>),
    Endpoints(Box<Endpoints>),
    EndpointSlice(Box<EndpointSlice>),
    Node(Box<Node>),
    Ingress(Box<Ingress>),
    /// An object of which only the metadata matter.
    Other(Box<Bare>),
}

impl Object {
    pub(super) fn metadata(&self) -> &Metadata {
        match self {
            Self::Pod(object) => &object.metadata,
            Self::Service(object) => &object.metadata,
            Self::Endpoints(object) => &object.metadata,
            Self::EndpointSlice(object) => &object.metadata,
            Self::Node(object) => &object.metadata,
            Self::Ingress(object) => &object.metadata,
            Self::Other(object) => &object.metadata,
        }
    }
}

/// `null` stands for "nothing" in many places where a list or mapping may be.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

type Map = BTreeMap<String, String>;

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) uid: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) labels: Map,
    #[serde(deserialize_with = "lenient")]
    pub(super) annotations: Map,
    #[serde(deserialize_with = "lenient")]
    owner_references: Vec<Owner>,
}

impl Metadata {
    /// The object that manages this one.
    pub(super) fn controller(&self) -> Option<&Owner> {
        self.owner_references.iter().find(|owner| owner.controller)
    }
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    pub(super) kind: String,
    pub(super) name: String,
    #[serde(deserialize_with = "lenient")]
    controller: bool,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bare {
    pub(super) metadata: Metadata,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    pub(super) metadata: Metadata,
    pub(super) spec: PodSpec,
    pub(super) status: PodStatus,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    pub(super) node_name: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) containers: Vec<Container>,
    #[serde(deserialize_with = "lenient")]
    pub(super) init_containers: Vec<Container>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) ports: Vec<ContainerPort>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerPort {
    pub(super) name: String,
    pub(super) container_port: u16,
    pub(super) protocol: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodStatus {
    #[serde(rename = "podIP")]
    pub(super) pod_ip: String,
    #[serde(rename = "hostIP")]
    pub(super) host_ip: String,
    pub(super) phase: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) conditions: Vec<Condition>,
    #[serde(deserialize_with = "lenient")]
    pub(super) container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "lenient")]
    pub(super) init_container_statuses: Vec<ContainerStatus>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerStatus {
    pub(super) name: String,
    #[serde(rename = "containerID")]
    pub(super) container_id: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Service {
    pub(super) metadata: Metadata,
    pub(super) spec: ServiceSpec,
    #[serde(deserialize_with = "lenient")]
    pub(super) status: ServiceStatus,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ServiceStatus {
    #[serde(deserialize_with = "lenient")]
    pub(super) load_balancer: LoadBalancer,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct LoadBalancer {
    #[serde(deserialize_with = "lenient")]
    pub(super) ingress: Vec<LoadBalancerAddress>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct LoadBalancerAddress {
    pub(super) ip: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ServiceSpec {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "clusterIP")]
    pub(super) cluster_ip: String,
    #[serde(rename = "loadBalancerIP")]
    pub(super) load_balancer_ip: String,
    pub(super) external_name: String,
    pub(super) ip_family_policy: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) ip_families: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) ports: Vec<Port>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) protocol: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Endpoints {
    pub(super) metadata: Metadata,
    #[serde(deserialize_with = "lenient")]
    pub(super) subsets: Vec<Subset>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Subset {
    #[serde(deserialize_with = "lenient")]
    pub(super) addresses: Vec<Address>,
    #[serde(deserialize_with = "lenient")]
    pub(super) not_ready_addresses: Vec<Address>,
    #[serde(deserialize_with = "lenient")]
    pub(super) ports: Vec<Port>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Address {
    pub(super) ip: String,
    pub(super) hostname: String,
    pub(super) node_name: Option<String>,
    pub(super) target_ref: Option<Reference>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reference {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct EndpointSlice {
    pub(super) metadata: Metadata,
    pub(super) address_type: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) endpoints: Vec<Endpoint>,
    #[serde(deserialize_with = "lenient")]
    pub(super) ports: Vec<SlicePort>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Endpoint {
    #[serde(deserialize_with = "lenient")]
    pub(super) addresses: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) conditions: EndpointConditions,
    pub(super) hostname: Option<String>,
    pub(super) node_name: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) target_ref: Option<Reference>,
    #[serde(deserialize_with = "lenient")]
    pub(super) deprecated_topology: Map,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndpointConditions {
    pub(super) ready: Option<bool>,
    pub(super) serving: Option<bool>,
    pub(super) terminating: Option<bool>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SlicePort {
    pub(super) name: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) protocol: Option<String>,
    pub(super) app_protocol: Option<String>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) metadata: Metadata,
    pub(super) spec: NodeSpec,
    pub(super) status: NodeStatus,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeSpec {
    #[serde(rename = "providerID")]
    pub(super) provider_id: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NodeStatus {
    #[serde(deserialize_with = "lenient")]
    pub(super) addresses: Vec<NodeAddress>,
    #[serde(deserialize_with = "lenient")]
    pub(super) conditions: Vec<Condition>,
    pub(super) daemon_endpoints: DaemonEndpoints,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeAddress {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) address: String,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DaemonEndpoints {
    pub(super) kubelet_endpoint: KubeletEndpoint,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct KubeletEndpoint {
    #[serde(rename = "Port")]
    pub(super) port: u16,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ingress {
    pub(super) metadata: Metadata,
    pub(super) spec: IngressSpec,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct IngressSpec {
    pub(super) ingress_class_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) tls: Vec<IngressTls>,
    #[serde(deserialize_with = "lenient")]
    pub(super) rules: Vec<IngressRule>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct IngressTls {
    #[serde(deserialize_with = "lenient")]
    pub(super) hosts: Vec<String>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct IngressRule {
    pub(super) host: String,
    pub(super) http: Option<IngressHttp>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct IngressHttp {
    #[serde(deserialize_with = "lenient")]
    pub(super) paths: Vec<IngressPath>,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct IngressPath {
    pub(super) path: String,
}
