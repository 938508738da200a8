//! A function of single values: `abs(x)`, `-x`, `hour(x)`, `histogram_sum(x)`, `clamp(x, 0, 1)`.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Labels};

use super::rows::is_reserved;
use super::{Held, QueryContext, Scratch, Source};
use crate::column::Column;
use crate::engine::QueryError;

/// What happens to the points of a column.
pub(crate) enum MapFn {
    /// A function of floats; histograms are left out.
    Float(fn(f64) -> f64),
    /// A function of floats that knows the step; histograms are left out.
    FloatAt(Box<dyn Fn(usize, f64) -> f64 + Send + Sync>),
    /// A function of histograms; floats are left out.
    Histogram(fn(&FloatHistogram) -> f64),
    /// The sign changed, histograms included.
    Negate,
    /// The evaluation time in seconds, for all points: `timestamp()` of an expression.
    Time(Box<dyn Fn(usize) -> f64 + Send + Sync>),
    /// No point at all.
    Nothing,
}

/// Another source with its points changed and its metric names dropped.
pub(crate) struct Map {
    /// The input.
    pub(crate) input: Box<dyn Source>,
    /// The change.
    pub(crate) f: MapFn,
    /// The query.
    pub(crate) context: Arc<QueryContext>,
    /// The input's samples.
    pub(crate) held: Held,
}

impl Source for Map {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn labels(&self, index: usize) -> Labels {
        let labels = self.input.labels(index);
        if self.context.delayed_names { labels } else { super::drop_reserved(&labels) }
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        let keep = self.context.delayed_names;
        self.input.for_each_label(index, &mut |name, value| {
            if keep || !is_reserved(name) {
                visit(name, value);
            }
        });
    }

    fn drop_name(&self, _: usize) -> bool {
        true
    }

    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        self.input.fill(index, scratch, out)?;
        self.held.take(out.samples())?;
        match &self.f {
            MapFn::Float(f) => {
                out.histograms.clear();
                out.map_floats(f);
            }
            MapFn::FloatAt(f) => {
                out.histograms.clear();
                for step in 0..out.steps() {
                    if let Some(value) = out.float(step) {
                        out.set(step, f(step, value));
                    }
                }
            }
            MapFn::Histogram(f) => {
                let histograms = std::mem::take(&mut out.histograms);
                out.reset(out.steps());
                for (step, histogram) in histograms {
                    out.set(step as usize, f(&histogram));
                }
            }
            MapFn::Negate => {
                out.map_floats(|value| -value);
                for (_, histogram) in &mut out.histograms {
                    let mut negated = FloatHistogram::clone(histogram);
                    negated.mul(-1.0);
                    *histogram = Arc::new(negated);
                }
            }
            MapFn::Time(time) => {
                let steps = out.steps_with_points();
                out.histograms.clear();
                steps.iter().for_each(|step| out.set(step, time(step)));
            }
            MapFn::Nothing => out.reset(out.steps()),
        }
        Ok(())
    }

    fn unique_without_name(&self) -> bool {
        self.input.unique_without_name()
    }
}
