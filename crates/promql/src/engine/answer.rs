//! From computed rows to the value that a caller gets.

use std::sync::Arc;

use super::QueryError;
use crate::ast::{Expr, RangeMode};
use crate::column::{Column, Grid, histogram_samples};
use crate::limits::MemoryBudget;
use crate::operators::{
    DUPLICATE_LABELSET, RangeData, RangeSource, Row, Scratch, contains_same_labels, drop_reserved,
    merge_same_labels,
};
use crate::plan::Planner;
use crate::value::{MatrixSeries, Value, VectorSample};

/// A point of a series: time and value.
const POINT_BYTES: usize = size_of::<(i64, f64)>();

/// How an answer is put together.
pub(super) struct Answer<'a> {
    /// The evaluation times.
    pub(super) grid: Grid,
    /// Whether names are dropped here.
    pub(super) delayed_names: bool,
    /// What the points are counted against.
    pub(super) memory: &'a MemoryBudget,
}

impl Answer<'_> {
    fn drop_names(&self, rows: &mut [Row]) {
        if self.delayed_names {
            for row in rows.iter_mut().filter(|row| row.drop_name) {
                row.labels = drop_reserved(&row.labels);
            }
        }
    }
}

/// An instant vector, in the order of the rows.
pub(super) fn finish_vector(answer: &Answer<'_>, mut rows: Vec<Row>) -> Result<Value, QueryError> {
    answer.drop_names(&mut rows);
    if contains_same_labels(&rows) {
        return Err(QueryError::execution(DUPLICATE_LABELSET));
    }
    answer.memory.take(rows.len() * size_of::<VectorSample>())?;
    let t = answer.grid.start;
    let samples = rows.into_iter().filter_map(|row| {
        let value = row.column.point(0)?;
        Some(VectorSample { labels: row.labels, t, value })
    });
    Ok(Value::Vector(samples.collect()))
}

/// A matrix, sorted by labels.
pub(super) fn finish_matrix(answer: &Answer<'_>, mut rows: Vec<Row>) -> Result<Value, QueryError> {
    answer.drop_names(&mut rows);
    let rows = if answer.delayed_names { merge_same_labels(rows)? } else { rows };
    if contains_same_labels(&rows) {
        return Err(QueryError::execution(DUPLICATE_LABELSET));
    }
    let points: usize = rows.iter().map(|row| row.column.present.count()).sum();
    answer.memory.take(points * POINT_BYTES + rows.len() * size_of::<MatrixSeries>())?;
    let series = rows.into_iter().map(|row| MatrixSeries {
        labels: row.labels,
        floats: floats_of(&row.column, answer.grid),
        histograms: row
            .column
            .histograms
            .iter()
            .map(|(step, histogram)| (answer.grid.time(*step as usize), Arc::clone(histogram)))
            .collect(),
    });
    let mut series: Vec<_> = series.filter(|series| !series.is_empty()).collect();
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(Value::Matrix(series))
}

/// The floats of a column with their times.
fn floats_of(column: &Column, grid: Grid) -> Vec<(i64, f64)> {
    let count = column.present.count();
    let mut floats = Vec::with_capacity(count);
    if count == column.values.len() {
        floats.extend(column.values.iter().enumerate().map(|(step, value)| (grid.time(step), *value)));
    } else {
        floats.extend(column.floats().map(|(step, value)| (grid.time(step), value)));
    }
    floats
}

/// A range vector as the result of a query: the samples themselves.
pub(super) fn raw_matrix(planner: &mut Planner<'_>, expr: &Expr, grid: Grid) -> Result<Value, QueryError> {
    let (source, borders, mode): (Box<dyn RangeSource>, _, _) = match expr.unwrap_parens() {
        Expr::Matrix(matrix) => {
            let (source, windows, _) = planner.matrix(matrix, grid, "", false)?;
            (source, windows.borders(0), matrix.vector.mode)
        }
        Expr::Subquery(subquery) => {
            let (source, windows) = planner.subquery(subquery, grid, "")?;
            (source, windows.borders(0), RangeMode::Plain)
        }
        other => return Err(QueryError::execution_at("expected a range vector", other.pos())),
    };
    let mut scratch = Scratch::default();
    let mut data = RangeData::default();
    let mut series = Vec::new();
    for index in 0..source.len() {
        planner.context.check()?;
        source.load(index, &mut scratch, &mut data)?;
        let mut labels = source.labels(index);
        if planner.context.delayed_names && source.drop_name(index) {
            labels = drop_reserved(&labels);
        }
        let mut floats: Vec<_> = data.float_times.iter().copied().zip(data.floats.iter().copied()).collect();
        let histograms: Vec<_> =
            data.histogram_times.iter().copied().zip(data.histograms.iter().cloned()).collect();
        if mode != RangeMode::Plain {
            if !histograms.is_empty() {
                let modifier = if mode == RangeMode::Smoothed { "smoothed" } else { "anchored" };
                let message = format!("{modifier} modifier is not supported with histograms");
                return Err(QueryError::execution_at(message, expr.pos()));
            }
            floats = extend(&floats, borders, mode == RangeMode::Smoothed);
        }
        let row = MatrixSeries { labels, floats, histograms };
        if !row.is_empty() {
            planner.context.budget.take(row.len())?;
            let histograms: usize = row.histograms.iter().map(|(_, h)| 16 + 16 * histogram_samples(h)).sum();
            let around = size_of::<MatrixSeries>() + row.labels.as_bytes().len();
            planner.context.memory.take(around + row.floats.len() * POINT_BYTES + histograms)?;
            series.push(row);
        }
    }
    planner.annotations.merge(scratch.annotations);
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(Value::Matrix(series))
}

/// The samples of an `anchored` or `smoothed` range, with points at its very borders.
fn extend(samples: &[(i64, f64)], (start, end): (i64, i64), smoothed: bool) -> Vec<(i64, f64)> {
    let Some(mut last) = samples.len().checked_sub(1) else { return Vec::new() };
    let mut first = samples[..last].partition_point(|(t, _)| *t <= start).saturating_sub(1);
    if smoothed {
        last = samples[..last].partition_point(|(t, _)| *t < end);
    }
    if samples[last].0 <= start {
        return Vec::new();
    }
    let line =
        |a: (i64, f64), b: (i64, f64), t: i64| a.1 + (b.1 - a.1) * (t - a.0) as f64 / (b.0 - a.0) as f64;
    let left = if smoothed && samples[first].0 < start {
        line(samples[first], samples[first + 1], start)
    } else {
        samples[first].1
    };
    let right = if smoothed && last > 0 && samples[last].0 > end {
        line(samples[last - 1], samples[last], end)
    } else {
        samples[last].1
    };
    if samples[first].0 <= start {
        first += 1;
    }
    let until = if samples[last].0 >= end { last } else { last + 1 };
    let mut points = vec![(start, left)];
    points.extend_from_slice(samples.get(first..until).unwrap_or_default());
    points.push((end, right));
    points
}
