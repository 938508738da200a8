//! `uyuni_sd_configs`: systems managed by Uyuni.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, check_url, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("server", Kind::Str),
    opt("username", Kind::Str),
    opt("password", Kind::Secret),
    def("entitlement", Kind::Str, "monitoring_entitled"),
    def("separator", Kind::Str, ","),
    def("refresh_interval", Kind::Duration, "60s"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Uyuni discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "server", "the URL of the Uyuni server", cx);
    require(node, "username", "the user of the API", cx);
    require(node, "password", "the password of the API", cx);
    check_url(node, "server", "https://uyuni.example", cx);
    check_http_client(node, cx);
}
