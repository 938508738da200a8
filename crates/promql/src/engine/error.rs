//! Why a query has no answer.

use narthex_storage::StorageError;

use crate::ast::PosRange;

/// A failed query; [`kind`](Self::kind) is the `errorType` of the HTTP API.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The text is not PromQL, or asks for a time range that no query may have.
    #[error("{0}")]
    BadData(String),
    /// The evaluation failed.
    #[error("{message}")]
    Execution {
        /// What failed, without the place.
        message: String,
        /// The expression that failed, when known.
        pos: Option<PosRange>,
    },
    /// The storage failed.
    #[error("expanding series: {0}")]
    Storage(#[from] StorageError),
    /// The deadline passed during the named activity.
    #[error("query timed out in {0}")]
    Timeout(&'static str),
    /// The caller no longer waits; found during the named activity.
    #[error("query was canceled in {0}")]
    Canceled(&'static str),
    /// More samples than a query may hold.
    #[error("query processing would load too many samples into memory in query execution")]
    TooManySamples,
    /// More memory than a query may fill, in bytes.
    #[error(
        "query would build more than {0} bytes of intermediate results, the limit of --query.max-memory; ask for fewer series, a shorter range or a longer step"
    )]
    TooMuchMemory(usize),
    /// More points per series than a range query may return.
    #[error(
        "exceeded maximum resolution of {0} points per timeseries. Try decreasing the query resolution (?step=XX)"
    )]
    TooManyPoints(usize),
}

impl QueryError {
    /// The `errorType` of the HTTP API.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BadData(_) | Self::TooManyPoints(_) => "bad_data",
            Self::Execution { .. } | Self::TooManySamples | Self::TooMuchMemory(_) => "execution",
            Self::Storage(StorageError::Cancelled) | Self::Canceled(_) => "canceled",
            Self::Storage(_) => "internal",
            Self::Timeout(_) => "timeout",
        }
    }

    /// An evaluation error without a place.
    pub(crate) fn execution(message: impl Into<String>) -> Self {
        Self::Execution { message: message.into(), pos: None }
    }

    /// An evaluation error at `pos`.
    pub(crate) fn execution_at(message: impl Into<String>, pos: PosRange) -> Self {
        Self::Execution { message: message.into(), pos: Some(pos) }
    }
}
