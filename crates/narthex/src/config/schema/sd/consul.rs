//! `consul_sd_configs`: services registered in Consul.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, at_most_one, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("server", Kind::Str, "localhost:8500"),
    opt("path_prefix", Kind::Str),
    opt("token", Kind::Secret),
    opt("datacenter", Kind::Str),
    opt("namespace", Kind::Str),
    opt("partition", Kind::Str),
    def("tag_separator", Kind::Str, ","),
    def("scheme", Kind::Str, "http"),
    opt("username", Kind::Str),
    opt("password", Kind::Secret),
    def("allow_stale", Kind::Bool, "true"),
    def("refresh_interval", Kind::Duration, "30s"),
    opt("services", Kind::List(&Kind::Str)),
    opt("tags", Kind::List(&Kind::Str)),
    opt("node_meta", Kind::Map(&Kind::Str)),
    opt("filter", Kind::Str),
    opt("health_filter", Kind::Str),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Consul discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "server", "the address of the Consul agent", cx);
    if node.has("username") || node.has("password") {
        at_most_one(node, &["username", "basic_auth"], cx);
        at_most_one(node, &["password", "basic_auth"], cx);
    }
    at_most_one(node, &["token", "authorization", "oauth2"], cx);
    check_http_client(node, cx);
}
