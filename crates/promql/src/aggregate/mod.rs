//! Aggregations. Those that need one running value per group and step fold their input away series by series; those that
//! choose among series or need all values work on computed rows.

mod average;
mod count;
mod count_values;
mod extremum;
mod fold;
mod grouping;
mod histogram_fold;
mod limit;
mod quantile;
mod sum;
mod topk;
mod variance;

pub(crate) use average::Average;
pub(crate) use count::Count;
pub(crate) use count_values::count_values;
pub(crate) use extremum::Best;
pub(crate) use fold::{Accumulator, FoldNotes, fold};
pub(crate) use grouping::{Grouping, Groups};
pub(crate) use histogram_fold::HistogramFold;
pub(crate) use limit::{limit_k, limit_ratio};
pub(crate) use quantile::quantile;
pub(crate) use sum::Sum;
pub(crate) use topk::top_k;
pub(crate) use variance::Variance;
