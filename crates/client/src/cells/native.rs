//! Native histograms: which exponential bucket a value belongs to, and one thread's counts.
//!
//! Bucket `i` of schema `s` has the bounds `(2^((i-1) / 2^s), 2^(i / 2^s)]`. A thread keeps a dense window over the
//! indices it has met, for each sign; the owning thread replaces the windows under the global lock, readers read them
//! under the same lock.

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use narthex_model::histogram::bounds;
use narthex_model::histogram::{EXPONENTIAL_SCHEMA_MAX, EXPONENTIAL_SCHEMA_MIN};
use narthex_model::{Histogram, Span};

use super::sync::{AtomicU64, Ordering};

/// The native form of a histogram family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Native {
    /// Resolution: a bucket is 2^(2^-schema) wide.
    pub(crate) schema: i32,
    /// Values up to this size count as zero.
    pub(crate) zero_threshold: f64,
    /// Most populated buckets; beyond it the resolution is halved.
    pub(crate) buckets_max: usize,
}

impl Native {
    /// The coarsest resolution whose buckets grow by at most `factor`.
    pub(crate) fn with_factor(factor: f64) -> Self {
        let fits = |schema: &i32| 2_f64.powf(2_f64.powi(-schema)) <= factor;
        let schema = (EXPONENTIAL_SCHEMA_MIN..=EXPONENTIAL_SCHEMA_MAX).find(fits);
        Self {
            schema: schema.unwrap_or(EXPONENTIAL_SCHEMA_MAX),
            zero_threshold: 2_f64.powi(-128),
            buckets_max: 160,
        }
    }
}

/// Buckets of one thread's window, at most; a wider spread halves the resolution.
const WINDOW_MAX: usize = 4096;
const MANTISSA_BITS: u32 = 52;
const MANTISSA_MASK: u64 = (1 << MANTISSA_BITS) - 1;

/// Finds bucket indices of one schema.
#[derive(Debug)]
pub(super) struct Resolution {
    schema: i32,
    /// For schemas above 0, by the leading bits of the mantissa, which are twice as fine as the buckets.
    parts: Box<[Part]>,
    /// Bits of the mantissa behind those.
    shift: u32,
}

/// A part of an octave; it has at most one bucket's bound in it.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The mantissa of the first bound at or behind the part's beginning; one that no mantissa reaches at the end of the
    /// octave.
    bound: u64,
    /// How many bounds of the octave are before.
    before: i32,
}

impl Resolution {
    /// The one of this schema, which all histograms share.
    pub(super) fn of(schema: i32) -> &'static Self {
        const COUNT: usize = (EXPONENTIAL_SCHEMA_MAX - EXPONENTIAL_SCHEMA_MIN) as usize + 1;
        static ALL: [OnceLock<Resolution>; COUNT] = [const { OnceLock::new() }; COUNT];
        let schema = schema.clamp(EXPONENTIAL_SCHEMA_MIN, EXPONENTIAL_SCHEMA_MAX);
        ALL[(schema - EXPONENTIAL_SCHEMA_MIN) as usize].get_or_init(|| Self::new(schema))
    }

    fn new(schema: i32) -> Self {
        if schema <= 0 {
            return Self { schema, parts: Box::default(), shift: 0 };
        }
        let per_octave = 1_usize << schema;
        let mantissa = |i| bounds::exponential_bound(i, schema).to_bits() & MANTISSA_MASK;
        let bounds: Vec<u64> = (0..per_octave as i32).map(mantissa).chain([u64::MAX]).collect();
        let shift = MANTISSA_BITS - schema as u32 - 1;
        let part = |number: usize| {
            let before = bounds.partition_point(|bound| *bound < (number as u64) << shift);
            Part { bound: bounds[before], before: before as i32 }
        };
        Self { schema, parts: (0..per_octave * 2).map(part).collect(), shift }
    }

    /// The index for a positive value; infinity belongs to the bucket behind that of the largest number.
    #[inline(always)]
    fn index(&self, value: f64) -> i32 {
        let bits = value.to_bits();
        let exponent = (bits >> MANTISSA_BITS) as i32;
        let mantissa = bits & MANTISSA_MASK;
        match self.parts.get((mantissa >> self.shift) as usize) {
            Some(part) if (1..2047).contains(&exponent) => {
                let within = part.before + i32::from(part.bound < mantissa);
                ((exponent - 1023) << self.schema) + within
            }
            _ => self.rare_index(value),
        }
    }

    /// The index of a subnormal number or infinity, or of any number if a bucket is an octave or more.
    fn rare_index(&self, value: f64) -> i32 {
        if value == f64::INFINITY {
            return self.index(f64::MAX) + 1;
        }
        if value < f64::MIN_POSITIVE && self.schema > 0 {
            return self.index(value * 2_f64.powi(54)) - (54 << self.schema);
        }
        let (bits, shifted) = if value < f64::MIN_POSITIVE {
            ((value * 2_f64.powi(54)).to_bits(), 54)
        } else {
            (value.to_bits(), 0)
        };
        let exponent = (bits >> MANTISSA_BITS) as i32 - 1023 - shifted;
        let above = i32::from(bits & MANTISSA_MASK > 0);
        let shift = -self.schema;
        (exponent + above + (1 << shift) - 1) >> shift
    }
}

