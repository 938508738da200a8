//! The instrumentation library: counters, gauges, histograms and their exposition.

#[cfg(feature = "axum")]
pub mod axum;
mod cells;
pub mod collectors;
mod desc;
mod encode;
mod exemplars;
mod family;
mod labels;
mod metrics;
mod registry;
mod series;
mod summaries;

pub use collectors::build_info::BuildInfo;
pub use collectors::process::ProcessCollector;
pub use collectors::{Collected, Collector, Families};
pub use desc::{MetricType, RegisterError};
pub use encode::{EscapingScheme, Protocol};
pub use labels::{LabelSet, LabelValue, Labels, Plain, combinations};
pub use metrics::*;
pub use narthex_client_derive::{LabelValue, Labels};
pub use narthex_exposition::encode::MetricFamily;
pub use registry::{Registry, Response, default_registry};
pub use series::LabelValues;

// The derive macros name this crate; so that its own tests and documentation can use them too.
extern crate self as narthex_client;
