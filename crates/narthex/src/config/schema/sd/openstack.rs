//! `openstack_sd_configs`: instances, hypervisors or load balancers of OpenStack.

use super::super::tls::TLS;
use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("identity_endpoint", Kind::Str),
    opt("username", Kind::Str),
    opt("userid", Kind::Str),
    opt("password", Kind::Secret),
    opt("project_name", Kind::Str),
    opt("project_id", Kind::Str),
    opt("domain_name", Kind::Str),
    opt("domain_id", Kind::Str),
    opt("application_credential_name", Kind::Str),
    opt("application_credential_id", Kind::Str),
    opt("application_credential_secret", Kind::Secret),
    opt("role", Kind::Enum(&["hypervisor", "instance", "loadbalancer"])),
    opt("region", Kind::Str),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    opt("all_tenants", Kind::Bool),
    opt("tls_config", Kind::Section(&TLS)),
    def("availability", Kind::Enum(&["public", "internal", "admin"]), "public"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Openstack discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "role", "one of hypervisor, instance, loadbalancer", cx);
    require(node, "region", "the OpenStack region", cx);
    check_url(node, "identity_endpoint", "https://keystone.example:5000/v3", cx);
}