/// A dense run of counts.
#[derive(Debug, Default)]
struct Window {
    first: i32,
    counts: Box<[AtomicU64]>,
}

impl Window {
    #[inline]
    fn get(&self, index: i32) -> Option<&AtomicU64> {
        // An index below the first wraps round to one beyond the last.
        self.counts.get(index.wrapping_sub(self.first) as u32 as usize)
    }

    /// The window that also holds `index`, with room to grow; `None` when it would be too wide.
    fn widened(&self, index: i32) -> Option<Self> {
        const ROOM: i64 = 8;
        let (index, first, len) = (i64::from(index), i64::from(self.first), self.counts.len() as i64);
        let (low, high) = if len == 0 {
            (index - ROOM / 2, index + ROOM / 2)
        } else {
            let room = ROOM.max(len / 2);
            (
                if index < first { index - room } else { first },
                if index >= first + len { index + room } else { first + len },
            )
        };
        if (index.max(first + len) - index.min(first)) as usize > WINDOW_MAX && len > 0 {
            return None;
        }
        let counts = (low..high)
            .map(|at| AtomicU64::new(self.get(at as i32).map_or(0, |count| count.load(Ordering::Relaxed))))
            .collect();
        Some(Self { first: low as i32, counts })
    }

    fn each(&self, mut each: impl FnMut(i32, u64)) {
        for (offset, count) in self.counts.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                each(self.first + offset as i32, count);
            }
        }
    }
}

/// The index one schema coarser.
fn coarser(index: i32) -> i32 {
    (index + 1) >> 1
}

#[derive(Debug)]
struct State {
    resolution: &'static Resolution,
    positive: Window,
    negative: Window,
}

/// One thread's counts.
pub(super) struct NativeCounts {
    zero_threshold: f64,
    zero: AtomicU64,
    /// NaN: counted, but in no bucket.
    nan: AtomicU64,
    state: UnsafeCell<State>,
}

// SAFETY: the counts are atomics; `state` is replaced by the owning thread only, under the global lock, under which
// alone other threads look at it.
unsafe impl Sync for NativeCounts {}

impl NativeCounts {
    pub(super) fn new(native: &Native) -> Self {
        let resolution = Resolution::of(native.schema);
        let state = State { resolution, positive: Window::default(), negative: Window::default() };
        Self {
            zero_threshold: native.zero_threshold,
            zero: AtomicU64::new(0),
            nan: AtomicU64::new(0),
            state: UnsafeCell::new(state),
        }
    }

    /// The counter for a value, if its window holds it; called by the owning thread.
    #[inline]
    pub(super) fn cell(&self, value: f64) -> Option<&AtomicU64> {
        // SAFETY: only the owning thread, which is the caller, replaces the state.
        let state = unsafe { &*self.state.get() };
        if value > self.zero_threshold {
            state.positive.get(state.resolution.index(value))
        } else if value < -self.zero_threshold {
            state.negative.get(state.resolution.index(-value))
        } else if value.is_nan() {
            Some(&self.nan)
        } else {
            Some(&self.zero)
        }
    }

    /// Makes room for a value.
    ///
    /// # Safety
    /// Called by the owning thread with the global lock held, outside of an observation.
    pub(super) unsafe fn make_room(&self, value: f64) {
        // SAFETY: readers hold the global lock, as does the caller, and the owning thread is here.
        let state = unsafe { &mut *self.state.get() };
        loop {
            let index = state.resolution.index(value.abs());
            let window = if value > 0.0 { &mut state.positive } else { &mut state.negative };
            if let Some(wider) = window.widened(index) {
                *window = wider;
                return;
            }
            state.resolution = Resolution::of(state.resolution.schema - 1);
            for window in [&mut state.positive, &mut state.negative] {
                let mut merged: BTreeMap<i32, u64> = BTreeMap::new();
                window.each(|index, count| *merged.entry(coarser(index)).or_default() += count);
                let first = merged.keys().next().copied().unwrap_or_default();
                let last = merged.keys().next_back().copied().unwrap_or_default();
                let count = |index| AtomicU64::new(merged.get(&index).copied().unwrap_or_default());
                *window = Window { first, counts: (first..=last).map(count).collect() };
            }
        }
    }

    /// Adds everything to `total`; called under the global lock.
    pub(super) fn add_to(&self, total: &mut NativeSnapshot) {
        // SAFETY: the state is replaced under the global lock only, which the caller holds.
        let state = unsafe { &*self.state.get() };
        total.zero += self.zero.load(Ordering::Relaxed);
        total.nan += self.nan.load(Ordering::Relaxed);
        let mut part = NativeSnapshot { schema: state.resolution.schema, ..NativeSnapshot::default() };
        state.positive.each(|index, count| *part.positive.entry(index).or_default() += count);
        state.negative.each(|index, count| *part.negative.entry(index).or_default() += count);
        total.merge(part);
    }
}

/// The merged native counts of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NativeSnapshot {
    schema: i32,
    zero: u64,
    nan: u64,
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
}

