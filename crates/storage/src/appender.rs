//! The writing side: [`Storage`] hands out [`Appender`]s.

use narthex_model::{Exemplar, FloatHistogram, Histogram, Labels, Metadata, Timestamp};

/// A series' handle inside one storage, never 0 and never used twice; valid until the storage forgets the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesRef(pub u64);

/// The value of an appended sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleValue<'a> {
    /// A float.
    Float(f64),
    /// A native histogram with integer counts.
    Histogram(&'a Histogram),
    /// A native histogram with float counts.
    FloatHistogram(&'a FloatHistogram),
}

/// Why one sample was not taken. The appender stays usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The reference is not (or no longer) known: look the series up by its labels.
    #[error("unknown series reference {}", .0.0)]
    UnknownSeries(SeriesRef),
    /// Older than the newest sample of its series, and out-of-order samples are not taken.
    #[error("out of order sample")]
    OutOfOrder,
    /// Older than what the head still takes.
    #[error("out of bounds")]
    OutOfBounds,
    /// Older than the out-of-order window.
    #[error("too old sample")]
    TooOld,
    /// The series has a sample with this timestamp and another value.
    #[error("duplicate sample for timestamp")]
    DuplicateTimestamp,
    /// A series needs at least one label.
    #[error("a series needs at least one label")]
    EmptyLabels,
    /// One name twice in a label set.
    #[error("label name \"{0}\" is not unique")]
    DuplicateLabel(String),
    /// The histogram contradicts itself.
    #[error("invalid native histogram: {0}")]
    InvalidHistogram(String),
    /// The exemplar is older than the newest one of its series.
    #[error("out of order exemplar")]
    OutOfOrderExemplar,
    /// The exemplar is the one already stored.
    #[error("duplicate exemplar")]
    DuplicateExemplar,
    /// A limit with a name (memory budget, exemplar label length, …) refuses it.
    #[error("{0}")]
    Limit(String),
}

/// A commit that failed: nothing of the transaction is visible, except that samples that came out of order may be until the
/// process ends. Committing them again does no harm.
#[derive(Debug, thiserror::Error)]
#[error("cannot commit to the write-ahead log: {0}")]
pub struct CommitError(#[from] pub std::io::Error);

/// One transaction. Samples become visible and durable together at [`commit`](Appender::commit);
/// dropping an appender without committing rolls back.
pub trait Appender: Send {
    /// The reference of the series with these labels (sorted by name, no name twice, no empty value), if it can be found
    /// without making a [`Labels`]; `None` says nothing about whether the series exists.
    fn known_series(&mut self, labels: &[(&[u8], &[u8])]) -> Option<SeriesRef> {
        let _ = labels;
        None
    }

    /// The reference of the series with these labels, creating the series if it is new.
    fn series(&mut self, labels: &Labels) -> Result<SeriesRef, AppendError>;

    /// Appends one sample.
    ///
    /// `start` is when the counter behind the value started, in milliseconds; 0 when not known.
    fn append(
        &mut self,
        series: SeriesRef,
        start: Timestamp,
        t: Timestamp,
        value: SampleValue<'_>,
    ) -> Result<(), AppendError>;

    /// Appends a zero at the time `t` at which the counter of a series started. It is only taken behind everything that the
    /// series has, and nothing is counted when it is not: the caller tries again with every sample.
    fn append_start_zero(
        &mut self,
        series: SeriesRef,
        t: Timestamp,
        zero: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        self.append(series, 0, t, zero)
    }

    /// Appends an exemplar; its timestamp must be set.
    fn append_exemplar(&mut self, series: SeriesRef, exemplar: &Exemplar) -> Result<(), AppendError>;

    /// Notes the metadata of a series' metric family.
    fn update_metadata(&mut self, series: SeriesRef, metadata: &Metadata) -> Result<(), AppendError>;

    /// Makes everything appended durable, then visible.
    fn commit(self: Box<Self>) -> Result<(), CommitError>;

    /// Forgets everything appended.
    fn rollback(self: Box<Self>);
}

/// Where appenders come from.
pub trait Storage: Send + Sync {
    /// Begins a transaction.
    fn appender(&self) -> Box<dyn Appender + '_>;
}
