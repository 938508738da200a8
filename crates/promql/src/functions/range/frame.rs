//! What stands at the borders of an `anchored` or `smoothed` range: [`Frame`].
//!
//! Anchored, the left border has the value of the last sample before it, the right border that of the last sample
//! inside. Smoothed, both lie on the line between their neighbours where they have one on either side. Without a
//! neighbour outside, the nearest sample inside stands for the border.

use std::ops::Range;

use crate::ast::RangeMode;

/// Where a border's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// From this sample.
    Sample(usize),
    /// From the line between this sample and the next one.
    Line(usize),
}

/// Both borders, and the samples between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// The left border.
    pub(super) left: Edge,
    /// The right border.
    pub(super) right: Edge,
    /// The samples behind the left and before the right border's.
    pub(super) inner: Range<usize>,
}

impl Frame {
    /// The frame of the range from `start` (outside) to `end`; `None` when no sample lies in it.
    pub(super) fn new(times: &[i64], start: i64, end: i64, mode: RangeMode) -> Option<Self> {
        let smoothed = mode == RangeMode::Smoothed;
        let newest = times.len().checked_sub(1)?;
        let older = times.get(..newest)?;
        let first = older.partition_point(|t| *t <= start).saturating_sub(1);
        let last = if smoothed { older.partition_point(|t| *t < end) } else { newest };
        let (first_time, last_time) = (*times.get(first)?, *times.get(last)?);
        if last_time <= start || (smoothed && first_time > end) {
            return None;
        }
        let left = if smoothed && first_time < start { Edge::Line(first) } else { Edge::Sample(first) };
        let right =
            if smoothed && last_time > end && last > 0 { Edge::Line(last - 1) } else { Edge::Sample(last) };
        Some(Self { left, right, inner: (first + 1).min(last)..last })
    }

    /// All samples that take part, those of the borders included.
    pub(super) fn samples(&self) -> Range<usize> {
        let (Edge::Sample(first) | Edge::Line(first)) = self.left;
        first..self.inner.end + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders() {
        let frame = |times: &[i64], mode| {
            Frame::new(times, 10, 20, mode).map(|frame| (frame.left, frame.right, frame.inner))
        };
        let (anchored, smoothed) = (RangeMode::Anchored, RangeMode::Smoothed);
        assert_eq!(frame(&[5, 12, 18], anchored), Some((Edge::Sample(0), Edge::Sample(2), 1..2)));
        assert_eq!(frame(&[12, 18], anchored), Some((Edge::Sample(0), Edge::Sample(1), 1..1)));
        assert_eq!(frame(&[5], anchored), None);
        assert_eq!(frame(&[], anchored), None);
        assert_eq!(frame(&[5, 12, 18, 23], smoothed), Some((Edge::Line(0), Edge::Line(2), 1..3)));
        assert_eq!(frame(&[5, 23], smoothed), Some((Edge::Line(0), Edge::Line(0), 1..1)));
        assert_eq!(frame(&[10, 20], smoothed), Some((Edge::Sample(0), Edge::Sample(1), 1..1)));
        assert_eq!(frame(&[21, 23], smoothed), None);
        assert_eq!(frame(&[15], smoothed), Some((Edge::Sample(0), Edge::Sample(0), 0..0)));
    }
}
