//! `scrape_configs`: one job, and what it inherits from `global`.

use super::http_client::{HTTP_CLIENT, check_http_client};
use super::relabel::{RELABEL, check_rules};
use super::sd::SD_FIELDS;
use super::static_config::check_addresses;
use super::{Field, Kind, Section, checked, def, opt, pos_of, require};
use crate::config::error::Cx;
use crate::config::node::{Node, Value};

/// What a target can be asked for.
pub(super) const PROTOCOLS: &[&str] = &[
    "PrometheusProto",
    "OpenMetricsText1.0.0",
    "OpenMetricsText0.0.1",
    "PrometheusText1.0.0",
    "PrometheusText0.0.4",
];

/// Which names are valid.
pub(super) const VALIDATION_SCHEMES: &[&str] = &["utf8", "legacy"];

/// How names that a peer cannot take are written.
pub(crate) const ESCAPING_SCHEMES: &[&str] = &["allow-utf-8", "underscores", "dots", "values"];

const FIELDS: &[Field] = &[
    opt("job_name", Kind::Str),
    opt("honor_labels", Kind::Bool),
    def("honor_timestamps", Kind::Bool, "true"),
    def("track_timestamps_staleness", Kind::Bool, "false"),
    opt("params", Kind::Map(&Kind::List(&Kind::Str))),
    opt("scrape_interval", Kind::Duration),
    opt("scrape_timeout", Kind::Duration),
    opt("scrape_protocols", Kind::List(&Kind::Enum(PROTOCOLS))),
    opt("fallback_scrape_protocol", Kind::OptionalEnum(PROTOCOLS)),
    opt("scrape_native_histograms", Kind::Bool),
    opt("always_scrape_classic_histograms", Kind::Bool),
    opt("convert_classic_histograms_to_nhcb", Kind::Bool),
    opt("extra_scrape_metrics", Kind::Bool),
    opt("scrape_failure_log_file", Kind::Path),
    def("metrics_path", Kind::Str, "/metrics"),
    def("scheme", Kind::Str, "http"),
    def("enable_compression", Kind::Bool, "true"),
    opt("body_size_limit", Kind::Size),
    opt("sample_limit", Kind::Uint),
    opt("target_limit", Kind::Uint),
    opt("label_limit", Kind::Uint),
    opt("label_name_length_limit", Kind::Uint),
    opt("label_value_length_limit", Kind::Uint),
    opt("native_histogram_bucket_limit", Kind::Uint),
    opt("native_histogram_min_bucket_factor", Kind::Float),
    opt("keep_dropped_targets", Kind::Uint),
    opt("metric_name_validation_scheme", Kind::Enum(VALIDATION_SCHEMES)),
    opt("metric_name_escaping_scheme", Kind::Enum(ESCAPING_SCHEMES)),
];

const TAIL: &[Field] = &[
    opt("relabel_configs", Kind::Sections(&RELABEL)),
    opt("metric_relabel_configs", Kind::Sections(&RELABEL)),
];

/// One job.
pub(crate) static SCRAPE: Section = checked("scrape config", &[FIELDS, HTTP_CLIENT, TAIL, SD_FIELDS], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "job_name", "every job needs a name of its own", cx);
    check_protocols(node, cx);
    check_http_client(node, cx);
    check_addresses(node, cx);
    if let Some(labels) = node.get("params")
        && labels.entries().iter().any(|entry| entry.key.is_empty())
    {
        cx.problem_in("params", labels.pos, "a parameter name cannot be empty");
    }
}

/// `scrape_protocols` must not repeat one.
pub(super) fn check_protocols(node: &Node, cx: &mut Cx) {
    if let Some(given) = node.get("scrape_protocols").filter(|list| list.is_empty()) {
        cx.problem_in("scrape_protocols", given.pos, "is empty: expected at least one protocol");
    }
    let protocols = node.list("scrape_protocols");
    for (index, protocol) in protocols.iter().enumerate() {
        if protocols[..index].iter().any(|earlier| earlier.as_str() == protocol.as_str()) {
            let message = format!("{} stands twice in the list", protocol.describe());
            cx.problem_in("scrape_protocols", protocol.pos, message);
        }
    }
}

/// Limits that a job takes from `global` when it sets none itself (0 counts as none).
const INHERITED_LIMITS: &[&str] = &[
    "body_size_limit",
    "sample_limit",
    "target_limit",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "keep_dropped_targets",
    "scrape_failure_log_file",
];

