//! `serverset_sd_configs` and `nerve_sd_configs`: services that ZooKeeper's nodes describe.

use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[
    opt("servers", Kind::List(&Kind::Str)),
    opt("paths", Kind::List(&Kind::Str)),
    def("timeout", Kind::Duration, "10s"),
];

/// Members of server sets (Finagle, Aurora).
pub(super) static SERVERSET: Section = checked("Serverset discovery config", &[FIELDS], check);
/// Services of AirBnB's Nerve.
pub(super) static NERVE: Section = checked("Nerve discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "servers", "the ZooKeeper servers", cx);
    require(node, "paths", "where the services' nodes are", cx);
    for (index, path) in node.list("paths").iter().enumerate() {
        if !path.as_str().starts_with('/') {
            let message = format!("{} is not the path of a node: it must begin with /", path.describe());
            cx.problem_in(&format!("paths[{index}]"), path.pos, message);
        }
    }
}
