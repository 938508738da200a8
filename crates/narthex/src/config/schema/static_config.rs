//! `static_configs`: targets written into the file.

use super::{Field, Kind, Section, checked, opt};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[opt("targets", Kind::List(&Kind::Str)), opt("labels", Kind::Map(&Kind::Str))];

/// One group of targets.
pub(crate) static STATIC: Section = checked("static config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    let labels = node.get("labels").map_or(&[][..], Node::entries);
    for entry in labels.iter().filter(|entry| entry.key.is_empty()) {
        cx.problem_in("labels", entry.pos, "a label name cannot be empty");
    }
}

/// Targets of a section without relabelling must be addresses; with it they can be anything that rules make one of, as the
/// URLs are that a prober is to visit.
pub(super) fn check_addresses(node: &Node, cx: &mut Cx) {
    if node.has("relabel_configs") {
        return;
    }
    for (number, group) in node.list("static_configs").iter().enumerate() {
        for (index, target) in group.list("targets").iter().enumerate() {
            if target.as_str().contains('/') {
                let message = format!(
                    "{} is not a host name: expected host:port without a scheme or path",
                    target.describe()
                );
                cx.problem_in(&format!("static_configs[{number}].targets[{index}]"), target.pos, message);
            }
        }
    }
}
