//! The instrumentation library. The guide for users is `docs.md` beside this file; the map of the modules:
//!
//! `metrics` (the types) → `family` (one family) → `series` (label values → handle) → `cells` (the values, with all unsafe
//! code); `registry` → `encode` (pages); `collectors`, `io`, `axum`, `tracing`, `recorder` around them.
//!
#![doc = include_str!("docs.md")]

#[cfg(feature = "axum")]
pub mod axum;
mod call_site;
mod cells;
#[doc(hidden)]
pub mod checked;
pub mod collectors;
mod desc;
mod encode;
mod exemplars;
mod family;
pub mod guide;
#[cfg(feature = "tower")]
pub mod http;
mod io;
mod labels;
mod macros;
mod metrics;
#[cfg(feature = "metrics")]
mod recorder;
mod registry;
mod series;
mod summaries;
pub mod testing;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use call_site::CallSite;
pub use collectors::build_info::BuildInfo;
pub use collectors::process::ProcessCollector;
#[cfg(feature = "tokio")]
pub use collectors::tokio::TokioCollector;
pub use collectors::{Collected, Collector, Families};
pub use desc::{MetricType, RegisterError};
pub use encode::{EscapingScheme, Protocol};
pub use io::push::{Push, PushError};
pub use io::server::{Server, serve};
pub use io::textfile::write as write_textfile;
pub use labels::{LabelSet, LabelValue, Labels, Plain, combinations};
pub use metrics::*;
#[doc = include_str!("guide/metrics_macro.md")]
pub use narthex_client_derive::metrics;
pub use narthex_client_derive::{LabelValue, Labels};
pub use narthex_exposition::encode::MetricFamily;
#[cfg(feature = "metrics")]
pub use recorder::Recorder;
pub use registry::{Registry, Response, default_registry};
pub use series::LabelValues;

// The derive macros name this crate; so that its own tests and documentation can use them too.
extern crate self as narthex_client;
