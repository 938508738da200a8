//! Running a source: its series in partitions over threads, results in the order of the series.

use std::ops::Range;
use std::sync::Arc;

use super::{QueryContext, Row, Scratch, Source};
use crate::annotations::Annotations;
use crate::column::Column;
use crate::engine::QueryError;

/// Below how many series per thread a further thread costs more than it saves.
const SERIES_PER_THREAD: usize = 32;
/// Looking at the clock for every series would cost as much as some series.
const SERIES_PER_CHECK: usize = 8;
/// An instant query does so little per series that threads pay later.
const POINTS_PER_THREAD: usize = 2_048;

/// Visits every series with its column; each of the contiguous partitions has its own accumulator. Gives the
/// accumulators in the order of the series.
///
/// `grain` is how many points a series costs, for choosing the number of threads.
pub(crate) fn fold_parallel<A: Send + 'static>(
    source: &Arc<dyn Source>,
    context: &Arc<QueryContext>,
    annotations: &mut Annotations,
    grain: usize,
    make: impl Fn() -> A + Send + Sync + 'static,
    visit: impl Fn(&mut A, usize, &mut Column) -> Result<(), QueryError> + Send + Sync + 'static,
) -> Result<Vec<A>, QueryError> {
    let series = source.len();
    let by_series = series / SERIES_PER_THREAD;
    let by_points = series.saturating_mul(grain) / POINTS_PER_THREAD;
    let parts = context.threads.min(by_series.min(by_points)).max(1);
    let done = if parts == 1 {
        vec![Some(run(&**source, context, 0..series, &make, &visit))]
    } else {
        let (source, held) = (Arc::clone(source), Arc::clone(context));
        let border = move |part: usize| series * part / parts;
        let work = move |part| run(&*source, &held, border(part)..border(part + 1), &make, &visit);
        context.crew.run(parts, work)
    };
    let mut accumulators = Vec::with_capacity(parts);
    for part in done {
        let stopped = || QueryError::execution("an evaluation thread stopped");
        let (accumulator, part_annotations) = part.ok_or_else(stopped)??;
        annotations.merge(part_annotations);
        accumulators.push(accumulator);
    }
    Ok(accumulators)
}

/// One partition.
fn run<A>(
    source: &dyn Source,
    context: &QueryContext,
    partition: Range<usize>,
    make: &impl Fn() -> A,
    visit: &impl Fn(&mut A, usize, &mut Column) -> Result<(), QueryError>,
) -> Result<(A, Annotations), QueryError> {
    let mut accumulator = make();
    let mut scratch = Scratch::default();
    let mut column = Column::default();
    for (done, index) in partition.enumerate() {
        if done % SERIES_PER_CHECK == 0 {
            context.check()?;
        }
        source.fill(index, &mut scratch, &mut column)?;
        visit(&mut accumulator, index, &mut column)?;
    }
    Ok((accumulator, scratch.annotations))
}

/// All series that have points, counted against the sample budget.
pub(crate) fn collect_rows(
    mut source: Box<dyn Source>,
    context: &Arc<QueryContext>,
    annotations: &mut Annotations,
    grain: usize,
) -> Result<Vec<Row>, QueryError> {
    if let Some(rows) = source.take_rows() {
        return Ok(rows);
    }
    let source: Arc<dyn Source> = Arc::from(source);
    let (labelled, counted) = (Arc::clone(&source), Arc::clone(context));
    let collect = move |rows: &mut Vec<Row>, index: usize, column: &mut Column| {
        if !column.is_empty() {
            counted.budget.take(column.samples())?;
            let column = std::mem::take(column);
            let row = Row { labels: labelled.labels(index), drop_name: labelled.drop_name(index), column };
            counted.memory.take(row.bytes())?;
            rows.push(row);
        }
        Ok(())
    };
    let parts = fold_parallel(&source, context, annotations, grain, Vec::new, collect)?;
    Ok(parts.into_iter().flatten().collect())
}
