//! Binary operators with at least one vector.

use std::sync::Arc;

use super::{Around, Planner, is_scalar};
use crate::ast::{Binary, BinaryOp, VectorMatching};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::operators::{Held, JoinOp, Ready, Row, ScalarOp, Source, join, keeps_name, set_operation};

impl Planner<'_> {
    /// A binary operator whose result is a vector.
    pub(super) fn binary(&mut self, binary: &Binary, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        // Comparing and trimming histograms looks at their buckets.
        if matches!(binary.op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::TrimUpper | BinaryOp::TrimLower) {
            return self.with_buckets(|planner| planner.binary_with(binary, grid));
        }
        self.binary_with(binary, grid)
    }

    fn binary_with(&mut self, binary: &Binary, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let (scalar_left, scalar_right) = (is_scalar(&binary.left), is_scalar(&binary.right));
        if scalar_left || scalar_right {
            let (vector, scalar) =
                if scalar_left { (&binary.right, &binary.left) } else { (&binary.left, &binary.right) };
            let scalar = self.scalar(scalar, grid)?;
            let input = self.vector(vector, grid, Around::default())?;
            let source = Box::new(ScalarOp {
                input,
                scalar,
                op: binary.op,
                scalar_left,
                return_bool: binary.return_bool,
                pos: binary.pos(),
                context: Arc::clone(&self.context),
                held: Held::new(&self.context),
            });
            let named = keeps_name(binary.op) && !binary.return_bool;
            return if named { Ok(source) } else { self.merged(source) };
        }
        let left = self.rows(&binary.left, grid)?;
        let right = self.rows(&binary.right, grid)?;
        let held: usize = left.iter().chain(&right).map(|row| row.column.samples()).sum();
        let rows = self.join_rows(binary, grid, left, right)?;
        self.context.budget.take(rows.iter().map(|row| row.column.samples()).sum())?;
        self.context.budget.release(held);
        Ok(Box::new(Ready::new(rows)))
    }

    fn join_rows(
        &mut self,
        binary: &Binary,
        grid: Grid,
        left: Vec<Row>,
        right: Vec<Row>,
    ) -> Result<Vec<Row>, QueryError> {
        let default = VectorMatching::default();
        let matching = binary.matching.as_ref().unwrap_or(&default);
        if binary.op.is_set() {
            return set_operation(binary.op, matching, grid.steps, left, right, &self.context.memory);
        }
        let op = JoinOp {
            op: binary.op,
            matching,
            return_bool: binary.return_bool,
            pos: binary.pos(),
            delayed_names: self.context.delayed_names,
            steps: grid.steps,
            memory: &self.context.memory,
        };
        join(&op, left, right, &mut self.annotations)
    }
}
