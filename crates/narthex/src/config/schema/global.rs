//! `global` and `runtime`.

use super::scrape::{ESCAPING_SCHEMES, PROTOCOLS, VALIDATION_SCHEMES, check_protocols};
use super::{Field, Kind, Section, checked, def, opt, pos_of, section};
use crate::config::error::Cx;
use crate::config::node::{Node, Value};

const FIELDS: &[Field] = &[
    def("scrape_interval", Kind::Duration, "1m"),
    opt("scrape_timeout", Kind::Duration),
    opt("scrape_protocols", Kind::List(&Kind::Enum(PROTOCOLS))),
    def("evaluation_interval", Kind::Duration, "1m"),
    opt("rule_query_offset", Kind::Duration),
    opt("query_log_file", Kind::Path),
    opt("scrape_failure_log_file", Kind::Path),
    opt("external_labels", Kind::Map(&Kind::Str)),
    opt("body_size_limit", Kind::Size),
    opt("sample_limit", Kind::Uint),
    opt("target_limit", Kind::Uint),
    opt("label_limit", Kind::Uint),
    opt("label_name_length_limit", Kind::Uint),
    opt("label_value_length_limit", Kind::Uint),
    opt("keep_dropped_targets", Kind::Uint),
    opt("metric_name_validation_scheme", Kind::Enum(VALIDATION_SCHEMES)),
    opt("metric_name_escaping_scheme", Kind::Enum(ESCAPING_SCHEMES)),
    opt("scrape_native_histograms", Kind::Bool),
    opt("convert_classic_histograms_to_nhcb", Kind::Bool),
    opt("always_scrape_classic_histograms", Kind::Bool),
    opt("extra_scrape_metrics", Kind::Bool),
];

/// The section.
pub(crate) static GLOBAL: Section = Section { implied: true, ..checked("global config", &[FIELDS], check) };

/// Go's garbage collector has no counterpart here: accepted, printed, without effect.
pub(crate) static RUNTIME: Section =
    Section { implied: true, ..section("runtime config", &[&[def("gogc", Kind::Int, "75")]]) };

/// The default scrape timeout, cut to the interval.
const TIMEOUT_MS: i64 = 10_000;

fn check(node: &mut Node, cx: &mut Cx) {
    for field in ["scrape_interval", "evaluation_interval"] {
        if node.duration_ms(field) == Some(0) {
            // An explicit zero counts as not set, as with Prometheus.
            node.set(field, Node { pos: pos_of(node, field), value: Value::Duration(60_000) });
        }
    }
    let interval = node.duration_ms("scrape_interval").unwrap_or_default();
    match node.duration_ms("scrape_timeout") {
        Some(timeout) if timeout > interval => {
            let message = format!(
                "is longer than scrape_interval ({}): a scrape must end before the next begins",
                narthex_model::duration::format_ms(interval)
            );
            cx.problem_in("scrape_timeout", pos_of(node, "scrape_timeout"), message);
        }
        Some(timeout) if timeout > 0 => {}
        _ => node.set("scrape_timeout", Node::new(Value::Duration(TIMEOUT_MS.min(interval)))),
    }
    if let Some(labels) = node.get("external_labels") {
        for entry in labels.entries() {
            if !narthex_model::names::is_utf8_name(&entry.key) {
                cx.problem_in("external_labels", entry.pos, "a label name cannot be empty");
            }
        }
    }
    check_protocols(node, cx);
    reorder(node);
}

/// Puts the completed fields back into the order of the table.
fn reorder(node: &mut Node) {
    let Value::Map(entries) = &mut node.value else { return };
    entries.sort_by_key(|entry| FIELDS.iter().position(|field| field.name == entry.key));
}
