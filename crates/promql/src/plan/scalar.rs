//! Expressions of scalar type: one value per step.

use std::sync::Arc;

use super::{Around, Planner, is_invariant, is_scalar};
use crate::ast::{Binary, Call, Expr, UnaryOp};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::functions::math::{go_max, go_min};
use crate::operators::{Source, arithmetic, fold_parallel, holds};

impl Planner<'_> {
    /// The values of a scalar expression.
    pub(crate) fn scalar(&mut self, expr: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        if grid.steps > 1 && is_invariant(expr) && !matches!(expr, Expr::Number(_)) {
            let values = self.scalar(expr, grid.first())?;
            self.context.memory.take(grid.steps * size_of::<f64>())?;
            return Ok(vec![values.first().copied().unwrap_or(f64::NAN); grid.steps]);
        }
        if !matches!(expr, Expr::Paren(_)) {
            self.context.memory.take(grid.steps * size_of::<f64>())?;
        }
        match expr {
            Expr::Number(number) => Ok(vec![number.value; grid.steps]),
            Expr::Paren(paren) => self.scalar(&paren.expr, grid),
            Expr::Unary(unary) => {
                let mut values = self.scalar(&unary.expr, grid)?;
                if unary.op == UnaryOp::Minus {
                    values.iter_mut().for_each(|value| *value = -*value);
                }
                Ok(values)
            }
            Expr::Binary(binary) => self.scalar_binary(binary, grid),
            Expr::Call(call) => self.scalar_call(call, grid),
            _ => {
                let found = expr.value_type().documented();
                Err(QueryError::execution_at(format!("expected a scalar, found {found}"), expr.pos()))
            }
        }
    }

    fn scalar_binary(&mut self, binary: &Binary, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let mut values = self.scalar(&binary.left, grid)?;
        let right = self.scalar(&binary.right, grid)?;
        for (value, right) in values.iter_mut().zip(right) {
            *value = if binary.op.is_comparison() {
                f64::from(u8::from(holds(binary.op, *value, right)))
            } else {
                arithmetic(binary.op, *value, right)
            };
        }
        Ok(values)
    }

    fn scalar_call(&mut self, call: &Call, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let seconds = |ms: i64| ms as f64 / 1000.0;
        let constant = |value: f64| Ok(vec![value; grid.steps]);
        match (call.function.name, call.args.as_slice()) {
            ("time", _) => Ok(grid.times().map(seconds).collect()),
            ("pi", _) => constant(std::f64::consts::PI),
            ("start", _) => constant(seconds(self.query_start)),
            ("end", _) => constant(seconds(self.query_end)),
            // A range of no length is evaluated as an instant query, which has no step.
            ("step", _) if self.durations.range_ms == 0 => constant(0.0),
            ("step", _) => constant(seconds(self.durations.step_ms)),
            ("range", _) => constant(seconds(self.durations.range_ms)),
            ("scalar", [arg]) => self.scalar_of_vector(arg, grid),
            (name @ ("max_of" | "min_of"), [a, b]) => {
                let mut values = self.scalar(a, grid)?;
                let pick = if name == "max_of" { go_max } else { go_min };
                for (value, other) in values.iter_mut().zip(self.scalar(b, grid)?) {
                    *value = pick(*value, other);
                }
                Ok(values)
            }
            (name, _) => {
                Err(QueryError::execution_at(format!("the function {name} is not built yet"), call.pos))
            }
        }
    }

    /// The value of the only float at each step, NaN when there are none or several.
    fn scalar_of_vector(&mut self, arg: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        if is_scalar(arg) {
            return self.scalar(arg, grid);
        }
        let source: Arc<dyn Source> = Arc::from(self.vector(arg, grid, Around::default())?);
        let empty = move || (vec![f64::NAN; grid.steps], vec![0_u8; grid.steps]);
        let context = &self.context;
        let parts = fold_parallel(
            &source,
            context,
            &mut self.annotations,
            grid.steps,
            empty,
            |part: &mut (Vec<f64>, Vec<u8>), _, column| {
                for (step, value) in column.floats() {
                    part.0[step] = value;
                    part.1[step] = part.1[step].saturating_add(1);
                }
                Ok(())
            },
        )?;
        let (mut values, mut counts) = empty();
        for (part_values, part_counts) in parts {
            for (step, count) in part_counts.into_iter().enumerate() {
                if count > 0 {
                    values[step] = part_values[step];
                    counts[step] = counts[step].saturating_add(count);
                }
            }
        }
        for (value, count) in values.iter_mut().zip(counts) {
            if count != 1 {
                *value = f64::NAN;
            }
        }
        Ok(values)
    }
}
