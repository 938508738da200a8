//! Function calls that give vectors: one dispatch by name.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Around, Planner, pos_of, string_of};
use crate::annotations::Annotation;
use crate::ast::{Call, Expr, PosRange, RangeMode, StringLiteral, ValueType};
use crate::column::{Bits, Column, Grid};
use crate::engine::QueryError;
use crate::format::open_metrics_float;
use crate::functions::absent::absent_row;
use crate::functions::histogram::{HistogramCall, fractions, quantiles};
use crate::functions::info::{InfoSelector, add_info_labels};
use crate::functions::labels::{label_join, label_replace, with_label};
use crate::functions::math::{go_max, go_min, round_to};
use crate::functions::range::{ANCHORED_SAFE, SMOOTHED_SAFE};
use crate::functions::{date, histogram, math, range, sort};
use crate::operators::{
    MapFn, RangeCallSource, Ready, Row, SelectorSource, SelectorValue, Source, collect_rows, fold_parallel,
    merge_same_labels,
};

impl Planner<'_> {
    /// A function call whose result is a vector.
    pub(super) fn call(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let name = call.function.name;
        if let Some(function) = range::lookup(name) {
            return self.range_call(call, function, grid);
        }
        if let Some(f) = math::lookup(name) {
            return self.mapped(call, grid, MapFn::Float(f));
        }
        if let Some(f) = histogram::lookup(name) {
            let stats_only = matches!(name, "histogram_count" | "histogram_sum" | "histogram_avg");
            return self
                .with_stats_only(stats_only, |planner| planner.mapped(call, grid, MapFn::Histogram(f)));
        }
        if let Some(f) = date::lookup(name) {
            if call.args.is_empty() {
                let values = grid.times().map(|t| f((t / 1000) as f64)).collect();
                return Ok(single_row(values));
            }
            return self.mapped(call, grid, MapFn::Float(f));
        }
        match name {
            "clamp" | "clamp_min" | "clamp_max" => self.clamp(call, grid),
            "round" => self.round(call, grid),
            "vector" => Ok(single_row(self.scalar(argument(call, 0)?, grid)?)),
            "timestamp" | "start_timestamp" => self.timestamp(call, grid),
            "absent" => self.absent(call, grid),
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => self.sort(call, grid),
            "label_replace" | "label_join" => self.relabel(call, grid),
            "histogram_quantile" | "histogram_quantiles" | "histogram_fraction" => {
                self.with_stats_only(false, |planner| planner.histogram(call, grid))
            }
            "info" => self.info(call, grid),
            _ => Err(QueryError::execution_at(format!("the function {name} is not built yet"), call.pos)),
        }
    }

    fn mapped(&mut self, call: &Call, grid: Grid, f: MapFn) -> Result<Box<dyn Source>, QueryError> {
        let around = Around { function: Some(call.function.name), ..Around::default() };
        let input = self.vector(argument(call, 0)?, grid, around)?;
        self.map(input, f)
    }

    fn range_call(
        &mut self,
        call: &Call,
        function: &'static range::RangeFunction,
        grid: Grid,
    ) -> Result<Box<dyn Source>, QueryError> {
        let name = call.function.name;
        let Some(index) = call.args.iter().position(|arg| arg.value_type() == ValueType::Matrix) else {
            return Err(QueryError::execution_at(format!("{name} needs a range vector"), call.pos));
        };
        let mut scalars = Vec::with_capacity(call.args.len() - 1);
        for arg in call.args.iter().filter(|arg| arg.value_type() == ValueType::Scalar) {
            scalars.push(self.scalar(arg, grid)?);
        }
        let starts = function.uses_starts && self.context.start_timestamps;
        let (input, windows, data_windows, mode) = match argument(call, index)?.unwrap_parens() {
            Expr::Matrix(matrix) => {
                let mode = matrix.vector.mode;
                check_mode(mode, name)?;
                let (input, windows, data_windows) = self.matrix(matrix, grid, name, starts)?;
                (input, windows, data_windows, mode)
            }
            Expr::Subquery(subquery) => {
                let (input, windows) = self.subquery(subquery, grid, name)?;
                (input, windows, windows, RangeMode::Plain)
            }
            other => return Err(QueryError::execution_at("expected a range vector", other.pos())),
        };
        let source: Box<dyn Source> = Box::new(RangeCallSource {
            input,
            function,
            windows,
            data_windows,
            mode,
            scalars,
            pos: range_pos(&call.args),
            name_checked: AtomicBool::new(false),
            context: Arc::clone(&self.context),
        });
        if name == "absent_over_time" {
            let present = self.presence(source, grid)?;
            return Ok(Box::new(Ready::new(absent_row(argument(call, 0)?.unwrap_parens(), &present))));
        }
        if function.keeps_name { Ok(source) } else { self.distinct(source) }
    }

    fn clamp(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let bound = |planner: &mut Self, index: usize| planner.scalar(argument(call, index)?, grid);
        let (low, high) = match call.function.name {
            "clamp" => (bound(self, 1)?, bound(self, 2)?),
            "clamp_min" => (bound(self, 1)?, vec![f64::INFINITY; grid.steps]),
            _ => (vec![f64::NEG_INFINITY; grid.steps], bound(self, 1)?),
        };
        let input = self.vector(argument(call, 0)?, grid, Around::default())?;
        if !low.iter().zip(&high).any(|(low, high)| high < low) {
            let f = move |step: usize, value: f64| go_max(low[step], go_min(high[step], value));
            return self.map(input, MapFn::FloatAt(Box::new(f)));
        }
        // Where the bounds are crossed there is no result.
        let crossed: Vec<bool> = low.iter().zip(&high).map(|(low, high)| high < low).collect();
        if crossed.iter().all(|crossed| *crossed) {
            return self.map(input, MapFn::Nothing);
        }
        let f = move |step: usize, value: f64| go_max(low[step], go_min(high[step], value));
        let source = self.map(input, MapFn::FloatAt(Box::new(f)))?;
        let mut rows = self.rows_of(source, grid.steps)?;
        let mut keep = Bits::new(grid.steps);
        (0..grid.steps).filter(|step| !crossed[*step]).for_each(|step| keep.set(step));
        rows.iter_mut().for_each(|row| row.column.retain(&keep));
        rows.retain(|row| !row.column.is_empty());
        Ok(Box::new(Ready::new(rows)))
    }

    fn round(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let inverse: Vec<f64> = match call.args.get(1) {
            Some(nearest) => self.scalar(nearest, grid)?.iter().map(|nearest| 1.0 / nearest).collect(),
            None => vec![1.0; grid.steps],
        };
        let f = move |step: usize, value: f64| round_to(value, inverse[step]);
        self.mapped(call, grid, MapFn::FloatAt(Box::new(f)))
    }

    /// `timestamp(selector)` is the time of the selected sample, of any other expression the evaluation time.
    fn timestamp(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let arg = argument(call, 0)?;
        let around = Around { function: Some(call.function.name), ..Around::default() };
        let is_start = call.function.name == "start_timestamp";
        let input = match arg.unwrap_parens() {
            // Of a smoothed selector, too, the sample that stands before tells its time.
            Expr::Vector(selector) => {
                let value = if is_start { SelectorValue::StartTimestamp } else { SelectorValue::Timestamp };
                let input = self.selector_value(selector, grid, around, value)?;
                let keep: fn(f64) -> f64 = |value| value;
                let enabled = !is_start || self.context.start_timestamps;
                return self.map(input, if enabled { MapFn::Float(keep) } else { MapFn::Nothing });
            }
            _ => self.vector(arg, grid, around)?,
        };
        if is_start {
            return self.map(input, MapFn::Nothing);
        }
        self.map(input, MapFn::Time(Box::new(move |step| grid.time(step) as f64 / 1000.0)))
    }

    fn absent(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let arg = argument(call, 0)?;
        let around = Around { function: Some("absent"), ..Around::default() };
        let source = self.vector(arg, grid, around)?;
        let present = self.presence(source, grid)?;
        Ok(Box::new(Ready::new(absent_row(arg.unwrap_parens(), &present))))
    }

    /// The steps at which any series has a point.
    fn presence(&mut self, source: Box<dyn Source>, grid: Grid) -> Result<Bits, QueryError> {
        let source: Arc<dyn Source> = Arc::from(source);
        let empty = move || Bits::new(grid.steps);
        let context = &self.context;
        let parts = fold_parallel(
            &source,
            context,
            &mut self.annotations,
            grid.steps,
            empty,
            |bits: &mut Bits, _, column| {
                bits.or(&column.steps_with_points());
                Ok(())
            },
        )?;
        let mut present = empty();
        parts.iter().for_each(|part| present.or(part));
        Ok(present)
    }

    fn sort(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let name = call.function.name;
        let rows = self.rows(argument(call, 0)?, grid)?;
        let names = call.args.iter().skip(1).map(|arg| string_of(arg).map(str::to_owned));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        if grid.start != grid.end {
            self.annotations.add(Annotation::sort_in_range_query(call.pos));
        }
        if grid.steps != 1 || !self.is_instant {
            // A matrix is sorted by its labels in the end; only the histograms' fate is decided here.
            let mut rows = rows;
            if name == "sort" || name == "sort_desc" {
                rows.iter_mut().for_each(|row| row.column.histograms.clear());
                rows.retain(|row| !row.column.is_empty());
            }
            return Ok(Box::new(Ready::new(rows)));
        }
        Ok(Box::new(Ready::new(match name {
            "sort" => sort::sort_by_value(rows, false),
            "sort_desc" => sort::sort_by_value(rows, true),
            "sort_by_label" => sort::sort_by_label(rows, &names, false),
            _ => sort::sort_by_label(rows, &names, true),
        })))
    }

    fn relabel(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let text = |index: usize| string_of(argument(call, index)?);
        let context = Arc::clone(&self.context);
        let memory = &context.memory;
        let mut rows;
        if call.function.name == "label_replace" {
            // Wrong arguments are an error even when there is nothing to replace.
            label_replace(&mut [], label_name(call, 1)?, text(2)?, text(3)?, text(4)?, memory)?;
            rows = self.rows(argument(call, 0)?, grid)?;
            label_replace(&mut rows, text(1)?, text(2)?, text(3)?, text(4)?, memory)?;
        } else {
            let sources = call.args.iter().skip(3).map(|arg| string_of(arg).map(str::to_owned));
            let sources = sources.collect::<Result<Vec<_>, _>>()?;
            label_join(&mut [], label_name(call, 1)?, text(2)?, &sources, memory)?;
            rows = self.rows(argument(call, 0)?, grid)?;
            label_join(&mut rows, text(1)?, text(2)?, &sources, memory)?;
        }
        Ok(Box::new(Ready::new(merge_same_labels(rows)?)))
    }

    fn histogram(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let name = call.function.name;
        let vector_index = match name {
            "histogram_quantile" => 1,
            "histogram_fraction" => 2,
            _ => 0,
        };
        let mut scalars = Vec::new();
        for (index, arg) in call.args.iter().enumerate() {
            if arg.value_type() == ValueType::Scalar {
                let values = self.scalar(arg, grid)?;
                if name != "histogram_fraction" {
                    self.check_histogram_quantile(&values, pos_of(&call.args, index));
                }
                scalars.push(values);
            }
        }
        let rows = self.rows(argument(call, vector_index)?, grid)?;
        let held: usize = rows.iter().map(|row| row.column.samples()).sum();
        let mut context = HistogramCall {
            grid,
            delayed_names: self.context.delayed_names,
            vector_pos: pos_of(&call.args, vector_index),
            memory: &self.context.memory,
            annotations: &mut self.annotations,
        };
        let result = match (name, scalars.as_slice()) {
            ("histogram_fraction", [lower, upper]) => fractions(&mut context, &rows, lower, upper)?,
            ("histogram_quantiles", all) => {
                let label = string_of(argument(call, 1)?)?;
                quantiles(&mut context, &rows, all, |labels, q| {
                    with_label(labels, label, &open_metrics_float(q))
                })?
            }
            (_, all) => quantiles(&mut context, &rows, all, |labels, _| labels.clone())?,
        };
        self.context.budget.release(held);
        self.context.budget.take(result.iter().map(|row| row.column.samples()).sum())?;
        Ok(Box::new(Ready::new(result)))
    }

    fn check_histogram_quantile(&mut self, values: &[f64], pos: PosRange) {
        for q in values {
            if q.is_nan() || !(0.0..=1.0).contains(q) {
                self.annotations.add(Annotation::invalid_quantile(*q, pos));
            }
        }
    }

    fn info(&mut self, call: &Call, grid: Grid) -> Result<Box<dyn Source>, QueryError> {
        let rows = self.rows(argument(call, 0)?, grid)?;
        let matchers = match call.args.get(1).map(Expr::unwrap_parens) {
            Some(Expr::Vector(selector)) => Some(selector.matchers.as_slice()),
            _ => None,
        };
        let selector = InfoSelector::new(matchers);
        let info = match selector.fetch_matchers(&rows) {
            None => Vec::new(),
            Some(matchers) => {
                let windows = self.info_windows(argument(call, 0)?, grid)?;
                let around = Around { function: Some("info"), ..Around::default() };
                let (series, pinned_name) = self.fetch(&matchers, &windows, 0, around)?;
                let value = SelectorValue::Milliseconds;
                let context = Arc::clone(&self.context);
                let source =
                    SelectorSource { series, windows, value, pinned_name, stats_only: false, context };
                let source = Box::new(source);
                collect_rows(source, &self.context, &mut self.annotations, grid.steps)?
            }
        };
        Ok(Box::new(Ready::new(add_info_labels(&selector, rows, &info, grid.steps, &self.context.memory)?)))
    }
}

