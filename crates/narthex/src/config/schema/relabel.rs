//! One relabelling rule, wherever it stands.

use narthex_model::names::NameValidation;
use narthex_model::relabel::{Action, RuleError, RuleSpec};

use super::{Field, Kind, Section, checked, def, opt, pos_of};
use crate::config::error::Cx;
use crate::config::node::{Node, Value};

const ACTIONS: &[&str] = &[
    "replace",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
];

const FIELDS: &[Field] = &[
    opt("source_labels", Kind::Names),
    def("separator", Kind::Str, ";"),
    def("regex", Kind::Regex, "(.*)"),
    opt("modulus", Kind::Uint),
    opt("target_label", Kind::Str),
    def("replacement", Kind::Str, "$1"),
    def("action", Kind::Str, "replace"),
];

/// The rule.
pub(crate) static RELABEL: Section = checked("relabelling rule", &[FIELDS], check);

const DEFAULT_REGEX: &str = "(.*)";

fn check(node: &mut Node, cx: &mut Cx) {
    for (index, name) in node.list("source_labels").iter().enumerate() {
        if name.as_str().is_empty() {
            cx.problem_in(&format!("source_labels[{index}]"), name.pos, "a label name cannot be empty");
        }
    }
    let action = node.str("action").to_lowercase();
    if !ACTIONS.contains(&action.as_str()) {
        let message =
            format!("unknown action \"{}\": expected one of {}", node.str("action"), ACTIONS.join(", "));
        cx.problem_in("action", pos_of(node, "action"), message);
        return;
    }
    node.set("action", Node { pos: pos_of(node, "action"), value: Value::Str(action.clone()) });
    let action = action.as_str();
    let target = node.str("target_label").to_owned();
    if matches!(action, "replace" | "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal")
        && target.is_empty()
    {
        cx.problem_in("target_label", node.pos, format!("must be set for the action {action}"));
    }
    if action == "hashmod" && node.int("modulus") == 0 {
        cx.problem_in("modulus", pos_of(node, "modulus"), "must be set and not 0 for the action hashmod");
    }
    if matches!(action, "lowercase" | "uppercase") && node.str("replacement") != "$1" {
        cx.problem_in(
            "replacement",
            pos_of(node, "replacement"),
            format!("cannot be set for the action {action}"),
        );
    }
    let only: &[&str] = match action {
        "keepequal" | "dropequal" => &["source_labels", "target_label"],
        "labeldrop" | "labelkeep" => &["regex"],
        _ => return,
    };
    for (field, default) in [
        ("source_labels", ""),
        ("target_label", ""),
        ("modulus", ""),
        ("separator", ";"),
        ("regex", DEFAULT_REGEX),
        ("replacement", "$1"),
    ] {
        let set = match default {
            "" => node.has(field),
            default => node.str(field) != default,
        };
        if set && !only.contains(&field) {
            let message = format!("cannot be set: the action {action} uses only {}", only.join(" and "));
            cx.problem_in(field, pos_of(node, field), message);
        }
    }
}

/// The rule of a checked node, not compiled yet.
pub(crate) fn rule(node: &Node, name_validation: NameValidation) -> RuleSpec {
    RuleSpec {
        source_labels: node.strings("source_labels").into_iter().map(str::to_owned).collect(),
        separator: node.str("separator").to_owned(),
        regex: node.str("regex").to_owned(),
        modulus: node.int("modulus").max(0).unsigned_abs(),
        target_label: node.str("target_label").to_owned(),
        replacement: node.str("replacement").to_owned(),
        action: Action::from_name(node.str("action")).unwrap_or_default(),
        name_validation,
    }
}

/// Checks the rules of a list field as a whole, with the names that are valid where they stand.
pub(super) fn check_rules(node: &Node, field: &str, validation: &str, cx: &mut Cx) {
    for (index, item) in node.list(field).iter().enumerate() {
        if let Err(error) = rule(item, name_validation(validation)).compile() {
            let part = match error {
                RuleError::Regex(_) => "regex",
                RuleError::ZeroModulus => "modulus",
                RuleError::NoTarget(_) | RuleError::BadTarget { .. } => "target_label",
                RuleError::BadReplacement(_) | RuleError::UselessReplacement(_) => "replacement",
                RuleError::UselessField { .. } => "action",
            };
            let message = error.to_string();
            let message = message.strip_prefix(&format!("field {part}: ")).unwrap_or(&message);
            cx.problem_in(&format!("{field}[{index}].{part}"), pos_of(item, part), message);
        }
    }
}

/// `metric_name_validation_scheme` as the model has it.
pub(crate) fn name_validation(scheme: &str) -> NameValidation {
    match scheme {
        "legacy" => NameValidation::Legacy,
        _ => NameValidation::Utf8,
    }
}
