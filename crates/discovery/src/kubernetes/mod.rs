//! Kubernetes: objects of a cluster, listed once and then watched.
//!
//! `access` finds the API server (in the cluster, by a kubeconfig file, or by address), `reflect` lists and watches one
//! kind of object in one name space, `cluster` holds what is known and tells which objects a change concerns, `role/*`
//! make target groups of objects: one file per role. Only the fields that labels need are kept of an object.
//!
//! Invariants: nothing is published before every list was read once (half a cluster would look like a loss of
//! targets); a broken watch keeps what is known; one object makes one group.

mod access;
mod backoff;
mod cluster;
mod kubeconfig;
mod object;
mod reflect;
mod role;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use narthex_http_client::{Client, HttpOptions};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use crate::refresh::Updates;
use access::Access;
use backoff::Backoff;
use cluster::{Changes, Cluster};
use object::Kind;
use reflect::{Event, Reflector};

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KubernetesRole {
    /// Containers' ports of pods.
    Pod,
    /// Ports of services.
    Service,
    /// Addresses behind services, by the old API.
    Endpoints,
    /// Addresses behind services, by the new API.
    EndpointSlice,
    /// Nodes, at their kubelet.
    Node,
    /// Paths of ingresses.
    Ingress,
}

impl KubernetesRole {
    /// Reads the name of the configuration.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "pod" => Self::Pod,
            "service" => Self::Service,
            "endpoints" => Self::Endpoints,
            "endpointslice" => Self::EndpointSlice,
            "node" => Self::Node,
            "ingress" => Self::Ingress,
            _ => return None,
        })
    }
}

/// Only these objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KubernetesSelector {
    /// The kind it narrows.
    pub role: KubernetesRole,
    /// A label selector; empty for all.
    pub label: String,
    /// A field selector; empty for all.
    pub field: String,
}

/// Facts of other objects that targets carry as labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AttachMetadata {
    /// Labels and annotations of the node.
    pub node: bool,
    /// Labels and annotations of the name space.
    pub namespace: bool,
    /// The deployment of the pod.
    pub deployment: bool,
    /// The job of the pod.
    pub job: bool,
    /// The cron job of the pod.
    pub cronjob: bool,
}

/// One `kubernetes_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KubernetesConfig {
    /// What becomes targets.
    pub role: KubernetesRole,
    /// The API server; without it (and without a kubeconfig file) the one of the cluster that we run in.
    pub api_server: Option<Url>,
    /// The file that says where the server is and who we are.
    pub kubeconfig_file: Option<PathBuf>,
    /// The name spaces to look at; all when empty.
    pub namespaces: Vec<String>,
    /// Whether our own name space is one of them.
    pub own_namespace: bool,
    /// At most one per kind.
    pub selectors: Vec<KubernetesSelector>,
    /// What else targets carry.
    pub attach: AttachMetadata,
    /// How to ask, with an `api_server`.
    pub http: HttpOptions,
}

impl KubernetesConfig {
    /// All objects of the cluster that we run in.
    pub fn new(role: KubernetesRole) -> Self {
        Self {
            role,
            api_server: None,
            kubeconfig_file: None,
            namespaces: Vec::new(),
            own_namespace: false,
            selectors: Vec::new(),
            attach: AttachMetadata::default(),
            http: HttpOptions::default(),
        }
    }
}

/// How many events wait for the task that works on them.
const EVENTS_MAX: usize = 1024;

/// Runs until the task is aborted.
pub(crate) async fn run(config: KubernetesConfig, updates: Updates) {
    let mut backoff = Backoff::new();
    let access = loop {
        match Access::find(&config).await {
            Ok(access) => break access,
            Err(error) => updates.failed(&error),
        }
        backoff.wait().await;
    };
    let client = Client::new(access.http.clone());
    let (events, received) = mpsc::channel(EVENTS_MAX);
    // Dropped with this task, which stops the reflectors.
    let mut reflectors = JoinSet::new();
    let mut unlisted = BTreeSet::new();
    for (id, (kind, namespace)) in watched(&config, &access.namespaces).into_iter().enumerate() {
        unlisted.insert(id);
        let reflector = Reflector::new(id, kind, namespace, &config, &access.server, client.clone());
        reflectors.spawn(reflector.run(events.clone(), updates.clone()));
    }
    drop(events);
    follow(Cluster::new(config), received, unlisted, &updates).await;
}

/// Works on events; publishes everything after the last first list, and then what changes.
async fn follow(
    mut cluster: Cluster,
    mut received: mpsc::Receiver<Event>,
    mut unlisted: BTreeSet<usize>,
    updates: &Updates,
) {
    let mut batch = Vec::new();
    while received.recv_many(&mut batch, EVENTS_MAX).await > 0 {
        let complete_before = unlisted.is_empty();
        let mut changes = Changes::default();
        for event in batch.drain(..) {
            if let Event::Listed { id, .. } = &event {
                unlisted.remove(id);
            }
            cluster.apply(event, &mut changes);
        }
        for (role, what) in changes.counted() {
            updates.count((role, what), Duration::ZERO);
        }
        if complete_before {
            updates.patch(cluster.changed_groups(&changes));
        } else if unlisted.is_empty() {
            updates.replace(cluster.all_groups());
        }
    }
}

/// The kinds to watch, each with its name space (`None`: all of them).
fn watched(config: &KubernetesConfig, namespaces: &[String]) -> Vec<(Kind, Option<String>)> {
    let attach = config.attach;
    let (mut kinds, of_pods): (Vec<Kind>, bool) = match config.role {
        KubernetesRole::Pod => (vec![Kind::Pod], true),
        KubernetesRole::Endpoints => (vec![Kind::Endpoints, Kind::Service, Kind::Pod], true),
        KubernetesRole::EndpointSlice => (vec![Kind::EndpointSlice, Kind::Service, Kind::Pod], true),
        KubernetesRole::Service => (vec![Kind::Service], false),
        KubernetesRole::Ingress => (vec![Kind::Ingress], false),
        KubernetesRole::Node => (vec![Kind::Node], false),
    };
    if of_pods {
        let wanted =
            [(attach.node, Kind::Node), (attach.deployment, Kind::ReplicaSet), (attach.cronjob, Kind::Job)];
        kinds.extend(wanted.iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| *kind));
    }
    if attach.namespace && config.role != KubernetesRole::Node {
        kinds.push(Kind::Namespace);
    }
    let mut watched = Vec::new();
    for kind in kinds {
        if kind.is_namespaced() && !namespaces.is_empty() {
            watched.extend(namespaces.iter().map(|namespace| (kind, Some(namespace.clone()))));
        } else {
            watched.push((kind, None));
        }
    }
    watched
}