/// The text of an argument that names a label to be set.
fn label_name(call: &Call, index: usize) -> Result<&str, QueryError> {
    let arg = argument(call, index)?;
    if let Expr::String(StringLiteral { invalid_utf8: Some(bytes), .. }) = arg.unwrap_parens() {
        let (name, function) = (String::from_utf8_lossy(bytes), call.function.name);
        let message = format!("invalid destination label name in {function}(): {name}");
        return Err(QueryError::execution_at(message, arg.pos()));
    }
    string_of(arg)
}

fn check_mode(mode: RangeMode, function: &str) -> Result<(), QueryError> {
    let (modifier, safe): (_, &[&str]) = match mode {
        RangeMode::Plain => return Ok(()),
        RangeMode::Anchored => ("anchored", &ANCHORED_SAFE),
        RangeMode::Smoothed => ("smoothed", &SMOOTHED_SAFE),
    };
    if safe.contains(&function) {
        return Ok(());
    }
    let safe = safe.join(", ");
    Err(QueryError::execution(format!(
        "{modifier} modifier can only be used with: {safe} - not with {function}"
    )))
}

fn argument(call: &Call, index: usize) -> Result<&Expr, QueryError> {
    call.args.get(index).ok_or_else(|| {
        QueryError::execution_at(
            format!("argument {} of {} is missing", index + 1, call.function.name),
            call.pos,
        )
    })
}

/// One series without labels.
fn single_row(values: Vec<f64>) -> Box<dyn Source> {
    let present = Bits::full(values.len());
    let column = Column { values, present, histograms: Vec::new() };
    Box::new(Ready::new(vec![Row { column, ..Row::default() }]))
}

/// What annotations of a range function point to: its first argument without parentheses. A subquery has been replaced
/// by its samples when the function is called, and those stand nowhere: the query's first byte.
fn range_pos(args: &[Expr]) -> PosRange {
    match args.first().map(Expr::unwrap_parens) {
        Some(Expr::Subquery(_)) | None => PosRange::default(),
        Some(expr) => expr.pos(),
    }
}
