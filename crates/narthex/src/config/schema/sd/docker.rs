//! `docker_sd_configs`: containers of a Docker daemon.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use super::filter::FILTER;
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("host", Kind::Str, ""),
    opt("filters", Kind::Sections(&FILTER)),
    def("port", Kind::Uint, "80"),
    def("host_networking_host", Kind::Str, "localhost"),
    def("refresh_interval", Kind::Duration, "60s"),
    def("match_first_network", Kind::Bool, "true"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Docker discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "host", "the daemon's address, for example unix:///var/run/docker.sock", cx);
    check_url(node, "host", "unix:///var/run/docker.sock or tcp://host:2375", cx);
    check_http_client(node, cx);
}
