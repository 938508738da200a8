//! The instrumentation library: counters, gauges, histograms and their exposition.

#[cfg(feature = "axum")]
pub mod axum;
mod cells;
pub mod collectors;
mod desc;
mod encode;
mod family;
mod labels;
mod metrics;
mod registry;
mod series;

pub use collectors::build_info::BuildInfo;
pub use collectors::process::ProcessCollector;
pub use collectors::{Collected, Collector, Families};
pub use desc::{MetricType, RegisterError};
pub use encode::{EscapingScheme, Protocol};
pub use labels::{LabelSet, LabelValue, Labels, Plain};
pub use metrics::*;
pub use registry::{Registry, Response, default_registry};
pub use series::LabelValues;
