//! `otlp`: how OpenTelemetry metrics become series.

use std::collections::HashSet;

use super::{Field, Kind, Section, checked, def, opt, pos_of};
use crate::config::error::Cx;
use crate::config::node::{Node, Value};

const STRATEGIES: &[&str] = &[
    "UnderscoreEscapingWithSuffixes",
    "UnderscoreEscapingWithoutSuffixes",
    "NoUTF8EscapingWithSuffixes",
    "NoTranslation",
];

const FIELDS: &[Field] = &[
    opt("promote_all_resource_attributes", Kind::Bool),
    opt("promote_resource_attributes", Kind::List(&Kind::Str)),
    opt("ignore_resource_attributes", Kind::List(&Kind::Str)),
    def("translation_strategy", Kind::OptionalEnum(STRATEGIES), "UnderscoreEscapingWithSuffixes"),
    opt("keep_identifying_resource_attributes", Kind::Bool),
    opt("convert_histograms_to_nhcb", Kind::Bool),
    opt("promote_scope_metadata", Kind::Bool),
    opt("label_name_underscore_sanitization", Kind::Bool),
    opt("label_name_preserve_multiple_underscores", Kind::Bool),
];

/// The section.
pub(crate) static OTLP: Section = Section { implied: true, ..checked("OTLP config", &[FIELDS], check) };

/// Strategies that produce names outside the classic alphabet.
pub(super) const UTF8_STRATEGIES: &[&str] = &["NoUTF8EscapingWithSuffixes", "NoTranslation"];

fn check(node: &mut Node, cx: &mut Cx) {
    let all = node.bool("promote_all_resource_attributes");
    if node.has("ignore_resource_attributes") && !all {
        let pos = pos_of(node, "ignore_resource_attributes");
        cx.problem_in("ignore_resource_attributes", pos, "needs promote_all_resource_attributes: true");
    }
    if node.has("promote_resource_attributes") && all {
        let pos = pos_of(node, "promote_resource_attributes");
        cx.problem_in(
            "promote_resource_attributes",
            pos,
            "cannot be set together with promote_all_resource_attributes",
        );
    }
    for field in ["promote_resource_attributes", "ignore_resource_attributes"] {
        sanitize(node, field, cx);
    }
}

/// Trims the attribute names; empty and repeated ones are mistakes.
fn sanitize(node: &mut Node, field: &str, cx: &mut Cx) {
    let Value::Map(entries) = &mut node.value else { return };
    let Some(entry) = entries.iter_mut().find(|entry| entry.key == field) else { return };
    let Value::List(items) = &mut entry.node.value else { return };
    let mut seen = HashSet::new();
    cx.enter(field);
    for (index, item) in items.iter_mut().enumerate() {
        let name = item.as_str().trim().to_owned();
        let step = format!("[{index}]");
        if name.is_empty() {
            cx.problem_in(&step, item.pos, "is empty: expected the name of a resource attribute");
        } else if !seen.insert(name.clone()) {
            cx.problem_in(&step, item.pos, format!("\"{name}\" stands twice in the list"));
        }
        item.value = Value::Str(name);
    }
    cx.leave();
}
