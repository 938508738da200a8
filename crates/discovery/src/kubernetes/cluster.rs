//! What is known of the cluster: objects by kind, and which target groups a change concerns.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::object::{Endpoint, Kind, Node, Object, Owner, Pod, Reference, Service};
use super::reflect::Event;
use super::role;
use super::{AttachMetadata, KubernetesConfig, KubernetesRole};
use crate::TargetGroup;

/// Name space (empty where there is none) and name.
pub(super) type Key = (String, String);

/// What changed since the groups were made last, by kind.
#[derive(Debug, Default)]
pub(super) struct Changes {
    keys: BTreeMap<Kind, BTreeSet<Key>>,
    /// By role and `add`, `update` or `delete`, in order.
    counted: Vec<(&'static str, &'static str)>,
}

impl Changes {
    fn add(&mut self, kind: Kind, key: Key, what: &'static str) {
        self.keys.entry(kind).or_default().insert(key);
        self.counted.extend(kind.role().map(|role| (role, what)));
    }

    /// What happened, for the self-metrics: by role and kind of change.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.counted.iter().copied()
    }

    /// The names (without name space: too many are harmless) of the changed objects of a kind.
    fn names(&self, kind: Kind) -> BTreeSet<&str> {
        self.keys.get(&kind).into_iter().flatten().map(|(_, name)| name.as_str()).collect()
    }
}

/// The objects.
#[derive(Debug)]
pub(super) struct Cluster {
    role: KubernetesRole,
    pub(super) attach: AttachMetadata,
    objects: HashMap<Kind, BTreeMap<Key, Object>>,
}

impl Cluster {
    pub(super) fn new(config: KubernetesConfig) -> Self {
        Self { role: config.role, attach: config.attach, objects: HashMap::new() }
    }

    /// Takes an event; notes what it changed.
    pub(super) fn apply(&mut self, event: Event, changes: &mut Changes) {
        match event {
            Event::Listed { kind, namespace, objects, .. } => {
                let known = self.objects.entry(kind).or_default();
                let listed: BTreeSet<Key> = objects.iter().map(key).collect();
                let in_scope = |key: &Key| namespace.as_ref().is_none_or(|namespace| *namespace == key.0);
                known.retain(|key, _| {
                    let stays = !in_scope(key) || listed.contains(key);
                    if !stays {
                        changes.add(kind, key.clone(), "delete");
                    }
                    stays
                });
                objects.into_iter().for_each(|object| put(known, kind, object, changes));
            }
            Event::Put { kind, object } => {
                put(self.objects.entry(kind).or_default(), kind, object, changes);
            }
            Event::Gone { kind, object } => {
                let key = key(&object);
                if self.objects.entry(kind).or_default().remove(&key).is_some() {
                    changes.add(kind, key, "delete");
                }
            }
        }
    }

    /// The groups of all objects.
    pub(super) fn all_groups(&self) -> Vec<TargetGroup> {
        let objects = self.objects.get(&self.main()).into_iter().flatten();
        objects.map(|(_, object)| self.group(object)).collect()
    }

    /// The groups that `changes` concern; those of vanished objects have no targets.
    pub(super) fn changed_groups(&self, changes: &Changes) -> Vec<TargetGroup> {
        let main = self.main();
        let Some(objects) = self.objects.get(&main) else { return Vec::new() };
        let own = changes.keys.get(&main);
        let mut groups = Vec::new();
        for key in own.into_iter().flatten() {
            groups.push(match objects.get(key) {
                Some(object) => self.group(object),
                None => TargetGroup { source: role::source(main, key), ..TargetGroup::default() },
            });
        }
        if changes.keys.keys().any(|kind| *kind != main) {
            let related = Related::of(self, changes);
            let concerned = objects.iter().filter(|(key, object)| {
                !own.is_some_and(|own| own.contains(*key)) && related.concerns(object)
            });
            groups.extend(concerned.map(|(_, object)| self.group(object)));
        }
        groups
    }

    fn main(&self) -> Kind {
        match self.role {
            KubernetesRole::Pod => Kind::Pod,
            KubernetesRole::Service => Kind::Service,
            KubernetesRole::Endpoints => Kind::Endpoints,
            KubernetesRole::EndpointSlice => Kind::EndpointSlice,
            KubernetesRole::Node => Kind::Node,
            KubernetesRole::Ingress => Kind::Ingress,
        }
    }

    fn group(&self, object: &Object) -> TargetGroup {
        role::group(self, object)
    }

    fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Object> {
        self.objects.get(&kind)?.get(&(namespace.to_owned(), name.to_owned()))
    }

    /// A pod that an address refers to.
    pub(super) fn pod(&self, reference: Option<&Reference>) -> Option<&Pod> {
        let reference = reference.filter(|reference| reference.kind == "Pod")?;
        match self.get(Kind::Pod, &reference.namespace, &reference.name)? {
            Object::Pod(pod) => Some(pod),
            _ => None,
        }
    }

    pub(super) fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        match self.get(Kind::Service, namespace, name)? {
            Object::Service(service) => Some(service),
            _ => None,
        }
    }

    pub(super) fn node(&self, name: &str) -> Option<&Node> {
        match self.get(Kind::Node, "", name)? {
            Object::Node(node) => Some(node),
            _ => None,
        }
    }

    pub(super) fn namespace(&self, name: &str) -> Option<&Object> {
        self.get(Kind::Namespace, "", name)
    }

    /// Who manages the replica set or job `name`.
    pub(super) fn controller(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Owner> {
        self.get(kind, namespace, name)?.metadata().controller()
    }
}

fn key(object: &Object) -> Key {
    let metadata = object.metadata();
    (metadata.namespace.clone(), metadata.name.clone())
}

fn put(known: &mut BTreeMap<Key, Object>, kind: Kind, object: Object, changes: &mut Changes) {
    let key = key(&object);
    let before = known.get(&key);
    if before != Some(&object) {
        changes.add(kind, key.clone(), if before.is_some() { "update" } else { "add" });
        known.insert(key, object);
    }
}

/// The names of changed objects that others may refer to.
struct Related<'c> {
    pods: BTreeSet<&'c str>,
    services: BTreeSet<&'c str>,
    nodes: BTreeSet<&'c str>,
    namespaces: BTreeSet<&'c str>,
    /// Replica sets and jobs.
    controllers: BTreeSet<&'c str>,
}

impl<'c> Related<'c> {
    fn of(cluster: &'c Cluster, changes: &'c Changes) -> Self {
        let mut controllers = changes.names(Kind::ReplicaSet);
        controllers.extend(changes.names(Kind::Job));
        let mut related = Self {
            pods: changes.names(Kind::Pod),
            services: changes.names(Kind::Service),
            nodes: changes.names(Kind::Node),
            namespaces: changes.names(Kind::Namespace),
            controllers,
        };
        // What a pod's controller changes, the pod's endpoints carry too.
        if !related.controllers.is_empty() {
            let pods = cluster.objects.get(&Kind::Pod).into_iter().flat_map(BTreeMap::values);
            let owned: Vec<&str> =
                pods.filter(|pod| related.controls(pod)).map(|pod| pod.metadata().name.as_str()).collect();
            related.pods.extend(owned);
        }
        related
    }

    fn controls(&self, pod: &Object) -> bool {
        let controller = pod.metadata().controller();
        controller.is_some_and(|controller| self.controllers.contains(controller.name.as_str()))
    }

    fn concerns(&self, object: &Object) -> bool {
        let metadata = object.metadata();
        self.namespaces.contains(metadata.namespace.as_str())
            || match object {
                Object::Pod(pod) => self.nodes.contains(pod.spec.node_name.as_str()) || self.controls(object),
                Object::Endpoints(endpoints) => {
                    self.services.contains(metadata.name.as_str())
                        || endpoints.subsets.iter().any(|subset| {
                            subset.addresses.iter().chain(&subset.not_ready_addresses).any(|address| {
                                self.refers(address.target_ref.as_ref(), address.node_name.as_deref())
                            })
                        })
                }
                Object::EndpointSlice(slice) => {
                    let service = role::service_of(&slice.metadata);
                    let refers = |endpoint: &Endpoint| {
                        self.refers(endpoint.target_ref.as_ref(), endpoint.node_name.as_deref())
                    };
                    service.is_some_and(|name| self.services.contains(name))
                        || slice.endpoints.iter().any(refers)
                }
                _ => false,
            }
    }

    fn refers(&self, reference: Option<&Reference>, node: Option<&str>) -> bool {
        node.is_some_and(|node| self.nodes.contains(node))
            || reference.is_some_and(|reference| {
                let name = reference.name.as_str();
                match reference.kind.as_str() {
                    "Pod" => self.pods.contains(name),
                    "Node" => self.nodes.contains(name),
                    _ => false,
                }
            })
    }
}
