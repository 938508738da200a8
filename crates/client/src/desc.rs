//! What describes a metric family: name, help, unit, type, labels; and the checks that registration makes.

use std::fmt;
use std::time::Duration;

use narthex_exposition::{EscapingScheme, escape_label_name, escape_name};

use crate::cells::Native;
use crate::checked::ends_in_unit;

pub use narthex_model::MetricType;

/// The description of a family.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Desc {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) metric_type: MetricType,
    pub(crate) labels: Vec<String>,
    pub(crate) const_labels: Vec<(String, String)>,
    pub(crate) buckets: Vec<f64>,
    /// The native form of a histogram.
    pub(crate) native: Option<Native>,
    /// The quantiles of a summary, ascending.
    pub(crate) quantiles: Vec<f64>,
    /// How long a summary remembers.
    pub(crate) window: Duration,
    /// How long a series may stay unchanged before it is removed.
    pub(crate) idle_max: Option<Duration>,
    /// Most series before the overflow series takes the rest.
    pub(crate) series_max: usize,
}

impl Desc {
    pub(crate) fn new(metric_type: MetricType, name: impl Into<String>, help: impl Into<String>) -> Self {
        let mut name = name.into();
        let suffix = match metric_type {
            MetricType::Counter => "_total",
            MetricType::Info => "_info",
            _ => "",
        };
        if !name.is_empty() && !name.ends_with(suffix) {
            name.push_str(suffix);
        }
        Self {
            name,
            help: help.into(),
            unit: String::new(),
            metric_type,
            labels: Vec::new(),
            const_labels: Vec::new(),
            buckets: Vec::new(),
            native: None,
            quantiles: Vec::new(),
            window: Duration::from_secs(600),
            idle_max: None,
            series_max: usize::MAX,
        }
    }

    /// Refuses what would make a page wrong or ambiguous.
    pub(crate) fn check(&self) -> Result<(), RegisterError> {
        let error = |reason| Err(RegisterError { name: self.name.clone(), reason });
        if self.name.is_empty() {
            return error(Reason::EmptyName);
        }
        if !self.unit.is_empty() && !ends_in_unit(stem(&self.name, self.metric_type), &self.unit) {
            return error(Reason::Unit(self.unit.clone()));
        }
        let labels = self.labels.iter().chain(self.const_labels.iter().map(|(name, _)| name));
        if let Err(reason) = check_labels(labels.map(String::as_str), self.metric_type) {
            return error(reason);
        }
        if self.buckets.iter().any(|bound| bound.is_nan()) || !self.buckets.is_sorted_by(|a, b| a < b) {
            return error(Reason::Buckets(self.buckets.clone()));
        }
        if self.quantiles.iter().any(|quantile| !(0.0..=1.0).contains(quantile)) {
            return error(Reason::Quantiles(self.quantiles.clone()));
        }
        Ok(())
    }

    /// Whether a second registration asks for this very family.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.metric_type == other.metric_type
            && self.labels == other.labels
            && self.const_labels == other.const_labels
            && self.buckets == other.buckets
            && self.native == other.native
            && self.quantiles == other.quantiles
            && self.unit == other.unit
    }

    /// The names that no other family may use; see [`reserved_names`].
    pub(crate) fn reserved_names(&self) -> impl Iterator<Item = String> {
        reserved_names(&self.name, self.metric_type)
    }
}

/// Refuses label names that a metric of this type cannot have.
pub(crate) fn check_labels<'a>(
    names: impl Iterator<Item = &'a str>,
    metric_type: MetricType,
) -> Result<(), Reason> {
    let own = match metric_type {
        MetricType::Histogram => "le",
        MetricType::Summary => "quantile",
        _ => "",
    };
    // A handful at most, so a list is the fastest set.
    let mut seen = Vec::new();
    for name in names {
        if name.is_empty() || name.starts_with("__") {
            return Err(Reason::LabelName(name.to_owned()));
        }
        if name == own {
            return Err(Reason::ReservedLabel(name.to_owned()));
        }
        // Two names that a scraper without UTF-8 would see as one are one.
        let escaped = escape_label_name(name, EscapingScheme::Underscores);
        if seen.contains(&escaped) {
            return Err(Reason::DuplicateLabel(name.to_owned()));
        }
        seen.push(escaped);
    }
    Ok(())
}

/// The name without the suffix that its type has on a page.
fn stem(name: &str, metric_type: MetricType) -> &str {
    let suffix = match metric_type {
        MetricType::Counter => "_total",
        MetricType::Info => "_info",
        _ => "",
    };
    name.strip_suffix(suffix).unwrap_or(name)
}

/// The names that a family has in any format: of its series, of their start times, and of the family itself, which is a
/// counter's name without `_total` in OpenMetrics. As a scraper without UTF-8 sees them: `req.total` and `req_total` are
/// one name to it.
pub(crate) fn reserved_names(name: &str, metric_type: MetricType) -> impl Iterator<Item = String> {
    let suffixes: &[&str] = match metric_type {
        MetricType::Counter => &["", "_total", "_created"],
        MetricType::Info => &["", "_info"],
        MetricType::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        MetricType::Summary => &["", "_sum", "_count", "_created"],
        _ => &[""],
    };
    let stem = escape_name(stem(name, metric_type), EscapingScheme::Underscores).into_owned();
    suffixes.iter().map(move |suffix| format!("{stem}{suffix}"))
}

/// A metric that cannot be registered.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterError {
    name: String,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reason {
    EmptyName,
    LabelName(String),
    ReservedLabel(String),
    DuplicateLabel(String),
    Buckets(Vec<f64>),
    Quantiles(Vec<f64>),
    Unit(String),
    Conflict(String),
}

impl RegisterError {
    pub(crate) fn new(name: &str, reason: Reason) -> Self {
        Self { name: name.to_owned(), reason }
    }
}

impl std::error::Error for RegisterError {}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot register metric {:?}: ", self.name)?;
        match &self.reason {
            Reason::EmptyName => f.write_str("the name is empty"),
            Reason::LabelName(label) => {
                write!(f, "{label:?} is not a label name: it must not be empty or start with __")
            }
            Reason::ReservedLabel(label) => {
                write!(f, "the label {label:?} is reserved for what the metric itself writes")
            }
            Reason::DuplicateLabel(label) => write!(f, "the label {label:?} is given twice"),
            Reason::Buckets(bounds) => write!(f, "bucket bounds must ascend and be numbers, got {bounds:?}"),
            Reason::Quantiles(quantiles) => write!(f, "quantiles lie between 0 and 1, got {quantiles:?}"),
            Reason::Unit(unit) => write!(f, "the name does not end in the unit {unit:?}: append _{unit}"),
            Reason::Conflict(with) => write!(f, "{with}"),
        }
    }
}
