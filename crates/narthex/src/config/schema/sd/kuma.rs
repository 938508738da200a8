//! `kuma_sd_configs`: data plane proxies of a Kuma mesh.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("server", Kind::HttpUrl),
    def("refresh_interval", Kind::Duration, "15s"),
    def("fetch_timeout", Kind::Duration, "2m"),
    opt("client_id", Kind::Str),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Kuma discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "server", "the URL of the control plane", cx);
    check_http_client(node, cx);
}
