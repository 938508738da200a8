//! `file_sd_configs`: target groups in files.

use super::super::{Field, Kind, Section, checked, def, opt, require};
use crate::config::error::Cx;
use crate::config::node::Node;

const FIELDS: &[Field] =
    &[opt("files", Kind::List(&Kind::Path)), def("refresh_interval", Kind::Duration, "5m")];

/// The mechanism's section.
pub(super) static SECTION: Section = checked("file discovery config", &[FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "files", "the files (or patterns) that hold the target groups", cx);
    for (index, file) in node.list("files").iter().enumerate() {
        let path = file.as_str();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let known = [".json", ".yml", ".yaml"].iter().any(|ending| name.to_lowercase().ends_with(ending));
        if !known || folder.contains('*') || name.matches('*').count() > 1 {
            let message = format!(
                "{} is not a file pattern: expected a path that ends in .json, .yml or .yaml, with at most one * and only in the file's name",
                file.describe()
            );
            cx.problem_in(&format!("files[{index}]"), file.pos, message);
        }
    }
}
