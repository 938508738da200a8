//! Exemplars: one observed value with the labels (usually a trace id) of where it was seen.

use crate::{Labels, Timestamp};

/// One exemplar of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// Labels of the exemplar itself, for example `trace_id`.
    pub labels: Labels,
    /// The observed value, in the unit of its series.
    pub value: f64,
    /// When it was observed; `None` when the page did not say.
    pub timestamp: Option<Timestamp>,
}
