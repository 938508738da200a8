//! Role `ingress`: a target per path of each rule.

use super::super::cluster::Cluster;
use super::super::object::{Ingress, IngressRule};
use super::{NAMESPACE_LABEL, namespace_labels, object_labels};
use crate::group::ADDRESS_LABEL;
use crate::labels::Meta;

pub(super) fn group_labels(cluster: &Cluster, ingress: &Ingress) -> Meta {
    let mut meta = Meta::new();
    meta.set(NAMESPACE_LABEL, &ingress.metadata.namespace);
    meta.set_some("__meta_kubernetes_ingress_class_name", ingress.spec.ingress_class_name.as_ref());
    object_labels(&mut meta, "ingress", &ingress.metadata);
    namespace_labels(&mut meta, cluster, &ingress.metadata.namespace);
    meta
}

pub(super) fn targets(ingress: &Ingress) -> Vec<Meta> {
    let spec = &ingress.spec;
    let mut targets = Vec::new();
    for rule in &spec.rules {
        let secure = spec.tls.iter().flat_map(|tls| &tls.hosts).any(|pattern| covers(pattern, &rule.host));
        for path in paths(rule) {
            let mut target = Meta::new();
            target.set(ADDRESS_LABEL, &rule.host);
            target.set("__meta_kubernetes_ingress_scheme", if secure { "https" } else { "http" });
            target.set("__meta_kubernetes_ingress_host", &rule.host);
            target.set("__meta_kubernetes_ingress_path", path);
            targets.push(target);
        }
    }
    targets
}

fn paths(rule: &IngressRule) -> Vec<&str> {
    match &rule.http {
        None => vec!["/"],
        Some(http) => {
            let path = |path: &str| path.is_empty();
            http.paths.iter().map(|p| if path(&p.path) { "/" } else { p.path.as_str() }).collect()
        }
    }
}

/// Whether a host or wildcard of the TLS section stands for `host`; a `*` stands for exactly one part.
fn covers(pattern: &str, host: &str) -> bool {
    if pattern == host {
        return true;
    }
    let rest = pattern.strip_prefix("*.");
    rest.is_some_and(|rest| host.split_once('.').is_some_and(|(_, parent)| parent == rest))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn wildcards() {
        for (pattern, host, expected) in [
            ("a.example", "a.example", true),
            ("*.example", "a.example", true),
            ("*.example", "a.b.example", false),
            ("*.example", "example", false),
            ("b.example", "a.example", false),
        ] {
            assert_eq!(covers(pattern, host), expected, "{pattern} {host}");
        }
    }
}
