//! `linode_sd_configs`: instances of Linode.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("region", Kind::Str),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    def("tag_separator", Kind::Str, ","),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Linode discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    check_http_client(node, cx);
}
