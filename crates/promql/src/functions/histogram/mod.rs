//! Functions of histograms, native and classic: `histogram_quantile`, `histogram_fraction`, `histogram_stddev`, …
//!
//! `gather` finds out which rows of a vector are a histogram, once per query. `quantiles` and `fractions` then compute a
//! column per histogram, with the arithmetic of `classic` and `native` at each step.

mod classic;
mod fractions;
mod gather;
mod native;
mod quantiles;
mod stats;

pub(crate) use fractions::fractions;
pub(crate) use gather::HistogramCall;
pub(crate) use quantiles::quantiles;
pub(crate) use stats::lookup;
