//! `histogram_quantile(q, v)` and `histogram_quantiles(v, label, q…)`: values at quantiles of each histogram.

use narthex_model::Labels;

use super::classic::Ladder;
use super::gather::HistogramCall;
use super::native::{self, NanEffect};
use crate::annotations::Annotation;
use crate::column::Column;
use crate::engine::QueryError;
use crate::operators::{Row, RowMerger};
use crate::value::PointValue;

/// The values of all histograms in `rows` at each quantile, which has a value per step. `label` gives the labels of a
/// result from those of the histogram and the quantile.
pub(crate) fn quantiles(
    call: &mut HistogramCall<'_>,
    rows: &[Row],
    quantiles: &[Vec<f64>],
    label: impl Fn(&Labels, f64) -> Labels,
) -> Result<Vec<Row>, QueryError> {
    let gathered = call.gather(rows);
    let mut merger = RowMerger::new(call.grid.steps, call.memory);
    let mut ladder = Ladder::default();
    for q in quantiles.iter().map(|values| Quantile { values }) {
        for native in &gathered.natives {
            let (labels, column) = call.native_column(native, |step, histogram| {
                let (value, effect) = native::quantile(q.at(step), histogram);
                (value, note(effect))
            })?;
            q.put(&mut merger, &labels, column, &label)?;
        }
        for classic in &gathered.classics {
            let grid = call.grid;
            let (labels, column) = call.classic_column(classic, &mut ladder, |step, ladder, annotate| {
                let (value, fix) = ladder.quantile(q.at(step), grid.time(step));
                if let Some(fix) = fix {
                    annotate(&|name, pos| Annotation::forced_monotonicity(name, fix, pos));
                }
                value
            })?;
            q.put(&mut merger, &labels, column, &label)?;
        }
    }
    Ok(merger.finish())
}

fn note(effect: NanEffect) -> Option<fn(&str, crate::ast::PosRange) -> Annotation> {
    match effect {
        NanEffect::None => None,
        NanEffect::Result => Some(Annotation::quantile_nan_result),
        NanEffect::Skew => Some(Annotation::quantile_nan_skew),
    }
}

/// One quantile, as a scalar with a value per step.
#[derive(Clone, Copy)]
struct Quantile<'a> {
    values: &'a [f64],
}

impl Quantile<'_> {
    fn at(&self, step: usize) -> f64 {
        self.values.get(step).copied().unwrap_or(f64::NAN)
    }

    /// Puts a histogram's column into its row; with a quantile that changes over time each step has labels of its own.
    fn put(
        &self,
        merger: &mut RowMerger<'_>,
        labels: &Labels,
        column: Column,
        label: impl Fn(&Labels, f64) -> Labels,
    ) -> Result<(), QueryError> {
        if column.is_empty() {
            return Ok(());
        }
        if self.values.iter().all(|value| value.to_bits() == self.at(0).to_bits()) {
            return merger.put_column(label(labels, self.at(0)), true, column);
        }
        for (step, value) in column.floats() {
            let row = merger.row(label(labels, self.at(step)), true)?;
            merger.put(row, step, PointValue::Float(value))?;
        }
        Ok(())
    }
}
