//! Aggregations: checking the parameter, grouping, choosing the accumulator.

use std::sync::Arc;

use super::{Around, Planner, string_of};
use crate::aggregate::{
    Average, Best, Count, Grouping, Groups, Sum, Variance, count_values, fold, limit_k, limit_ratio,
    quantile, top_k,
};
use crate::annotations::Annotation;
use crate::ast::{Aggregate, AggregateOp, Expr, PosRange, StringLiteral};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::format::{go_compact, go_quote, go_quote_bytes};
use crate::operators::{Ready, Row, Source};

impl Planner<'_> {
    /// An aggregation.
    pub(super) fn aggregate(&mut self, node: &Aggregate, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let rows = match node.op {
            AggregateOp::CountValues => self.with_buckets(|planner| planner.count_values(node, grid))?,
            op if op.takes_param() => self.with_parameter(node, grid)?,
            _ => self.folded(node, grid)?,
        };
        Ok(Box::new(Ready::new(rows)))
    }

    fn input(&mut self, node: &Aggregate, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let around = Around {
            function: Some(node.op.as_str()),
            grouping: &node.grouping,
            by: !node.without,
            ..Around::default()
        };
        self.vector(&node.expr, grid, around)
    }

    fn folded(&mut self, node: &Aggregate, grid: Grid) -> Result<Vec<Row>, QueryError> {
        let source: Arc<dyn Source> = Arc::from(self.input(node, grid)?);
        let groups = Grouping::new(&node.grouping, node.without).assign(&*source);
        self.context.memory.take(groups.bytes())?;
        let run = match node.op {
            AggregateOp::Sum => fold::<Sum>,
            AggregateOp::Avg => fold::<Average>,
            AggregateOp::Count => fold::<Count<false>>,
            AggregateOp::Group => fold::<Count<true>>,
            AggregateOp::Max => fold::<Best<true>>,
            AggregateOp::Min => fold::<Best<false>>,
            AggregateOp::Stdvar => fold::<Variance<false>>,
            _ => fold::<Variance<true>>,
        };
        let about = (node.op.as_str(), node.expr.unwrap_parens().pos());
        run(&source, groups, &self.context, &mut self.annotations, grid.steps, grid.steps, about)
    }

    /// The rows of the input and their groups.
    fn grouped(&mut self, node: &Aggregate, grid: Grid) -> Result<(Vec<Row>, Groups), QueryError> {
        let source = self.input(node, grid)?;
        let rows = self.rows_of(source, grid.steps)?;
        let ready = Ready::new(rows);
        let groups = Grouping::new(&node.grouping, node.without).assign(&ready);
        self.context.memory.take(groups.bytes())?;
        let mut ready: Box<dyn Source> = Box::new(ready);
        Ok((ready.take_rows().unwrap_or_default(), groups))
    }

    fn count_values(&mut self, node: &Aggregate, grid: Grid) -> Result<Vec<Row>, QueryError> {
        if let Some(Expr::String(StringLiteral { invalid_utf8: Some(bytes), .. })) = &node.param {
            return Err(QueryError::execution(format!("invalid label name {}", go_quote_bytes(bytes))));
        }
        let label = node.param.as_ref().map(string_of).transpose()?.unwrap_or_default();
        if !narthex_model::names::is_utf8_name(label) {
            return Err(QueryError::execution(format!("invalid label name {}", go_quote(label))));
        }
        let mut names = node.grouping.clone();
        if !node.without {
            names.push(label.to_owned());
        }
        let source = self.input(node, grid)?;
        let rows = self.rows_of(source, grid.steps)?;
        count_values(&rows, &Grouping::new(&names, node.without), label, grid.steps, &self.context.memory)
    }

    fn with_parameter(&mut self, node: &Aggregate, grid: Grid) -> Result<Vec<Row>, QueryError> {
        let Some(param) = &node.param else {
            return Err(QueryError::execution_at(format!("{} needs a parameter", node.op), node.pos));
        };
        let values = self.scalar(param, grid)?;
        let (rows, groups) = self.grouped(node, grid)?;
        let held: usize = rows.iter().map(|row| row.column.samples()).sum();
        let pos = param.unwrap_parens().pos();
        let context = Arc::clone(&self.context);
        let memory = &context.memory;
        let result = match node.op {
            AggregateOp::Quantile => {
                self.check_quantile(&values, pos);
                let (rows, notes) = quantile(&rows, groups, grid.steps, &values, memory)?;
                if notes.ignored_histograms {
                    let annotation = Annotation::histogram_ignored_in_aggregation(
                        "quantile",
                        node.expr.unwrap_parens().pos(),
                    );
                    self.annotations.add(annotation);
                }
                rows
            }
            AggregateOp::LimitRatio => {
                if values.iter().all(|ratio| *ratio == 0.0) {
                    return Ok(Vec::new());
                }
                self.check_ratio(&values, pos)?;
                limit_ratio(rows, grid.steps, &values)
            }
            op => {
                if !values.iter().any(|k| *k >= 1.0) && !values.iter().any(|k| k.is_nan()) {
                    return Ok(Vec::new());
                }
                check_k(&values)?;
                if op == AggregateOp::LimitK {
                    limit_k(rows, &groups, grid.steps, &values, memory)?
                } else {
                    let (rows, ignored) =
                        top_k(rows, &groups, grid.steps, &values, op == AggregateOp::BottomK, memory)?;
                    if ignored {
                        let annotation = Annotation::histogram_ignored_in_aggregation(op.as_str(), node.pos);
                        self.annotations.add(annotation);
                    }
                    rows
                }
            }
        };
        self.context.budget.release(held);
        self.context.budget.take(result.iter().map(|row| row.column.samples()).sum())?;
        Ok(result)
    }

    fn check_quantile(&mut self, values: &[f64], pos: PosRange) {
        let (min, max) = borders(values);
        if values.iter().any(|q| q.is_nan()) {
            self.annotations.add(Annotation::invalid_quantile(f64::NAN, pos));
        }
        if max > 1.0 {
            self.annotations.add(Annotation::invalid_quantile(max, pos));
        }
        if min < 0.0 {
            self.annotations.add(Annotation::invalid_quantile(min, pos));
        }
    }

    fn check_ratio(&mut self, values: &[f64], pos: PosRange) -> Result<(), QueryError> {
        if values.iter().any(|ratio| ratio.is_nan()) {
            return Err(QueryError::execution("Ratio value is NaN"));
        }
        let (min, max) = borders(values);
        if max > 1.0 {
            self.annotations.add(Annotation::invalid_ratio(max, 1.0, pos));
        }
        if min < -1.0 {
            self.annotations.add(Annotation::invalid_ratio(min, -1.0, pos));
        }
        Ok(())
    }
}

fn borders(values: &[f64]) -> (f64, f64) {
    let numbers = || values.iter().copied().filter(|value| !value.is_nan());
    (numbers().fold(f64::INFINITY, f64::min), numbers().fold(f64::NEG_INFINITY, f64::max))
}

fn check_k(values: &[f64]) -> Result<(), QueryError> {
    // The largest float below 2^63, and the smallest that fits 64 bits.
    const LIMIT: f64 = 9_223_372_036_854_774_784.0;
    if values.iter().any(|k| k.is_nan()) {
        return Err(QueryError::execution("Parameter value is NaN"));
    }
    let (min, max) = borders(values);
    if min <= -9_223_372_036_854_775_808.0 {
        return Err(QueryError::execution(format!("Scalar value {} underflows int64", go_compact(min))));
    }
    if max >= LIMIT {
        return Err(QueryError::execution(format!("Scalar value {} overflows int64", go_compact(max))));
    }
    Ok(())
}
