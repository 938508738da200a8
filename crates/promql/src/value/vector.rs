//! One element of an instant vector.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Labels, Timestamp};

/// A float or a native histogram.
#[derive(Debug, Clone, PartialEq)]
pub enum PointValue {
    /// A float.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<FloatHistogram>),
}

impl PointValue {
    /// The float, if it is one.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Histogram(_) => None,
        }
    }

    /// The histogram, if it is one.
    pub fn as_histogram(&self) -> Option<&Arc<FloatHistogram>> {
        match self {
            Self::Float(_) => None,
            Self::Histogram(histogram) => Some(histogram),
        }
    }
}

/// One series of an instant vector.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSample {
    /// The label set, `__name__` included where the query keeps it.
    pub labels: Labels,
    /// The evaluation time, in milliseconds.
    pub t: Timestamp,
    /// The value.
    pub value: PointValue,
}
