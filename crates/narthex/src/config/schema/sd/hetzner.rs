//! `hetzner_sd_configs`: servers of Hetzner.

use super::super::http_client::{HTTP_CLIENT, check_http_client};
use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("role", Kind::Enum(&["hcloud", "robot"])),
    def("port", Kind::Uint, "80"),
    def("refresh_interval", Kind::Duration, "60s"),
    opt("label_selector", Kind::Str),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Hetzner discovery config", &[FIELDS, HTTP_CLIENT], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "role", "one of hcloud, robot", cx);
    check_http_client(node, cx);
}
