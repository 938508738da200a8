//! What is on, for `/api/v1/features`: the categories and names of Prometheus, as far as they describe this server.

use narthex_api::Features;
use narthex_promql::ast::AggregateOp;
use narthex_promql::functions_table::FUNCTIONS;

use crate::cli::Flags;
use crate::config::SD_FIELDS;

/// Parts of the query language that are always there.
const PROMQL: [&str; 13] = [
    "at_modifier",
    "bool",
    "by",
    "duration_expr",
    "group_left",
    "group_right",
    "ignoring",
    "negative_offset",
    "offset",
    "on",
    "per_query_lookback_delta",
    "subqueries",
    "without",
];

/// All categories, sorted.
pub(super) fn features(flags: &Flags) -> Features {
    let on = |feature: &str| flags.has_feature(feature);
    let mut promql: Vec<(&str, bool)> = PROMQL.map(|name| (name, true)).to_vec();
    let (ranges, fill) = (on("promql-extended-range-selectors"), on("promql-binop-fill-modifiers"));
    promql.extend([("anchored", ranges), ("smoothed", ranges)]);
    promql.extend([("fill", fill), ("fill_left", fill), ("fill_right", fill)]);
    promql.extend([
        ("delayed_name_removal", on("promql-delayed-name-removal")),
        ("per_step_stats", false),
        ("type_and_unit_labels", on("type-and-unit-labels")),
    ]);
    let experimental = on("promql-experimental-functions");
    let functions = FUNCTIONS.iter().map(|f| (f.name, experimental || !f.experimental)).collect();
    vec![
        category("api", api(flags)),
        category(
            "prometheus",
            vec![
                ("agent_mode", false),
                ("auto_reload_config", on("auto-reload-config")),
                ("server_mode", true),
            ],
        ),
        category("promql", promql),
        category("promql_functions", functions),
        category("promql_operators", operators(experimental)),
        category(
            "scrape",
            vec![
                ("extra_scrape_metrics", on("extra-scrape-metrics")),
                ("start_timestamp_zero_ingestion", on("created-timestamp-zero-ingestion")),
                ("type_and_unit_labels", on("type-and-unit-labels")),
            ],
        ),
        category("service_discovery_providers", providers()),
        category(
            "tsdb",
            vec![
                ("exemplar_storage", true),
                ("histograms_st_encoding", on("histograms-st-encoding")),
                ("isolation", true),
                ("native_histograms", true),
                ("st_storage", on("st-storage")),
                ("xor2_encoding", on("xor2-encoding")),
            ],
        ),
        category("ui", vec![("ui_v2", false), ("ui_v3", true)]),
    ]
}

fn api(flags: &Flags) -> Vec<(&'static str, bool)> {
    vec![
        ("admin", flags.bool("web.enable-admin-api")),
        ("exclude_alerts", true),
        ("label_values_match", true),
        ("lifecycle", flags.bool("web.enable-lifecycle")),
        ("openapi_3.1", true),
        ("query_stats", true),
        ("query_warnings", true),
        ("remote_write_receiver", flags.bool("web.enable-remote-write-receiver")),
        ("time_range_labels", true),
        ("time_range_series", true),
    ]
}

/// Binary operators, and the signs of matchers and selectors.
const SIGNS: [&str; 21] = [
    "!=", "!~", "%", "*", "+", "-", "/", "<", "</", "<=", "==", "=~", ">", ">/", ">=", "@", "^", "and",
    "atan2", "or", "unless",
];

/// All operators and aggregations.
fn operators(experimental: bool) -> Vec<(&'static str, bool)> {
    let mut all: Vec<_> = SIGNS.map(|sign| (sign, true)).to_vec();
    all.extend(AggregateOp::ALL.iter().map(|op| (op.as_str(), experimental || !op.is_experimental())));
    all
}

fn providers() -> Vec<(&'static str, bool)> {
    let name = |field: &'static str| field.trim_end_matches("_configs").trim_end_matches("_sd");
    SD_FIELDS.iter().map(|field| (name(field.name), true)).collect()
}

fn category(name: &str, mut features: Vec<(&str, bool)>) -> (String, Vec<(String, bool)>) {
    features.sort_unstable();
    (name.to_owned(), features.into_iter().map(|(name, on)| (name.to_owned(), on)).collect())
}
