//! The traits between the writers and the readers of samples, and the values that cross them.
//!
//! * Writers (scrape, rules, receivers) hold a [`Storage`], take an [`Appender`] from it, append, commit.
//! * Readers (PromQL, the HTTP API, federation) take a [`Querier`] from a [`Queryable`] and read [`Series`].
//! * `tsdb` implements both sides.
//!
//! Invariant: nothing here does I/O, and nothing here knows how samples are stored.

mod appender;
mod error;
mod querier;
mod samples;

pub use appender::{AppendError, Appender, CommitError, SampleValue, SeriesRef, Storage};
pub use error::StorageError;
pub use querier::{LabelHints, Querier, Queryable, SelectHints, Series, SeriesSet, collect_series};
pub use samples::{HistogramValue, Samples};
