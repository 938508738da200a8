//! `start` and `end` of the endpoints that look at labels and series: everything, unless they are given.

use super::Params;
use crate::error::ApiError;
use crate::time::{TIME_MAX, TIME_MIN};

/// A range of time in milliseconds, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRange {
    /// The first millisecond.
    pub(crate) mint: i64,
    /// The last millisecond.
    pub(crate) maxt: i64,
}

impl TimeRange {
    /// Reads `start` and `end`.
    pub(crate) fn parse(params: &Params) -> Result<Self, ApiError> {
        let mint = params.time_or("start", TIME_MIN)?;
        let maxt = params.time_or("end", TIME_MAX)?;
        Ok(Self { mint, maxt })
    }
}
