//! The operators: what produces the series of a query, one at a time.
//!
//! A [`Source`] knows how many series it has and their labels, and fills a [`Column`] with the values of one of them when
//! asked. So an aggregation can hold one column and its groups' accumulators instead of all series, and threads can share
//! the work by series. The planner in [`plan`](crate::plan) puts sources together.

mod broadcast;
mod context;
mod crew;
mod drive;
mod held;
mod join;
mod map;
mod range;
mod ready;
mod rows;
mod scalar_op;
mod scratch;
mod selector;
mod set_op;
mod smoothed;
mod subquery;
mod transform;

pub(crate) use broadcast::broadcast;
pub(crate) use context::QueryContext;
pub(crate) use crew::Crew;
pub(crate) use drive::{collect_rows, fold_parallel};
pub(crate) use held::Held;
pub(crate) use join::{JoinOp, join};
pub(crate) use map::{Map, MapFn};
pub(crate) use range::{MatrixSource, RangeCallSource, RangeData, RangeSource};
pub(crate) use ready::Ready;
pub(crate) use rows::{
    DUPLICATE_LABELSET, Row, RowMerger, contains_same_labels, drop_reserved, merge_same_labels,
};
pub(crate) use scalar_op::ScalarOp;
pub(crate) use scratch::Scratch;
pub(crate) use selector::{Fetched, SelectorSource, SelectorValue};
pub(crate) use set_op::set_operation;
pub(crate) use smoothed::SmoothedSource;
pub(crate) use subquery::SubquerySource;
pub(crate) use transform::{arithmetic, holds, keeps_name};

use narthex_model::Labels;

use crate::column::Column;
use crate::engine::QueryError;

/// Series that are computed on demand.
pub(crate) trait Source: Send + Sync {
    /// How many series.
    fn len(&self) -> usize;

    /// The labels of a series.
    fn labels(&self, index: usize) -> Labels;

    /// Calls `visit` with every label of a series, in order, without putting the set together where possible.
    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        for (name, value) in &self.labels(index) {
            visit(name, value);
        }
    }

    /// Whether the metric name is to be dropped at the end of the query (delayed name removal).
    fn drop_name(&self, index: usize) -> bool;

    /// Computes the values of a series into `out`, which comes with any content.
    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError>;

    /// Whether the labels stay distinct when metric names are dropped.
    fn unique_without_name(&self) -> bool;

    /// The rows, if they are computed already.
    fn take_rows(&mut self) -> Option<Vec<Row>> {
        None
    }
}
