//! Why a scrape failed (shown as the target's last error), and why a configuration cannot be applied.

use std::time::Duration;

use narthex_exposition::{ContentTypeError, ParseError};
use narthex_http_client::{ClientError, DecodeError};
use narthex_model::Labels;
use narthex_storage::AppendError;

/// A scrape that failed: nothing of its page is kept, except where it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// No answer.
    #[error("Get \"{url}\": {source}")]
    Request {
        /// The target's URL.
        url: String,
        /// The client's reason.
        source: ClientError,
    },
    /// Too slow.
    #[error("Get \"{url}\": context deadline exceeded (no complete answer within {timeout:?})")]
    Timeout {
        /// The target's URL.
        url: String,
        /// The scrape timeout.
        timeout: Duration,
    },
    /// An answer, but not 200.
    #[error("server returned HTTP status {0}")]
    Status(http::StatusCode),
    /// The body cannot be decompressed.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Larger than allowed.
    #[error("body size limit exceeded (limit: {0} bytes)")]
    BodyLimit(usize),
    /// It is not known how to read the page.
    #[error(transparent)]
    ContentType(#[from] ContentTypeError),
    /// The page is not what its content type says.
    #[error("cannot parse the page: {0}")]
    Parse(#[from] ParseError),
    /// More samples than allowed.
    #[error("sample limit exceeded (limit: {0})")]
    SampleLimit(u64),
    /// More buckets than allowed.
    #[error("histogram bucket limit exceeded (limit: {0})")]
    BucketLimit(u64),
    /// More labels than allowed.
    #[error("label_limit exceeded (metric: {metric:.50}, number of labels: {count}, limit: {limit})")]
    LabelLimit {
        /// The metric's name.
        metric: String,
        /// How many labels.
        count: u64,
        /// The limit.
        limit: u64,
    },
    /// A longer label name than allowed.
    #[error(
        "label_name_length_limit exceeded (metric: {metric:.50}, label name: {name:.50}, length: {length}, limit: {limit})"
    )]
    LabelNameLimit {
        /// The metric's name.
        metric: String,
        /// The label.
        name: String,
        /// Its name's length in bytes.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// A longer label value than allowed.
    #[error(
        "label_value_length_limit exceeded (metric: {metric:.50}, label name: {name:.50}, value: {value:.50?}, length: {length}, limit: {limit})"
    )]
    LabelValueLimit {
        /// The metric's name.
        metric: String,
        /// The label.
        name: String,
        /// Its value.
        value: String,
        /// The value's length in bytes.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// Too many targets in the job.
    #[error("target_limit exceeded (number of targets: {count}, limit: {limit})")]
    TargetLimit {
        /// How many targets.
        count: u64,
        /// The limit.
        limit: u64,
    },
    /// Relabelling took the metric's name.
    #[error("missing metric name (__name__ label) in {0}")]
    NoMetricName(Labels),
    /// A name that the job's validation refuses.
    #[error("invalid metric name or label names: {0}")]
    InvalidName(Labels),
    /// The storage refuses a series or a sample for another reason than its time.
    #[error("cannot append {series}: {source}")]
    Append {
        /// The series as on the page.
        series: String,
        /// The storage's reason.
        source: AppendError,
    },
    /// The storage has no room for new series; the samples of the known ones were kept.
    #[error("{count} samples of new series left out, the others stored: {source}")]
    SeriesRefused {
        /// How many samples.
        count: u64,
        /// The storage's reason.
        source: AppendError,
    },
    /// The storage has forgotten a series that is still cached; the page is then read once more without the cache.
    #[error("the storage has forgotten a cached series")]
    Forgotten,
}

/// A configuration that cannot be applied; the one before goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Two jobs with one name.
    #[error("found multiple scrape configs with job name \"{0}\"")]
    DuplicateJob(String),
    /// The job's interval is zero.
    #[error("scrape interval of job \"{0}\" cannot be 0")]
    ZeroInterval(String),
}
