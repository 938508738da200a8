//! `rate`, `increase`, `delta` over floats: extrapolation, and a sliding kernel with a queue of counter resets.
//!
//! The result is `last − first`, plus the value before each reset in the window in order of time, times the extrapolation
//! factor. Resets are rare, so summing the queued ones at each step costs almost nothing and keeps the order of additions.
//!
//! The series of one target have the same times, and with them the same windows and the same extrapolation: a thread
//! keeps what the times of the last series gave ([`Frame`]), and a series with the same times only pays for its values.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::{Coverage, Windows};
use crate::column::Column;

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateKind {
    /// Whether values only grow, so that a decrease is a reset.
    pub(crate) is_counter: bool,
    /// Whether the result is per second.
    pub(crate) is_rate: bool,
}

thread_local! {
    static FRAME: RefCell<Frame> = RefCell::default();
}

/// Beyond so many steps a frame is not kept.
const KEPT_STEPS_MAX: usize = 1 << 14;

/// `rate` and its relatives at all steps, for series without start timestamps.
pub(crate) fn sliding_rate(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    kind: RateKind,
    out: &mut Column,
) {
    if windows.grid.steps > KEPT_STEPS_MAX || kind.is_counter && values.windows(2).any(|two| two[1] < two[0])
    {
        return with_resets(timestamps, values, windows, kind, out);
    }
    FRAME.with_borrow_mut(|frame| {
        frame.fit(timestamps, windows);
        let seconds = if kind.is_rate { windows.range as f64 / 1000.0 } else { 1.0 };
        let value = |place: &Place| {
            let first = values[place.first as usize];
            let change = values[place.last as usize] - first;
            // A counter that has at most doubled was zero further back than the samples reach.
            let free = !kind.is_counter || first >= change && place.is_dense;
            let factor = if free { place.factor } else { place.coverage.factor(Some((first, change))) };
            change * (factor / seconds)
        };
        if frame.places.len() == windows.grid.steps {
            out.set_all(frame.places.iter().map(value));
        } else {
            frame.places.iter().for_each(|place| out.set(place.step as usize, value(place)));
        }
    });
}

/// The windows with at least two samples, for the times of one series.
#[derive(Debug, Default)]
struct Frame {
    windows: Option<Windows>,
    timestamps: Vec<i64>,
    places: Vec<Place>,
}

/// One window.
#[derive(Debug, Clone, Copy)]
struct Place {
    step: u32,
    /// The first and the last sample in it.
    first: u32,
    last: u32,
    coverage: Coverage,
    /// The factor unless a counter's zero limits it.
    factor: f64,
    /// Whether the zero of a counter that has not doubled cannot limit it.
    is_dense: bool,
}

impl Frame {
    /// Makes this the frame of these times.
    fn fit(&mut self, timestamps: &[i64], windows: &Windows) {
        if self.windows.as_ref() == Some(windows) && self.timestamps == timestamps {
            return;
        }
        self.windows = Some(*windows);
        self.timestamps.clear();
        self.timestamps.extend_from_slice(timestamps);
        self.places.clear();
        let places = &mut self.places;
        windows.for_each(timestamps, |step, lo, hi| {
            if hi - lo < 2 {
                return;
            }
            let ends = (timestamps[lo], timestamps[hi - 1]);
            let coverage = Coverage::between(ends, hi - lo - 1, windows.borders(step));
            places.push(Place {
                step: step as u32,
                first: lo as u32,
                last: (hi - 1) as u32,
                coverage,
                factor: coverage.factor(None),
                is_dense: coverage.is_dense(),
            });
        });
    }
}

/// The same for counters that were reset.
fn with_resets(timestamps: &[i64], values: &[f64], windows: &Windows, kind: RateKind, out: &mut Column) {
    let mut resets: VecDeque<u32> = VecDeque::new();
    let mut seen = 0;
    let seconds = windows.range as f64 / 1000.0;
    windows.for_each(timestamps, |step, lo, hi| {
        if kind.is_counter {
            while seen < hi {
                if seen > 0 && values[seen] < values[seen - 1] {
                    resets.push_back(seen as u32);
                }
                seen += 1;
            }
            while resets.front().is_some_and(|reset| *reset as usize <= lo) {
                resets.pop_front();
            }
        }
        if hi - lo < 2 {
            return;
        }
        let first = values[lo];
        let mut result = values[hi - 1] - first;
        for reset in &resets {
            result += values[*reset as usize - 1];
        }
        let coverage =
            Coverage::between((timestamps[lo], timestamps[hi - 1]), hi - lo - 1, windows.borders(step));
        let mut factor = coverage.factor(kind.is_counter.then_some((first, result)));
        if kind.is_rate {
            factor /= seconds;
        }
        out.set(step, result * factor);
    });
}
