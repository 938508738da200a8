//! What a page says of a metric family beside its samples: type, unit, help.

use std::fmt;

/// The type of a metric family.
///
/// The text forms are those of the OpenMetrics text format; `Display` and [`MetricType::from_bytes`] use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MetricType {
    /// Not declared (`unknown`, `untyped` in the classic text format).
    #[default]
    Unknown,
    /// Only goes up, starts again at zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Cumulative buckets, sum and count; classic or native.
    Histogram,
    /// A histogram of a current state instead of events since the start.
    GaugeHistogram,
    /// Client-side quantiles, sum and count.
    Summary,
    /// Constant facts as labels, value 1.
    Info,
    /// A set of boolean states.
    StateSet,
}

impl MetricType {
    /// The name in the OpenMetrics text format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
        }
    }

    /// Reads a type name as it stands behind `# TYPE`; `untyped` counts as unknown.
    pub fn from_bytes(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"unknown" | b"untyped" => Self::Unknown,
            b"counter" => Self::Counter,
            b"gauge" => Self::Gauge,
            b"histogram" => Self::Histogram,
            b"gaugehistogram" => Self::GaugeHistogram,
            b"summary" => Self::Summary,
            b"info" => Self::Info,
            b"stateset" => Self::StateSet,
            _ => return None,
        })
    }
}

impl fmt::Display for MetricType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Type, unit and help of a metric family.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The declared type.
    pub metric_type: MetricType,
    /// The declared unit, empty when none was given.
    pub unit: String,
    /// The help text, empty when none was given.
    pub help: String,
}