/// Switches that a job takes from `global` when it does not set them itself.
pub(crate) const INHERITED_SWITCHES: &[&str] = &[
    "scrape_native_histograms",
    "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb",
    "extra_scrape_metrics",
];

/// Completes a job with what `global` says and checks what depends on both.
pub(crate) fn inherit(job: &mut Node, global: &Node, cx: &mut Cx) {
    intervals(job, global, cx);
    for field in INHERITED_LIMITS {
        if !job.has(field)
            && let Some(limit) = global.get(field)
        {
            job.set(field, limit.clone());
        }
    }
    for field in INHERITED_SWITCHES {
        if job.get(field).is_none() {
            job.set(field, Node::new(Value::Bool(global.bool(field))));
        }
    }
    names(job, global, cx);
    if !job.has("scrape_protocols") {
        let inherited = global.get("scrape_protocols").filter(|list| !list.is_empty()).cloned();
        let native = job.bool("scrape_native_histograms") || cx.protobuf_first;
        job.set("scrape_protocols", inherited.unwrap_or_else(|| default_protocols(native)));
    }
    let validation = job.str("metric_name_validation_scheme").to_owned();
    for field in ["relabel_configs", "metric_relabel_configs"] {
        check_rules(job, field, &validation, cx);
    }
    order(job);
}

/// The text protocols; before them the one that can carry native histograms and start timestamps, where those are wanted.
fn default_protocols(native: bool) -> Node {
    let list = PROTOCOLS
        .iter()
        .skip(usize::from(!native))
        .map(|name| Node::new(Value::Str((*name).to_owned())))
        .collect();
    Node::new(Value::List(list))
}

fn intervals(job: &mut Node, global: &Node, cx: &mut Cx) {
    let own_interval = job.duration_ms("scrape_interval").filter(|ms| *ms > 0);
    let interval = own_interval.or(global.duration_ms("scrape_interval")).unwrap_or(60_000);
    let own_timeout = job.duration_ms("scrape_timeout").filter(|ms| *ms > 0);
    if own_timeout.is_some_and(|timeout| timeout > interval) {
        let message = format!(
            "is longer than scrape_interval ({}): a scrape must end before the next begins",
            narthex_model::duration::format_ms(interval)
        );
        cx.problem_in("scrape_timeout", pos_of(job, "scrape_timeout"), message);
    }
    let inherited = global.duration_ms("scrape_timeout").unwrap_or(10_000).min(interval);
    let keep = |field| pos_of(job, field);
    let (interval_pos, timeout_pos) = (keep("scrape_interval"), keep("scrape_timeout"));
    job.set("scrape_interval", Node { pos: interval_pos, value: Value::Duration(interval) });
    let timeout = own_timeout.unwrap_or(inherited);
    job.set("scrape_timeout", Node { pos: timeout_pos, value: Value::Duration(timeout) });
}

fn names(job: &mut Node, global: &Node, cx: &mut Cx) {
    let pick = |field: &str| match (job.str(field), global.str(field)) {
        ("", "") => None,
        ("", inherited) => Some(inherited.to_owned()),
        (own, _) => Some(own.to_owned()),
    };
    let validation = pick("metric_name_validation_scheme").unwrap_or_else(|| "utf8".to_owned());
    let escaping = pick("metric_name_escaping_scheme").unwrap_or_else(|| {
        let inferred = if validation == "legacy" { "underscores" } else { "allow-utf-8" };
        inferred.to_owned()
    });
    if validation == "legacy" && escaping == "allow-utf-8" {
        let pos = pos_of(job, "metric_name_escaping_scheme");
        let message = "is allow-utf-8, but metric_name_validation_scheme is legacy: expected underscores, dots or values";
        cx.problem_in("metric_name_escaping_scheme", pos, message);
    }
    job.set("metric_name_validation_scheme", Node::new(Value::Str(validation)));
    job.set("metric_name_escaping_scheme", Node::new(Value::Str(escaping)));
}

/// Puts the completed fields back into the order of the table.
fn order(job: &mut Node) {
    let Value::Map(entries) = &mut job.value else { return };
    let rank = |key: &str| SCRAPE.all_fields().position(|field| field.name == key).unwrap_or(usize::MAX);
    entries.sort_by_key(|entry| rank(&entry.key));
}
