//! Running a source: its series in partitions over threads, results in the order of the series.

use std::thread;

use super::{QueryContext, Row, Scratch, Source};
use crate::annotations::Annotations;
use crate::column::Column;
use crate::engine::QueryError;

/// Below how many series per thread a further thread costs more than it saves.
const SERIES_PER_THREAD: usize = 32;
/// An instant query does so little per series that threads pay later.
const POINTS_PER_THREAD: usize = 2_048;

/// Visits every series with its column; each of the contiguous partitions has its own accumulator. Gives the
/// accumulators in the order of the series.
///
/// `grain` is how many points a series costs, for choosing the number of threads.
pub(crate) fn fold_parallel<A: Send>(
    source: &dyn Source,
    context: &QueryContext,
    annotations: &mut Annotations,
    grain: usize,
    make: impl Fn() -> A + Sync,
    visit: impl Fn(&mut A, usize, &mut Column) -> Result<(), QueryError> + Sync,
) -> Result<Vec<A>, QueryError> {
    let series = source.len();
    let by_series = series / SERIES_PER_THREAD;
    let by_points = series.saturating_mul(grain) / POINTS_PER_THREAD;
    let threads = context.threads.min(by_series.min(by_points)).max(1);
    let run = |from: usize, to: usize| -> Result<(A, Annotations), QueryError> {
        let mut accumulator = make();
        let mut scratch = Scratch::default();
        let mut column = Column::default();
        for index in from..to {
            context.check()?;
            source.fill(index, &mut scratch, &mut column)?;
            visit(&mut accumulator, index, &mut column)?;
        }
        Ok((accumulator, scratch.annotations))
    };
    let parts: Vec<_> = if threads == 1 {
        vec![run(0, series)]
    } else {
        let border = |part: usize| series * part / threads;
        thread::scope(|scope| {
            let run = &run;
            let handles: Vec<_> =
                (1..threads).map(|part| scope.spawn(move || run(border(part), border(part + 1)))).collect();
            let mut parts = vec![run(0, border(1))];
            for handle in handles {
                let part = handle.join();
                parts.push(
                    part.unwrap_or_else(|_| Err(QueryError::execution("an evaluation thread stopped"))),
                );
            }
            parts
        })
    };
    let mut accumulators = Vec::with_capacity(parts.len());
    for part in parts {
        let (accumulator, part_annotations) = part?;
        annotations.merge(part_annotations);
        accumulators.push(accumulator);
    }
    Ok(accumulators)
}

/// All series that have points, counted against the sample budget.
pub(crate) fn collect_rows(
    mut source: Box<dyn Source>,
    context: &QueryContext,
    annotations: &mut Annotations,
    grain: usize,
) -> Result<Vec<Row>, QueryError> {
    if let Some(rows) = source.take_rows() {
        return Ok(rows);
    }
    let parts = fold_parallel(&*source, context, annotations, grain, Vec::new, |rows, index, column| {
        if !column.is_empty() {
            context.budget.take(column.samples())?;
            let column = std::mem::take(column);
            let row = Row { labels: source.labels(index), drop_name: source.drop_name(index), column };
            context.memory.take(row.bytes())?;
            rows.push(row);
        }
        Ok(())
    })?;
    Ok(parts.into_iter().flatten().collect())
}
