//! Values of the metric world and pure functions on them. No I/O, no clock, no configuration.
//!
//! Every other crate of the workspace stands on this one, so it depends on none of them.
//!
//! * [`Labels`]: the sorted, immutable label set that identifies a series.
//! * `Matcher`: one condition of a selector (feature `regex`).
//! * [`Timestamp`], [`sample`]: milliseconds since the Unix epoch and the floats that go with them.
//! * [`Histogram`], [`FloatHistogram`]: native histograms.
//! * [`Exemplar`], [`Metadata`]: what travels beside samples.
//! * `relabel`: rewriting and filtering label sets by rules (feature `regex`).
//! * [`duration`]: Prometheus' duration syntax. [`names`]: which names are valid.

pub mod duration;
mod exemplar;
pub mod histogram;
pub mod labels;
#[cfg(feature = "regex")]
pub mod matcher;
mod metadata;
pub mod names;
#[cfg(feature = "regex")]
pub mod relabel;
pub mod sample;

pub use exemplar::Exemplar;
pub use histogram::{CounterResetHint, FloatHistogram, Histogram, Span};
pub use labels::{Labels, LabelsBuilder};
#[cfg(feature = "regex")]
pub use matcher::{MatchOp, Matcher, MatcherError};
pub use metadata::{Metadata, MetricType};
pub use sample::{STALE_NAN, Timestamp, is_stale};
