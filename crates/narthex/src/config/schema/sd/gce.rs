//! `gce_sd_configs`: instances of Google Compute Engine.

use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("project", Kind::Str),
    opt("zone", Kind::Str),
    opt("filter", Kind::Str),
    def("refresh_interval", Kind::Duration, "60s"),
    def("port", Kind::Uint, "80"),
    def("tag_separator", Kind::Str, ","),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("GCE discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "project", "the project whose instances are listed", cx);
    require(node, "zone", "the zone whose instances are listed", cx);
}
