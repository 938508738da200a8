//! A job's fields to [`ScrapeConfig`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use narthex_exposition::{EscapingScheme, Protocol};
use narthex_model::relabel::RuleError;
use narthex_scrape::{Limits, ScrapeConfig};

use super::{discovery, http, rules};
use crate::config::{Config, Node, name_validation};

/// A job that cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MapError {
    /// A relabelling rule is refused.
    #[error("job \"{job}\", line {line}: {source}")]
    Rule {
        /// The job.
        job: String,
        /// Where the rule stands.
        line: usize,
        /// Why.
        source: RuleError,
    },
    /// A name of a protocol or scheme is not known to the scraper.
    #[error("job \"{job}\": {message}")]
    Value {
        /// The job.
        job: String,
        /// What is not known.
        message: String,
    },
}

/// All jobs of a configuration.
pub(crate) fn jobs(config: &Config) -> Result<Vec<ScrapeConfig>, MapError> {
    config.jobs().map(job).collect()
}

fn job(node: &Node) -> Result<ScrapeConfig, MapError> {
    let name = node.str("job_name");
    let wrong = |message: String| MapError::Value { job: name.to_owned(), message };
    let protocol = |text: &str| text.parse::<Protocol>().map_err(|error| wrong(error.to_string()));
    let validation = name_validation(node.str("metric_name_validation_scheme"));
    let fallback = Some(node.str("fallback_scrape_protocol")).filter(|text| !text.is_empty());
    let failure_log = Some(node.str("scrape_failure_log_file")).filter(|path| !path.is_empty());
    Ok(ScrapeConfig {
        interval: duration(node, "scrape_interval"),
        timeout: duration(node, "scrape_timeout"),
        metrics_path: node.str("metrics_path").to_owned(),
        scheme: node.str("scheme").to_owned(),
        params: params(node),
        honor_labels: node.bool("honor_labels"),
        honor_timestamps: node.bool("honor_timestamps"),
        track_timestamps_staleness: node.bool("track_timestamps_staleness"),
        protocols: node.strings("scrape_protocols").into_iter().map(protocol).collect::<Result<_, _>>()?,
        fallback_protocol: fallback.map(protocol).transpose()?,
        native_histograms: node.bool("scrape_native_histograms"),
        always_classic_histograms: node.bool("always_scrape_classic_histograms"),
        convert_classic_histograms: node.bool("convert_classic_histograms_to_nhcb"),
        enable_compression: node.bool("enable_compression"),
        name_validation: validation,
        escaping: node
            .str("metric_name_escaping_scheme")
            .parse::<EscapingScheme>()
            .map_err(|error| wrong(error.to_string()))?,
        relabel: rules::rules(node, "relabel_configs", validation)?,
        metric_relabel: rules::rules(node, "metric_relabel_configs", validation)?,
        limits: limits(node),
        failure_log: failure_log.map(PathBuf::from),
        http: http::options(node),
        discovery: discovery::mechanisms(node),
        ..ScrapeConfig::new(name)
    })
}

/// A duration field.
pub(super) fn duration(node: &Node, field: &str) -> Duration {
    Duration::from_millis(node.duration_ms(field).unwrap_or_default().max(0).unsigned_abs())
}

fn params(node: &Node) -> BTreeMap<String, Vec<String>> {
    let entries = node.get("params").map_or(&[][..], Node::entries);
    let texts = |list: &Node| list.items().iter().map(|item| item.as_str().to_owned()).collect();
    entries.iter().map(|entry| (entry.key.clone(), texts(&entry.node))).collect()
}

fn limits(node: &Node) -> Limits {
    let limit = |field: &str| node.int(field).max(0).unsigned_abs();
    Limits {
        body_bytes: limit("body_size_limit"),
        samples: limit("sample_limit"),
        targets: limit("target_limit"),
        labels: limit("label_limit"),
        label_name_length: limit("label_name_length_limit"),
        label_value_length: limit("label_value_length_limit"),
        histogram_buckets: limit("native_histogram_bucket_limit"),
        histogram_min_bucket_factor: node.float("native_histogram_min_bucket_factor").unwrap_or_default(),
        keep_dropped_targets: limit("keep_dropped_targets"),
    }
}
