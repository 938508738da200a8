//! The section of Kubernetes.

use std::path::PathBuf;

use narthex_discovery::{
    AttachMetadata, DiscoveryConfig, KubernetesConfig, KubernetesRole, KubernetesSelector,
};
use url::Url;

use super::http;
use super::services::texts;
use crate::config::Node;

/// A `kubernetes_sd_configs` entry. Its roles were checked when the file was read.
pub(super) fn kubernetes(node: &Node) -> Option<DiscoveryConfig> {
    let namespaces = node.get("namespaces");
    let attach = node.get("attach_metadata");
    let attached = |field: &str| attach.is_some_and(|attach| attach.bool(field));
    let selector = |node: &Node| {
        Some(KubernetesSelector {
            role: KubernetesRole::from_name(node.str("role"))?,
            label: node.str("label").to_owned(),
            field: node.str("field").to_owned(),
        })
    };
    Some(DiscoveryConfig::Kubernetes(Box::new(KubernetesConfig {
        api_server: Url::parse(node.str("api_server")).ok(),
        kubeconfig_file: node.has("kubeconfig_file").then(|| PathBuf::from(node.str("kubeconfig_file"))),
        namespaces: namespaces.map(|node| texts(node, "names")).unwrap_or_default(),
        own_namespace: namespaces.is_some_and(|node| node.bool("own_namespace")),
        selectors: node.list("selectors").iter().filter_map(selector).collect(),
        attach: AttachMetadata {
            node: attached("node"),
            namespace: attached("namespace"),
            deployment: attached("deployment"),
            job: attached("job"),
            cronjob: attached("cronjob"),
        },
        http: http::options(node),
        ..KubernetesConfig::new(KubernetesRole::from_name(node.str("role"))?)
    })))
}
