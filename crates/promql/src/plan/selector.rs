//! Selectors: fetching series, and the windows that each step sees of them.

use std::sync::Arc;

use narthex_model::names::{METRIC_NAME, TYPE_LABEL, UNIT_LABEL};
use narthex_model::{MatchOp, Matcher};
use narthex_storage::{SelectHints, collect_series};

use super::extent::{duration_error, fixed_time};
use super::{Around, Planner};
use crate::ast::{MatrixSelector, RangeMode, VectorSelector};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::kernel::Windows;
use crate::operators::{
    Fetched, MatrixSource, RangeSource, SelectorSource, SelectorValue, SmoothedSource, Source,
};

/// About what a series that was found fills before it is read.
const SERIES_BYTES: usize = 64;

impl Planner<'_> {
    /// An instant selector.
    pub(super) fn selector(
        &mut self,
        selector: &VectorSelector,
        grid: Grid,
        around: Around<'_>,
    ) -> Result<Box<dyn Source>, QueryError> {
        if selector.mode == RangeMode::Smoothed {
            return self.smoothed(selector, grid, around);
        }
        self.selector_value(selector, grid, around, SelectorValue::Value)
    }

    /// An instant selector, or the time of what it selects.
    pub(super) fn selector_value(
        &mut self,
        selector: &VectorSelector,
        grid: Grid,
        around: Around<'_>,
        value: SelectorValue,
    ) -> Result<Box<dyn Source>, QueryError> {
        let windows = self.windows(selector, self.context.lookback, grid)?;
        let around = Around { newest_only: grid.steps == 1, ..around };
        let (series, pinned_name) = self.fetch(&selector.matchers, &windows, 0, around)?;
        let (stats_only, context) = (self.stats_only, Arc::clone(&self.context));
        Ok(Box::new(SelectorSource { series, windows, value, pinned_name, stats_only, context }))
    }

    fn smoothed(
        &mut self,
        selector: &VectorSelector,
        grid: Grid,
        around: Around<'_>,
    ) -> Result<Box<dyn Source>, QueryError> {
        let lookback = self.context.lookback;
        let plain = self.windows(selector, lookback, grid)?;
        let windows = extended(plain, RangeMode::Smoothed, lookback, 0);
        let (series, pinned_name) = self.fetch(&selector.matchers, &windows, 0, around)?;
        let input =
            MatrixSource { series, extent: windows.extent(), starts: false, pinned_name, stats_only: false };
        Ok(Box::new(SmoothedSource { input: Box::new(input), windows, lookback, pos: selector.pos }))
    }

    /// A range selector: its source, the windows as written, and with what the mode looks at besides.
    pub(crate) fn matrix(
        &mut self,
        matrix: &MatrixSelector,
        grid: Grid,
        function: &'static str,
        starts: bool,
    ) -> Result<(Box<dyn RangeSource>, Windows, Windows), QueryError> {
        let range = matrix.range.resolve_positive(self.durations).map_err(duration_error)?;
        let windows = self.windows(&matrix.vector, range, grid)?;
        let lookback = self.context.lookback;
        let data_windows = extended(windows, matrix.vector.mode, lookback, lookback);
        let around = Around { function: Some(function), ..Around::default() };
        let (series, pinned_name) = self.fetch(&matrix.vector.matchers, &data_windows, range, around)?;
        let extent = data_windows.extent();
        let source = MatrixSource { series, extent, starts, pinned_name, stats_only: self.stats_only };
        Ok((Box::new(source), windows, data_windows))
    }

    /// The windows of a selector with this range.
    fn windows(&self, selector: &VectorSelector, range: i64, grid: Grid) -> Result<Windows, QueryError> {
        let offset = selector.offset.resolve_offset(self.durations).map_err(duration_error)?;
        let fixed = fixed_time(selector.at, self.query_start, self.query_end);
        Ok(Windows { grid, range, offset, fixed_end: fixed.map(|at| at.saturating_sub(offset)) })
    }

    /// The series that satisfy the matchers, and whether they all have one metric name.
    pub(super) fn fetch(
        &mut self,
        matchers: &[Matcher],
        windows: &Windows,
        range: i64,
        around: Around<'_>,
    ) -> Result<(Fetched, bool), QueryError> {
        if windows.grid.steps == 0 || windows.range <= 0 {
            return Ok((Arc::new(Vec::new()), true));
        }
        let (start, end) = windows.extent();
        let hints = SelectHints {
            start,
            end,
            step: if windows.grid.steps > 1 { windows.grid.step } else { 0 },
            range,
            func: around.function,
            grouping: around.grouping.to_vec(),
            by: around.by,
            limit: 0,
            sorted: false,
            newest_only: around.newest_only,
        };
        let series = collect_series(self.querier.select(&hints, matchers)?)?;
        self.context.check()?;
        self.context.memory.take(series.len() * SERIES_BYTES)?;
        let named = matchers.iter().any(|matcher| {
            matcher.name() == METRIC_NAME && matcher.op() == MatchOp::Equal && !matcher.value().is_empty()
        });
        let mut typed = false;
        if let Some(first) = series.first() {
            first.for_each_label(&mut |name, _| typed |= name == TYPE_LABEL || name == UNIT_LABEL);
        }
        Ok((Arc::new(series), named && !typed))
    }
}

/// The windows with the samples that a mode looks at outside of the range: `before` it, and for `smoothed` one lookback
/// after it.
fn extended(windows: Windows, mode: RangeMode, lookback: i64, before: i64) -> Windows {
    match mode {
        RangeMode::Plain => windows,
        RangeMode::Anchored => Windows { range: windows.range.saturating_add(before), ..windows },
        RangeMode::Smoothed => Windows {
            range: windows.range.saturating_add(before).saturating_add(lookback),
            offset: windows.offset.saturating_sub(lookback),
            fixed_end: windows.fixed_end.map(|end| end.saturating_add(lookback)),
            ..windows
        },
    }
}
