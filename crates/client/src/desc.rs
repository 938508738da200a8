//! What describes a metric family: name, help, unit, type, labels; and the checks that registration makes.

use std::collections::BTreeSet;
use std::fmt;

/// The type of a family, as the `# TYPE` line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricType {
    /// Only goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Observations in buckets.
    Histogram,
}

impl fmt::Display for MetricType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

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
    /// Most series before the overflow series takes the rest.
    pub(crate) series_max: usize,
}

impl Desc {
    pub(crate) fn new(metric_type: MetricType, name: impl Into<String>, help: impl Into<String>) -> Self {
        let mut name = name.into();
        if metric_type == MetricType::Counter && !name.is_empty() && !name.ends_with("_total") {
            name.push_str("_total");
        }
        Self {
            name,
            help: help.into(),
            unit: String::new(),
            metric_type,
            labels: Vec::new(),
            const_labels: Vec::new(),
            buckets: Vec::new(),
            series_max: usize::MAX,
        }
    }

    /// Refuses what would make a page wrong or ambiguous.
    pub(crate) fn check(&self) -> Result<(), RegisterError> {
        let error = |reason| Err(RegisterError { name: self.name.clone(), reason });
        if self.name.is_empty() {
            return error(Reason::EmptyName);
        }
        let mut seen = BTreeSet::new();
        for label in self.labels.iter().chain(self.const_labels.iter().map(|(name, _)| name)) {
            if label.is_empty() || label.starts_with("__") {
                return error(Reason::LabelName(label.clone()));
            }
            if label == "le" && self.metric_type == MetricType::Histogram {
                return error(Reason::ReservedLabel(label.clone()));
            }
            if !seen.insert(label) {
                return error(Reason::DuplicateLabel(label.clone()));
            }
        }
        if self.buckets.iter().any(|bound| bound.is_nan()) || !self.buckets.is_sorted_by(|a, b| a < b) {
            return error(Reason::Buckets(self.buckets.clone()));
        }
        Ok(())
    }

    /// Whether a second registration asks for this very family.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.metric_type == other.metric_type
            && self.labels == other.labels
            && self.const_labels == other.const_labels
            && self.buckets == other.buckets
            && self.unit == other.unit
    }

    /// The names of all series that the family writes on a page.
    pub(crate) fn sample_names(&self) -> Vec<String> {
        match self.metric_type {
            MetricType::Histogram => ["", "_bucket", "_sum", "_count"]
                .iter()
                .map(|suffix| format!("{}{suffix}", self.name))
                .collect(),
            _ => vec![self.name.clone()],
        }
    }
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
            Reason::Conflict(with) => write!(f, "{with}"),
        }
    }
}
