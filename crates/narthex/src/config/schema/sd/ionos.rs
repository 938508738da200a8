//! `ionos_sd_configs`: servers of IONOS Cloud.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("datacenter_id", Kind::Str),
    def("port", Kind::Uint, "80"),
    def("refresh_interval", Kind::Duration, "60s"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Ionos discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "datacenter_id", "the data centre whose servers are listed", cx);
    check_http_client(node, cx);
}
