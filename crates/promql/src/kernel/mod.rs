//! The inner loops: a function over a sliding window of one series' float samples, at all steps of a query.
//!
//! Called by the range functions in [`functions`](crate::functions). Each kernel visits every sample a small constant
//! number of times, however long the window is. Where a kernel does not do the additions in the order of the reference
//! (sums), it says so; everything else is identical to a re-scan bit by bit, which the property tests check.

mod counts;
mod coverage;
mod extremum;
mod kahan;
mod linear;
mod quantile;
mod rate;
mod sum;
mod variance;
mod windows;

pub(crate) use counts::{ChangeKind, count_pairs};
pub(crate) use coverage::Coverage;
pub(crate) use extremum::{Extremum, extremum};
pub(crate) use kahan::{Kahan, Kahan4, kahan_inc};
pub(crate) use linear::{linear_regression, sliding_regression};
pub(crate) use quantile::{quantile_of, sliding_quantile};
pub(crate) use rate::{RateKind, sliding_rate};
pub(crate) use sum::{average_of, sliding_average, sliding_sum, sum_of};
pub(crate) use variance::{sliding_variance, variance_of};
pub(crate) use windows::{RescanBelow, Windows};
