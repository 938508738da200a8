//! `dockerswarm_sd_configs`: services, tasks or nodes of a Docker swarm.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use super::filter::FILTER;
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("host", Kind::Str, ""),
    opt("role", Kind::Enum(&["services", "tasks", "nodes"])),
    def("port", Kind::Uint, "80"),
    opt("filters", Kind::Sections(&FILTER)),
    def("refresh_interval", Kind::Duration, "60s"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Dockerswarm discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "host", "the daemon's address", cx);
    require(node, "role", "one of services, tasks, nodes", cx);
    check_url(node, "host", "unix:///var/run/docker.sock or tcp://host:2375", cx);
    check_http_client(node, cx);
}
