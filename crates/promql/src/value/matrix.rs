//! One series of a matrix.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Labels, Timestamp};

/// One series with its points; floats and histograms apart, each ascending in time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatrixSeries {
    /// The label set.
    pub labels: Labels,
    /// The float points.
    pub floats: Vec<(Timestamp, f64)>,
    /// The histogram points.
    pub histograms: Vec<(Timestamp, Arc<FloatHistogram>)>,
}

impl MatrixSeries {
    /// How many points.
    pub fn len(&self) -> usize {
        self.floats.len() + self.histograms.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.floats.is_empty() && self.histograms.is_empty()
    }
}
