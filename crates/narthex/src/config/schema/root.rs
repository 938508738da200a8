//! The top level of `prometheus.yml`, and of the files that `scrape_config_files` names.

use std::collections::HashMap;

use super::alerting::ALERTING;
use super::global::{GLOBAL, RUNTIME};
use super::otlp::{OTLP, UTF8_STRATEGIES};
use super::relabel::check_rules;
use super::remote_read::REMOTE_READ;
use super::remote_write::REMOTE_WRITE;
use super::scrape::{SCRAPE, inherit};
use super::storage::STORAGE;
use super::tracing::TRACING;
use super::{Field, Kind, Section, checked, opt, section};
use crate::config::error::Cx;
use crate::config::node::{Node, Pos, Value};

const FIELDS: &[Field] = &[
    opt("global", Kind::Section(&GLOBAL)),
    opt("runtime", Kind::Section(&RUNTIME)),
    opt("alerting", Kind::Section(&ALERTING)),
    opt("rule_files", Kind::List(&Kind::Path)),
    opt("scrape_config_files", Kind::List(&Kind::Path)),
    opt("scrape_configs", Kind::Sections(&SCRAPE)),
    opt("storage", Kind::Section(&STORAGE)),
    opt("tracing", Kind::Section(&TRACING)),
    opt("remote_write", Kind::Sections(&REMOTE_WRITE)),
    opt("remote_read", Kind::Sections(&REMOTE_READ)),
    opt("otlp", Kind::Section(&OTLP)),
];

/// `prometheus.yml`.
pub(crate) static ROOT: Section = checked("configuration", &[FIELDS], check);

/// A file of more jobs.
pub(crate) static SCRAPE_FILE: Section =
    section("scrape configuration file", &[&[opt("scrape_configs", Kind::Sections(&SCRAPE))]]);

fn check(node: &mut Node, cx: &mut Cx) {
    check_globs(node, "rule_files", cx);
    check_globs(node, "scrape_config_files", cx);
    check_otlp(node, cx);
    for field in ["remote_write", "remote_read"] {
        check_unique(node, field, "name", cx);
    }
    check_unique(node, "scrape_configs", "job_name", cx);
    let global = node.get("global").cloned().unwrap_or_else(|| Node::new(Value::Map(Vec::new())));
    check_other_rules(node, global.str("metric_name_validation_scheme"), cx);
    let Value::Map(entries) = &mut node.value else { return };
    let Some(jobs) = entries.iter_mut().find(|entry| entry.key == "scrape_configs") else { return };
    let Value::List(jobs) = &mut jobs.node.value else { return };
    for (index, job) in jobs.iter_mut().enumerate() {
        cx.enter(format!("scrape_configs[{index}]"));
        inherit(job, &global, cx);
        cx.leave();
    }
}

/// The relabelling rules that stand outside of jobs; those see global's validation alone.
fn check_other_rules(node: &Node, validation: &str, cx: &mut Cx) {
    if let Some(alerting) = node.get("alerting") {
        cx.enter("alerting");
        check_rules(alerting, "alert_relabel_configs", validation, cx);
        each(alerting, "alertmanagers", &["relabel_configs", "alert_relabel_configs"], validation, cx);
        cx.leave();
    }
    each(node, "remote_write", &["write_relabel_configs"], validation, cx);
}

fn each(node: &Node, list: &str, fields: &[&str], validation: &str, cx: &mut Cx) {
    for (index, item) in node.list(list).iter().enumerate() {
        cx.enter(format!("{list}[{index}]"));
        fields.iter().for_each(|field| check_rules(item, field, validation, cx));
        cx.leave();
    }
}

/// Only the last element of a path may hold a `*`.
fn check_globs(node: &Node, field: &str, cx: &mut Cx) {
    for (index, item) in node.list(field).iter().enumerate() {
        let path = item.as_str();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let unclosed = path.rsplit_once('[').is_some_and(|(_, rest)| !rest.contains(']'));
        if unclosed {
            let message = format!("{} is not a file pattern: a [ has no ]", item.describe());
            cx.problem_in(&format!("{field}[{index}]"), item.pos, message);
        }
        if folder.contains('*') {
            let message = format!(
                "{} is not a file path: wildcards are allowed in the file's name only",
                item.describe()
            );
            cx.problem_in(&format!("{field}[{index}]"), item.pos, message);
        }
    }
}

fn check_otlp(node: &Node, cx: &mut Cx) {
    let legacy =
        node.get("global").is_some_and(|global| global.str("metric_name_validation_scheme") == "legacy");
    let Some(strategy) = node.get("otlp").and_then(|otlp| otlp.get("translation_strategy")) else { return };
    if legacy && UTF8_STRATEGIES.contains(&strategy.as_str()) {
        let message = format!(
            "{} needs UTF-8 names, but global.metric_name_validation_scheme is legacy",
            strategy.describe()
        );
        cx.problem_in("otlp.translation_strategy", strategy.pos, message);
    }
}

/// Two entries of a list cannot carry the same name.
fn check_unique(node: &Node, list: &str, name: &str, cx: &mut Cx) {
    let mut seen: HashMap<&str, Pos> = HashMap::new();
    for (index, item) in node.list(list).iter().enumerate() {
        let Some(found) = item.get(name).filter(|found| !found.is_empty()) else { continue };
        if let Some(first) = seen.insert(found.as_str(), found.pos) {
            let message = format!("{} is used twice: first in line {}", found.describe(), first.line);
            cx.problem_in(&format!("{list}[{index}].{name}"), found.pos, message);
        }
    }
}
