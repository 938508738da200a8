//! The reading side: [`Queryable`] → [`Querier`] → [`SeriesSet`] → [`Series`] → [`Samples`].

use narthex_model::{Labels, Matcher, Timestamp};

use crate::{Samples, StorageError};

/// What the caller of [`Querier::select`] will do with the series; a storage may use it or ignore it.
#[derive(Debug, Clone, Default)]
pub struct SelectHints {
    /// First millisecond that is needed, inclusive.
    pub start: Timestamp,
    /// Last millisecond that is needed, inclusive.
    pub end: Timestamp,
    /// Step of the query in milliseconds, 0 for an instant query.
    pub step: i64,
    /// Range of a range selector in milliseconds, else 0.
    pub range: i64,
    /// Function or aggregation around the selector, if any.
    pub func: Option<&'static str>,
    /// Labels of the aggregation around the selector.
    pub grouping: Vec<String>,
    /// Whether `grouping` came from `by` (else `without`).
    pub by: bool,
    /// At most so many series, 0 = no limit.
    pub limit: usize,
    /// Whether the series must come sorted by their labels.
    pub sorted: bool,
    /// Whether of each series only the newest sample of each read is needed; more of them do no harm.
    pub newest_only: bool,
}

/// Limits of a label query.
#[derive(Debug, Clone, Copy, Default)]
pub struct LabelHints {
    /// At most so many values, 0 = no limit.
    pub limit: usize,
}

/// Something that can be read over a range of time.
pub trait Queryable: Send + Sync {
    /// A reader of the samples in `[mint, maxt]`, milliseconds, both inclusive. It sees a consistent state: what was
    /// committed when it was made.
    fn querier(&self, mint: Timestamp, maxt: Timestamp) -> Result<Box<dyn Querier>, StorageError>;
}

/// A reader of one range of time.
pub trait Querier: Send + Sync {
    /// The series that satisfy all matchers and may have samples in the range.
    fn select(&self, hints: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError>;

    /// The sorted names of the labels of the series that satisfy all matchers (of all series without matchers).
    fn label_names(&self, hints: LabelHints, matchers: &[Matcher]) -> Result<Vec<String>, StorageError>;

    /// The sorted values of one label among the series that satisfy all matchers.
    fn label_values(
        &self,
        name: &str,
        hints: LabelHints,
        matchers: &[Matcher],
    ) -> Result<Vec<String>, StorageError>;
}

/// A stream of series.
pub trait SeriesSet: Send {
    /// The next series, `None` at the end.
    fn next_series(&mut self) -> Option<Result<Box<dyn Series>, StorageError>>;

    /// How many are left, if known cheaply; for reserving memory only.
    fn size_hint(&self) -> usize {
        0
    }
}

/// One series: labels now, samples when asked. Keeps alive what it reads from, so it may move to another thread.
pub trait Series: Send + Sync {
    /// The label set (may be put together at this call: keep it).
    fn labels(&self) -> Labels;

    /// Calls `visit` with every label in order of the names, without allocating where the storage can.
    fn for_each_label(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (name, value) in &self.labels() {
            visit(name, value);
        }
    }

    /// Appends the samples in `[mint, maxt]` (both inclusive) to `out`, stale markers included.
    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError>;
}

impl SeriesSet for std::vec::IntoIter<Box<dyn Series>> {
    fn next_series(&mut self) -> Option<Result<Box<dyn Series>, StorageError>> {
        self.next().map(Ok)
    }

    fn size_hint(&self) -> usize {
        self.len()
    }
}

/// All series of a set, or the first error.
pub fn collect_series(mut set: Box<dyn SeriesSet>) -> Result<Vec<Box<dyn Series>>, StorageError> {
    let mut all = Vec::with_capacity(set.size_hint());
    while let Some(series) = set.next_series() {
        all.push(series?);
    }
    Ok(all)
}
