//! `static_configs`: targets written into the file.

use super::{Field, Kind, Section, checked, opt};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] = &[opt("targets", Kind::List(&Kind::Str)), opt("labels", Kind::Map(&Kind::Str))];

/// One group of targets.
pub(crate) static STATIC: Section = checked("static config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    for (index, target) in node.list("targets").iter().enumerate() {
        if target.as_str().contains('/') {
            cx.enter("targets");
            let message = format!(
                "{} is not a host name: expected host:port without a scheme or path",
                target.describe()
            );
            cx.problem_in(&format!("[{index}]"), target.pos, message);
            cx.leave();
        }
    }
}
