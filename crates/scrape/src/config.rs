//! One scrape job, plain and complete: globals are merged in and YAML is read by the binary.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use narthex_discovery::DiscoveryConfig;
use narthex_exposition::{EscapingScheme, Protocol};
use narthex_http_client::HttpOptions;
use narthex_model::names::NameValidation;
use narthex_model::relabel::Rule;

/// One entry of `scrape_configs`. [`ScrapeConfig::new`] has Prometheus' defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct ScrapeConfig {
    /// The pool's name and the `job` label's default.
    pub job_name: String,
    /// Time from scrape to scrape; a target's `__scrape_interval__` label wins.
    pub interval: Duration,
    /// The longest a scrape may take; a target's `__scrape_timeout__` label wins.
    pub timeout: Duration,
    /// The path; a target's `__metrics_path__` label wins.
    pub metrics_path: String,
    /// `http` or `https`; a target's `__scheme__` label wins.
    pub scheme: String,
    /// URL parameters; a target's `__param_<name>` label replaces the first value.
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether exposed labels win over target labels.
    pub honor_labels: bool,
    /// Whether exposed timestamps are taken.
    pub honor_timestamps: bool,
    /// Whether series with exposed timestamps get stale markers.
    pub track_timestamps_staleness: bool,
    /// What is asked for, best first.
    pub protocols: Vec<Protocol>,
    /// How a page without a usable `Content-Type` is read.
    pub fallback_protocol: Option<Protocol>,
    /// Whether native histograms are taken.
    pub native_histograms: bool,
    /// Whether the classic form of a histogram is taken beside the native one.
    pub always_classic_histograms: bool,
    /// Whether classic histograms are taken as native ones with custom bounds.
    pub convert_classic_histograms: bool,
    /// Whether the target may compress.
    pub enable_compression: bool,
    /// Which names are valid.
    pub name_validation: NameValidation,
    /// How the target shall escape names.
    pub escaping: EscapingScheme,
    /// Rules over targets.
    pub relabel: Vec<Rule>,
    /// Rules over samples.
    pub metric_relabel: Vec<Rule>,
    /// What is too much.
    pub limits: Limits,
    /// Where failed scrapes are written down.
    pub failure_log: Option<PathBuf>,
    /// How to connect.
    pub http: HttpOptions,
    /// Where the targets come from.
    pub discovery: Vec<DiscoveryConfig>,
}

/// Limits of a job; 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Bytes of an uncompressed page.
    pub body_bytes: u64,
    /// Samples of a page, after relabelling.
    pub samples: u64,
    /// Targets of the job; when exceeded all of them fail.
    pub targets: u64,
    /// Labels of a series.
    pub labels: u64,
    /// Bytes of a label name.
    pub label_name_length: u64,
    /// Bytes of a label value.
    pub label_value_length: u64,
    /// Buckets of a native histogram; it is made coarser until it fits.
    pub histogram_buckets: u64,
    /// The smallest growth from bucket to bucket of a native histogram; it is made coarser until it fits.
    pub histogram_min_bucket_factor: f64,
    /// Dropped targets that are remembered for display.
    pub keep_dropped_targets: u64,
}

impl ScrapeConfig {
    /// A job with Prometheus' defaults.
    pub fn new(job_name: impl Into<String>) -> Self {
        Self {
            job_name: job_name.into(),
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
            metrics_path: "/metrics".to_owned(),
            scheme: "http".to_owned(),
            params: BTreeMap::new(),
            honor_labels: false,
            honor_timestamps: true,
            track_timestamps_staleness: false,
            protocols: Protocol::DEFAULT.to_vec(),
            fallback_protocol: None,
            native_histograms: false,
            always_classic_histograms: false,
            convert_classic_histograms: false,
            enable_compression: true,
            name_validation: NameValidation::default(),
            escaping: EscapingScheme::AllowUtf8,
            relabel: Vec::new(),
            metric_relabel: Vec::new(),
            limits: Limits::default(),
            failure_log: None,
            http: HttpOptions::default(),
            discovery: Vec::new(),
        }
    }

    /// Whether a series' text that `other` turned into a series is turned into the same one by this job.
    pub(crate) fn makes_same_series(&self, other: &Self) -> bool {
        self.honor_labels == other.honor_labels
            && self.metric_relabel == other.metric_relabel
            && self.name_validation == other.name_validation
            && self.limits.labels == other.limits.labels
            && self.limits.label_name_length == other.limits.label_name_length
            && self.limits.label_value_length == other.limits.label_value_length
    }
}
