//! Relabelling rules.

use narthex_model::names::NameValidation;
use narthex_model::relabel::Rule;

use super::jobs::MapError;
use crate::config::{Node, rule};

/// The rules of a list field, compiled.
pub(super) fn rules(job: &Node, field: &str, name_validation: NameValidation) -> Result<Vec<Rule>, MapError> {
    let compile = |node: &Node| {
        rule(node, name_validation).compile().map_err(|source| MapError::Rule {
            job: job.str("job_name").to_owned(),
            line: node.pos.line,
            source,
        })
    };
    job.list(field).iter().map(compile).collect()
}
