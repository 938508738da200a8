//! Memory that one thread uses again for every series.

use narthex_storage::Samples;

use super::RangeData;
use crate::annotations::Annotations;
use crate::column::Column;

/// Buffers and collected annotations of one thread.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Annotations of the series so far.
    pub(crate) annotations: Annotations,
    samples: Vec<Samples>,
    columns: Vec<Column>,
    ranges: Vec<RangeData>,
}

impl Scratch {
    /// A buffer for decoded samples, empty.
    pub(crate) fn take_samples(&mut self) -> Samples {
        let mut samples = self.samples.pop().unwrap_or_default();
        samples.clear();
        samples
    }

    /// Gives a buffer back.
    pub(crate) fn give_samples(&mut self, samples: Samples) {
        self.samples.push(samples);
    }

    /// A column, with any content.
    pub(crate) fn take_column(&mut self) -> Column {
        self.columns.pop().unwrap_or_default()
    }

    /// Gives a column back.
    pub(crate) fn give_column(&mut self, column: Column) {
        self.columns.push(column);
    }

    /// A buffer for a range, with any content.
    pub(crate) fn take_range(&mut self) -> RangeData {
        self.ranges.pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(crate) fn give_range(&mut self, range: RangeData) {
        self.ranges.push(range);
    }
}
