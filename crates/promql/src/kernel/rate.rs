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
    // All pairs are looked at: that is quicker than a way out at the first one.
    let falls = |fell: bool, (before, after): (&f64, &f64)| fell | (after < before);
    let reset = || values.iter().zip(values.iter().skip(1)).fold(false, falls);
    if windows.grid.steps > KEPT_STEPS_MAX || kind.is_counter && reset() {
        return with_resets(timestamps, values, windows, kind, out);
    }
    FRAME.with_borrow_mut(|frame| {
        let seconds = if kind.is_rate { windows.range as f64 / 1000.0 } else { 1.0 };
        frame.fit(timestamps, windows, seconds);
        if let Some(row) = frame.row
            && row.fill(values, &frame.scaled, kind, out)
        {
            return;
        }
        let value = |(place, scaled): (&Place, &f64)| {
            let first = values[place.first as usize];
            let change = values[place.last as usize] - first;
            // A counter that has at most doubled was zero further back than the samples reach.
            let free = !kind.is_counter || first >= change && place.is_dense;
            let scaled = if free { *scaled } else { place.coverage.factor(Some((first, change))) / seconds };
            change * scaled
        };
        let places = frame.places.iter().zip(&frame.scaled);
        if frame.places.len() == windows.grid.steps {
            out.set_all(places.map(value));
        } else {
            places.for_each(|place| out.set(place.0.step as usize, value(place)));
        }
    });
}

/// The windows with at least two samples, for the times of one series.
#[derive(Debug, Default)]
struct Frame {
    windows: Option<Windows>,
    seconds: f64,
    timestamps: Vec<i64>,
    places: Vec<Place>,
    /// The factor of each place unless a counter's zero limits it, per second for rates.
    scaled: Vec<f64>,
    row: Option<Row>,
}

/// One window.
#[derive(Debug, Clone, Copy)]
struct Place {
    step: u32,
    /// The first and the last sample in it.
    first: u32,
    last: u32,
    coverage: Coverage,
    /// Whether the zero of a counter that has not doubled cannot limit it.
    is_dense: bool,
}

/// Windows at every step whose first and last samples move on by the same number each time, all of them dense: what regular
/// scrapes give.
#[derive(Debug, Clone, Copy)]
struct Row {
    first: usize,
    last: usize,
    stride: usize,
}

impl Frame {
    /// Makes this the frame of these times.
    fn fit(&mut self, timestamps: &[i64], windows: &Windows, seconds: f64) {
        let same = self.windows.as_ref() == Some(windows) && self.seconds.to_bits() == seconds.to_bits();
        if same && self.timestamps == timestamps {
            return;
        }
        self.windows = Some(*windows);
        self.seconds = seconds;
        self.timestamps.clear();
        self.timestamps.extend_from_slice(timestamps);
        self.places.clear();
        self.scaled.clear();
        let (places, scaled) = (&mut self.places, &mut self.scaled);
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
                is_dense: coverage.is_dense(),
            });
            scaled.push(coverage.factor(None) / seconds);
        });
        self.row = Row::of(places, windows.grid.steps);
    }
}

impl Row {
    fn of(places: &[Place], steps: usize) -> Option<Self> {
        let [first, second, ..] = places else { return None };
        let stride = second.first.checked_sub(first.first)?;
        let follows = |two: &[Place]| {
            two[1].first == two[0].first + stride && two[1].last == two[0].last + stride && two[1].is_dense
        };
        let is_row = places.len() == steps && first.is_dense && stride > 0 && places.windows(2).all(follows);
        is_row.then_some(Self {
            first: first.first as usize,
            last: first.last as usize,
            stride: stride as usize,
        })
    }

    /// Computes all steps; false when a counter more than doubled in a window, so that its zero has to be looked at.
    fn fill(self, values: &[f64], scaled: &[f64], kind: RateKind, out: &mut Column) -> bool {
        let firsts = values.get(self.first..).unwrap_or_default();
        let lasts = values.get(self.last..).unwrap_or_default();
        let slots = out.values.iter_mut().zip(scaled);
        let mut free = true;
        let mut one = |((slot, scaled), (first, last)): ((&mut f64, &f64), (&f64, &f64))| {
            let change = last - first;
            free &= *first >= change;
            *slot = change * scaled;
        };
        if self.stride == 1 {
            slots.zip(firsts.iter().zip(lasts)).for_each(&mut one);
        } else {
            let (firsts, lasts) = (firsts.iter().step_by(self.stride), lasts.iter().step_by(self.stride));
            slots.zip(firsts.zip(lasts)).for_each(&mut one);
        }
        let done = free || !kind.is_counter;
        if done {
            out.present.fill();
        }
        done
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
