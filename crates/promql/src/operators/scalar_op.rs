//! A binary operator between a vector and a scalar.

use std::sync::Arc;

use narthex_model::Labels;

use super::rows::is_reserved;
use super::transform::{Outcome, arithmetic, combine, holds, keeps_name};
use super::{Held, QueryContext, Scratch, Source, drop_reserved};
use crate::ast::{BinaryOp, PosRange};
use crate::column::Column;
use crate::engine::QueryError;
use crate::value::PointValue;

/// A vector with a scalar applied to all its points.
pub(crate) struct ScalarOp {
    /// The vector.
    pub(crate) input: Box<dyn Source>,
    /// The scalar at each step.
    pub(crate) scalar: Vec<f64>,
    /// The operator.
    pub(crate) op: BinaryOp,
    /// Whether the scalar is on the left.
    pub(crate) scalar_left: bool,
    /// Whether a comparison answers 0 or 1.
    pub(crate) return_bool: bool,
    /// The whole expression.
    pub(crate) pos: PosRange,
    /// The query.
    pub(crate) context: Arc<QueryContext>,
    /// The vector's samples.
    pub(crate) held: Held,
}

impl ScalarOp {
    fn drops_name(&self) -> bool {
        self.return_bool || !keeps_name(self.op)
    }

    fn strips_labels(&self) -> bool {
        self.drops_name() && !self.context.delayed_names
    }

    fn floats(&self, out: &mut Column) {
        let is_filter = self.op.is_comparison() && !self.return_bool;
        let scalar_left = self.scalar_left;
        let pair = |value: f64, scalar: f64| if scalar_left { (scalar, value) } else { (value, scalar) };
        if is_filter {
            for (step, scalar) in self.scalar.iter().enumerate() {
                if let Some(value) = out.float(step) {
                    let (a, b) = pair(value, *scalar);
                    if !holds(self.op, a, b) {
                        out.present.unset(step);
                    }
                }
            }
            return;
        }
        let (op, as_bool) = (self.op, self.return_bool);
        for (value, scalar) in out.values.iter_mut().zip(&self.scalar) {
            let (a, b) = pair(*value, *scalar);
            *value = if as_bool { f64::from(u8::from(holds(op, a, b))) } else { arithmetic(op, a, b) };
        }
    }

    fn points(&self, scratch: &mut Scratch, out: &mut Column) {
        let mut result = scratch.take_column();
        result.reset(out.steps());
        for step in out.steps_with_points().iter() {
            let (Some(value), Some(scalar)) = (out.point(step), self.scalar.get(step)) else { continue };
            let scalar = PointValue::Float(*scalar);
            let (left, right) = if self.scalar_left { (&scalar, &value) } else { (&value, &scalar) };
            let outcome = combine(self.op, left, right, self.pos, &mut scratch.annotations);
            if let Outcome::Value(point, keep) = outcome {
                if self.return_bool {
                    result.set(step, f64::from(u8::from(keep)));
                } else if keep {
                    result.push(step, if self.op.is_comparison() { value } else { point });
                }
            }
        }
        std::mem::swap(out, &mut result);
        scratch.give_column(result);
    }
}

impl Source for ScalarOp {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn labels(&self, index: usize) -> Labels {
        let labels = self.input.labels(index);
        if self.strips_labels() { drop_reserved(&labels) } else { labels }
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        let strip = self.strips_labels();
        self.input.for_each_label(index, &mut |name, value| {
            if !strip || !is_reserved(name) {
                visit(name, value);
            }
        });
    }

    fn drop_name(&self, index: usize) -> bool {
        self.drops_name() || self.input.drop_name(index)
    }

    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        self.input.fill(index, scratch, out)?;
        self.held.take(out.samples())?;
        let trims = matches!(self.op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
        if out.histograms.is_empty() && !trims {
            self.floats(out);
        } else {
            self.points(scratch, out);
        }
        Ok(())
    }

    fn unique_without_name(&self) -> bool {
        self.input.unique_without_name()
    }
}
