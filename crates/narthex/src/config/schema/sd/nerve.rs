//! `nerve_sd_configs`: services that AirBnB's Nerve keeps in ZooKeeper.

use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("servers", Kind::List(&Kind::Str)),
    opt("paths", Kind::List(&Kind::Str)),
    def("timeout", Kind::Duration, "10s"),
];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("Nerve discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "servers", "the ZooKeeper servers", cx);
    require(node, "paths", "the paths of the services", cx);
}
