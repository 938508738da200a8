//! `nomad_sd_configs`: services registered in Nomad.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    def("allow_stale", Kind::Bool, "true"),
    def("namespace", Kind::Str, "default"),
    def("refresh_interval", Kind::Duration, "60s"),
    def("region", Kind::Str, "global"),
    opt("server", Kind::Str),
    def("tag_separator", Kind::Str, ","),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Nomad discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "server", "the URL of the Nomad server", cx);
    check_url(node, "server", "http://localhost:4646", cx);
    check_http_client(node, cx);
}
