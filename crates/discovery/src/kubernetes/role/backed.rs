//! Targets that pods stand behind: what the roles `endpoints` and `endpointslice` share.
//!
//! An address that refers to a pod carries the pod's labels and those of the container whose port it is. After the
//! addresses come the pods' other ports, to which no endpoint leads.

use super::super::cluster::Cluster;
use super::super::object::{Pod, Reference};
use super::{node_labels, pod};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};

/// The targets so far and the pods seen in them.
pub(super) struct Backed<'c> {
    cluster: &'c Cluster,
    targets: Vec<Meta>,
    seen: Vec<(&'c Pod, Vec<u16>)>,
}

impl<'c> Backed<'c> {
    pub(super) fn new(cluster: &'c Cluster) -> Self {
        Self { cluster, targets: Vec::new(), seen: Vec::new() }
    }

    /// Adds the labels of `node`.
    pub(super) fn attach_node(&self, target: &mut Meta, node: Option<&str>) {
        node_labels(target, self.cluster, node);
    }

    /// Takes a target for an address; `protocol` stands for the container port's own if given.
    pub(super) fn push(
        &mut self,
        mut target: Meta,
        reference: Option<&Reference>,
        port: Option<u16>,
        protocol: Option<&str>,
    ) {
        if let Some(pod) = self.cluster.pod(reference) {
            target.extend(&pod::labels(self.cluster, pod));
            for (container, init) in pod::containers(pod) {
                if let Some(found) = container.ports.iter().find(|found| Some(found.container_port) == port) {
                    target.extend(&pod::container_labels(container, init));
                    pod::port_labels(&mut target, found);
                    target.set_some("__meta_kubernetes_pod_container_port_protocol", protocol);
                }
            }
            match self.seen.iter_mut().find(|(seen, _)| std::ptr::eq(*seen, pod)) {
                Some((_, ports)) => ports.extend(port),
                None => self.seen.push((pod, port.into_iter().collect())),
            }
        }
        self.targets.push(target);
    }

    /// All targets, with the pods' ports that no endpoint leads to.
    pub(super) fn finish(mut self) -> Vec<Meta> {
        for (pod, taken) in &self.seen {
            if pod.status.pod_ip.is_empty() {
                continue;
            }
            for (container, init) in pod::containers(pod) {
                for port in container.ports.iter().filter(|port| !taken.contains(&port.container_port)) {
                    let mut target = pod::container_labels(container, init);
                    target.set(ADDRESS_LABEL, host_port(&pod.status.pod_ip, port.container_port));
                    pod::port_labels(&mut target, port);
                    target.extend(&pod::labels(self.cluster, pod));
                    self.targets.push(target);
                }
            }
        }
        self.targets
    }
}
