//! Functions of histograms, native and classic: `histogram_quantile`, `histogram_fraction`, `histogram_stddev`, …

mod call;
mod classic;
mod fraction;
mod native;
mod stats;

pub(crate) use call::{HistogramCall, fractions, quantiles};
pub(crate) use stats::lookup;