impl Default for NativeSnapshot {
    fn default() -> Self {
        let none = BTreeMap::new();
        Self { schema: EXPONENTIAL_SCHEMA_MAX, zero: 0, nan: 0, positive: none.clone(), negative: none }
    }
}

impl NativeSnapshot {
    /// Counts one value directly.
    pub(super) fn observe(&mut self, native: &Native, value: f64, times: u64) {
        self.reduce_to(native.schema);
        if value.is_nan() {
            self.nan += times;
        } else if value.abs() <= native.zero_threshold {
            self.zero += times;
        } else {
            let index = Resolution::of(self.schema).index(value.abs());
            let side = if value > 0.0 { &mut self.positive } else { &mut self.negative };
            *side.entry(index).or_default() += times;
        }
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        self.reduce_to(other.schema);
        other.reduce_to(self.schema);
        self.zero += other.zero;
        self.nan += other.nan;
        for (index, count) in other.positive {
            *self.positive.entry(index).or_default() += count;
        }
        for (index, count) in other.negative {
            *self.negative.entry(index).or_default() += count;
        }
    }

    /// All observations.
    pub(super) fn count(&self) -> u64 {
        self.zero + self.nan + self.positive.values().sum::<u64>() + self.negative.values().sum::<u64>()
    }

    fn reduce_to(&mut self, schema: i32) {
        while self.schema > schema {
            self.schema -= 1;
            for side in [&mut self.positive, &mut self.negative] {
                let mut merged = BTreeMap::new();
                for (index, count) in std::mem::take(side) {
                    *merged.entry(coarser(index)).or_insert(0) += count;
                }
                *side = merged;
            }
        }
    }

    /// The wire's form, within the bucket limit.
    pub(super) fn into_histogram(mut self, native: &Native, sum: f64) -> Histogram {
        self.reduce_to(native.schema);
        while self.positive.len() + self.negative.len() > native.buckets_max
            && self.schema > EXPONENTIAL_SCHEMA_MIN
        {
            self.reduce_to(self.schema - 1);
        }
        let count = self.count();
        let (mut positive_spans, positive_buckets) = spans(&self.positive);
        let (negative_spans, negative_buckets) = spans(&self.negative);
        if positive_spans.is_empty() && negative_spans.is_empty() && self.zero == 0 {
            // An empty span says "native" where nothing else would.
            positive_spans.push(Span { offset: 0, length: 0 });
        }
        Histogram {
            schema: self.schema,
            zero_threshold: native.zero_threshold,
            zero_count: self.zero,
            count,
            sum,
            positive_spans,
            negative_spans,
            positive_buckets,
            negative_buckets,
            ..Histogram::default()
        }
    }
}

/// Populated buckets as spans and deltas.
fn spans(buckets: &BTreeMap<i32, u64>) -> (Vec<Span>, Vec<i64>) {
    let (mut spans, mut deltas): (Vec<Span>, Vec<i64>) = (Vec::new(), Vec::new());
    let (mut next, mut before) = (0, 0_i64);
    for (&index, &count) in buckets {
        match spans.last_mut() {
            Some(span) if index == next => span.length += 1,
            _ => spans.push(Span { offset: index - next, length: 1 }),
        }
        deltas.push(count as i64 - before);
        (next, before) = (index + 1, count as i64);
    }
    (spans, deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "Miri makes powers inexact, each call differently")]
    fn bounds_belong_to_their_bucket_in_every_schema() {
        for schema in EXPONENTIAL_SCHEMA_MIN..=EXPONENTIAL_SCHEMA_MAX {
            let resolution = Resolution::of(schema);
            for index in -40..40 {
                let bound = bounds::exponential_bound(index, schema);
                assert_eq!(resolution.index(bound), index, "schema {schema}");
                assert_eq!(resolution.index(bound.next_up()), index + 1, "schema {schema}");
                assert_eq!(resolution.index(bound.next_down()), index, "schema {schema}");
            }
            assert_eq!(resolution.index(f64::INFINITY), resolution.index(f64::MAX) + 1, "schema {schema}");
        }
        assert_eq!(Resolution::of(0).index(5e-324), -1074);
        assert_eq!(Resolution::of(3).index(5e-324), -1074 * 8);
    }

    #[test]
    fn factors() {
        for (factor, schema) in [(1.1, 3), (2.0, 0), (1.0, 8), (1e9, -4), (1.5, 1)] {
            assert_eq!(Native::with_factor(factor).schema, schema, "{factor}");
        }
    }

    #[test]
    fn a_wide_spread_lowers_the_resolution() {
        let native = Native { buckets_max: 8, ..Native::with_factor(1.01) };
        let mut snapshot = NativeSnapshot::default();
        for exponent in 0..64 {
            snapshot.observe(&native, 2_f64.powi(exponent), 1);
            snapshot.observe(&native, -1.0, 1);
        }
        let histogram = snapshot.into_histogram(&native, 1.0);
        assert_eq!(histogram.count, 128);
        assert!(histogram.positive_buckets.len() + histogram.negative_buckets.len() <= 8);
        assert_eq!(histogram.schema, -4);
    }
}
