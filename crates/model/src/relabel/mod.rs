//! Relabelling: rewriting and filtering label sets by a list of rules; pure functions.
//!
//! Called by `scrape` (targets and samples), by remote write and the notifier (series and alerts), and by the API
//! that shows a target's relabelling step by step.
//!
//! * A [`Rule`] is made by [`RuleSpec::compile`], which checks it; a compiled rule cannot fail.
//! * [`process`] applies rules in order and says whether the label set is kept.
//! * Expressions are anchored at both ends, and dot matches newline.

mod apply;
mod md5;
mod regex;
mod rule;
mod template;

pub use apply::{apply, process};
pub use regex::RelabelRegex;
pub use rule::{Action, Rule, RuleError, RuleSpec};
