//! Relabelling rules.

use narthex_model::names::NameValidation;
use narthex_model::relabel::{Action, Rule, RuleSpec};

use super::jobs::MapError;
use crate::config::Node;

/// The rules of a list field, compiled.
pub(super) fn rules(job: &Node, field: &str, name_validation: NameValidation) -> Result<Vec<Rule>, MapError> {
    job.list(field)
        .iter()
        .map(|node| {
            let spec = RuleSpec {
                source_labels: node.strings("source_labels").into_iter().map(str::to_owned).collect(),
                separator: node.str("separator").to_owned(),
                regex: node.str("regex").to_owned(),
                modulus: node.int("modulus").max(0).unsigned_abs(),
                target_label: node.str("target_label").to_owned(),
                replacement: node.str("replacement").to_owned(),
                action: Action::from_name(node.str("action")).unwrap_or_default(),
                name_validation,
            };
            spec.compile().map_err(|source| MapError::Rule {
                job: job.str("job_name").to_owned(),
                line: node.pos.line,
                source,
            })
        })
        .collect()
}
