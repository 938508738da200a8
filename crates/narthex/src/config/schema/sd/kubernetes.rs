//! `kubernetes_sd_configs`: objects of a Kubernetes cluster.

use std::collections::HashSet;

use super::super::http_client::{CUSTOM_FIELDS, HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, pos_of, require, section};
use super::label_selector::check_labels;
use crate::config::error::Cx;
use crate::config::node::Node;

const ROLES: &[&str] = &["node", "pod", "service", "endpoints", "endpointslice", "ingress"];

const NAMESPACE_FIELDS: &[Field] =
    &[def("own_namespace", Kind::Bool, "false"), opt("names", Kind::List(&Kind::Str))];
static NAMESPACES: Section = section("namespace config", &[NAMESPACE_FIELDS]);

const SELECTOR_FIELDS: &[Field] =
    &[opt("role", Kind::Enum(ROLES)), opt("label", Kind::Str), opt("field", Kind::Str)];
static SELECTOR: Section = checked("selector", &[SELECTOR_FIELDS], check_selector);

const METADATA_FIELDS: &[Field] = &[
    def("node", Kind::Bool, "false"),
    def("namespace", Kind::Bool, "false"),
    def("deployment", Kind::Bool, "false"),
    def("job", Kind::Bool, "false"),
    def("cronjob", Kind::Bool, "false"),
];
static ATTACH_METADATA: Section = section("metadata config", &[METADATA_FIELDS]);

const FIELDS: &[Field] = &[
    opt("api_server", Kind::OptionalUrl),
    opt("role", Kind::Enum(ROLES)),
    def("kubeconfig_file", Kind::Path, ""),
];

const TAIL: &[Field] = &[
    opt("namespaces", Kind::Section(&NAMESPACES)),
    opt("selectors", Kind::Sections(&SELECTOR)),
    opt("attach_metadata", Kind::Section(&ATTACH_METADATA)),
];

/// The mechanism's section.
pub(super) static SECTION: Section =
    checked("Kubernetes discovery config", &[FIELDS, HTTP_CLIENT, TAIL], check);

fn check(node: &mut Node, cx: &mut Cx) {
    check_http_client(node, cx);
    require(node, "role", "one of node, pod, service, endpoints, endpointslice, ingress", cx);
    let kubeconfig = node.has("kubeconfig_file");
    let custom = CUSTOM_FIELDS.iter().find(|field| node.get(field).is_some());
    // Switches count when they are not as they are by themselves.
    let switched = ["follow_redirects", "enable_http2"];
    let custom = custom.or_else(|| switched.iter().find(|field| !node.bool(field)));
    if kubeconfig && node.has("api_server") {
        cx.problem_in(
            "api_server",
            pos_of(node, "api_server"),
            "cannot be set together with kubeconfig_file",
        );
    }
    if let Some(field) = custom {
        if kubeconfig {
            cx.problem_in(field, pos_of(node, field), "cannot be set together with kubeconfig_file");
        } else if !node.has("api_server") {
            cx.problem_in(
                field,
                pos_of(node, field),
                "needs api_server: in the cluster its own account is used",
            );
        }
    }
    if node.get("namespaces").is_some_and(|namespaces| namespaces.bool("own_namespace")) {
        for field in ["kubeconfig_file", "api_server"] {
            if node.has(field) {
                let message = "cannot be set together with namespaces.own_namespace";
                cx.problem_in(field, pos_of(node, field), message);
            }
        }
    }
    check_selectors(node, cx);
}

/// Which selectors a role can use.
fn selector_roles(role: &str) -> &'static [&'static str] {
    match role {
        "pod" => &["pod", "node"],
        "service" => &["service"],
        "endpoints" => &["pod", "service", "endpoints"],
        "endpointslice" => &["pod", "service", "endpointslice"],
        "node" => &["node"],
        "ingress" => &["ingress"],
        _ => &[],
    }
}

fn check_selectors(node: &Node, cx: &mut Cx) {
    let allowed = selector_roles(node.str("role"));
    let mut seen = HashSet::new();
    for (index, selector) in node.list("selectors").iter().enumerate() {
        let role = selector.str("role");
        let step = format!("selectors[{index}].role");
        if !seen.insert(role) {
            cx.problem_in(
                &step,
                pos_of(selector, "role"),
                format!("the role {role} stands twice in the selectors"),
            );
        } else if !allowed.contains(&role) && !allowed.is_empty() {
            let message = format!(
                "\"{role}\" cannot be used with the role {}: expected one of {}",
                node.str("role"),
                allowed.join(", ")
            );
            cx.problem_in(&step, pos_of(selector, "role"), message);
        }
    }
}

fn check_selector(node: &mut Node, cx: &mut Cx) {
    if let Err(reason) = check_labels(node.str("label")) {
        let message = format!("\"{}\" is not a label selector: {reason}", node.str("label"));
        cx.problem_in("label", pos_of(node, "label"), message);
    }
    for term in node.str("field").split(',').filter(|term| !term.trim().is_empty()) {
        if !term.contains('=') {
            let message =
                format!("\"{term}\" is not a field selector: expected for example metadata.name=value");
            cx.problem_in("field", pos_of(node, "field"), message);
        }
    }
}
