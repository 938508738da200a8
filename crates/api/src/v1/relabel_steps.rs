//! `targets/relabel_steps`: what each relabelling rule of a job makes of a label set.

use std::collections::BTreeMap;

use axum::extract::State;
use narthex_model::Labels;
use narthex_model::relabel::{Rule, apply};

use crate::context::Shared;
use crate::error::ApiError;
use crate::json::{Writer, write_labels};
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `scrapePool`, `labels` (a JSON object).
pub(crate) async fn relabel_steps(State(state): Shared, params: Params) -> ApiResult {
    let (pool, labels) = (params.get("scrapePool"), params.get("labels"));
    for (name, value) in [("scrapePool", pool), ("labels", labels)] {
        if value.is_empty() {
            return Err(ApiError::bad_data(format!("no {name} parameter provided")));
        }
    }
    let labels: Option<BTreeMap<String, Option<String>>> = serde_json::from_str(labels)
        .map_err(|error| ApiError::bad_data(format!("error parsing labels: {error}")))?;
    let rules = state.targets.relabel_rules(pool).ok_or_else(|| {
        ApiError::bad_data(format!("error retrieving scrape config: scrape pool \"{pool}\" not found"))
    })?;
    let labels = labels.unwrap_or_default();
    let pairs = labels.iter().map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()));
    let mut builder = Labels::from_pairs(pairs).to_builder();
    let mut keep = true;
    Ok(Answer::new(|out| {
        out.begin_object().key("steps").begin_array();
        for rule in &rules {
            keep = keep && apply(rule, &mut builder);
            out.begin_object().key("rule");
            write_rule(out, rule);
            out.key("output");
            // A dropped label set is nothing for the rules behind.
            write_labels(out, &if keep { builder.clone().build() } else { Labels::default() });
            out.key("keep").bool(keep).end_object();
        }
        out.end_array().end_object();
    }))
}

fn write_rule(out: &mut Writer, rule: &Rule) {
    let spec = rule.spec();
    out.begin_object();
    if !spec.source_labels.is_empty() {
        out.key("source_labels").strings(&spec.source_labels);
    }
    if !spec.separator.is_empty() {
        out.key("separator").string(&spec.separator);
    }
    out.key("regex").string(&spec.regex);
    if spec.modulus != 0 {
        out.key("modulus").uint(spec.modulus);
    }
    for (name, value) in [("target_label", &spec.target_label), ("replacement", &spec.replacement)] {
        if !value.is_empty() {
            out.key(name).string(value);
        }
    }
    out.key("action").string(spec.action.as_str()).end_object();
}
