//! Summaries: quantiles over a sliding window, in bounded memory.
//!
//! A summary counts in logarithmic buckets 2 % wide, so a quantile is off by at most 1 % of its value. The window is a
//! ring of five such sketches; the oldest is forgotten as a whole. Called by `metrics::summary` and `encode`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use narthex_exposition::encode::{Quantile, SummaryValue};

use crate::cells::Handle;

/// Sketches in the ring.
const AGES: u32 = 5;
/// Most buckets of a sketch; beyond it the lowest ones are put together.
const BUCKETS_MAX: usize = 1024;
/// Ratio of a bucket's bounds: (1 + a) / (1 - a) for the accuracy a = 0.01.
const GROWTH: f64 = 1.01 / 0.99;

static SHARED: LazyLock<RwLock<HashMap<Handle, Arc<Mutex<Window>>>>> = LazyLock::new(RwLock::default);

/// One series.
#[derive(Debug)]
struct Window {
    /// Newest last.
    ages: Vec<Sketch>,
    age_max: Duration,
    began: Instant,
    sum: f64,
    count: u64,
}

/// Counts by logarithmic bucket; values below 0 have mirrored buckets.
#[derive(Debug, Default, Clone)]
struct Sketch {
    buckets: BTreeMap<(i8, i32), u64>,
}

/// The bucket of a value: its sign and the logarithm of its size. Ascending keys are ascending values.
fn bucket(value: f64) -> (i8, i32) {
    let logarithm = |size: f64| (size.ln() / GROWTH.ln()).ceil() as i32;
    if value == 0.0 {
        (0, 0)
    } else if value > 0.0 {
        (1, logarithm(value))
    } else {
        (-1, -logarithm(-value))
    }
}

/// The value that stands for a bucket.
fn representative((sign, index): (i8, i32)) -> f64 {
    let size = |index: i32| 2.0 * GROWTH.powi(index) / (1.0 + GROWTH);
    match sign {
        0 => 0.0,
        1 => size(index),
        _ => -size(-index),
    }
}

impl Window {
    fn new(span: Duration) -> Self {
        Self {
            ages: vec![Sketch::default()],
            age_max: span / AGES,
            began: Instant::now(),
            sum: 0.0,
            count: 0,
        }
    }

    /// Forgets what is too old.
    fn turn(&mut self, now: Instant) {
        let age_max = self.age_max.max(Duration::from_millis(1));
        let passed = now.saturating_duration_since(self.began).as_nanos() / age_max.as_nanos();
        let Some(passed @ 1..) = u32::try_from(passed).ok().or(Some(u32::MAX)) else { return };
        if passed >= AGES {
            self.ages.clear();
        }
        for _ in 0..passed.min(AGES) {
            self.ages.push(Sketch::default());
        }
        let excess = self.ages.len().saturating_sub(AGES as usize);
        self.ages.drain(..excess);
        self.began = if passed >= AGES { now } else { self.began + age_max * passed };
    }

    fn observe(&mut self, value: f64) {
        self.turn(Instant::now());
        self.sum += value;
        self.count += 1;
        let Some(sketch) = self.ages.last_mut().filter(|_| value.is_finite()) else { return };
        *sketch.buckets.entry(bucket(value)).or_default() += 1;
        if sketch.buckets.len() > BUCKETS_MAX
            && let Some((_, count)) = sketch.buckets.pop_first()
            && let Some(mut lowest) = sketch.buckets.first_entry()
        {
            *lowest.get_mut() += count;
        }
    }

    fn quantiles(&mut self, wanted: &[f64]) -> Vec<Quantile> {
        self.turn(Instant::now());
        let mut merged: BTreeMap<(i8, i32), u64> = BTreeMap::new();
        for (key, count) in self.ages.iter().flat_map(|sketch| &sketch.buckets) {
            *merged.entry(*key).or_default() += count;
        }
        let total: u64 = merged.values().sum();
        let value_at = |quantile: f64| {
            let rank = (quantile * total as f64).ceil().max(1.0) as u64;
            let mut seen = 0;
            let found = merged.iter().find(|(_, count)| {
                seen += **count;
                seen >= rank
            });
            found.map_or(f64::NAN, |(key, _)| representative(*key))
        };
        wanted.iter().map(|&quantile| Quantile { quantile, value: value_at(quantile) }).collect()
    }
}

fn window(handle: Handle) -> Option<Arc<Mutex<Window>>> {
    SHARED.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned()
}

/// Makes the window of a new series.
pub(crate) fn begin(handle: Handle, span: Duration) {
    let window = Arc::new(Mutex::new(Window::new(span)));
    SHARED.write().unwrap_or_else(PoisonError::into_inner).insert(handle, window);
}

/// Forgets a series that was removed.
pub(crate) fn forget(handle: Handle) {
    SHARED.write().unwrap_or_else(PoisonError::into_inner).remove(&handle);
}

/// Counts one value.
pub(crate) fn observe(handle: Handle, value: f64) {
    if let Some(window) = window(handle) {
        window.lock().unwrap_or_else(PoisonError::into_inner).observe(value);
    }
}

/// The quantiles of the window, and sum and count of everything since the start.
pub(crate) fn value(handle: Handle, quantiles: &[f64]) -> SummaryValue {
    let Some(window) = window(handle) else { return SummaryValue::default() };
    let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
    let quantiles = window.quantiles(quantiles);
    SummaryValue { quantiles, sum: Some(window.sum), count: Some(window.count as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent() {
        let mut window = Window::new(Duration::from_secs(600));
        for value in -500..=500 {
            window.observe(f64::from(value));
        }
        for (quantile, exact) in [(0.0, -500.0), (0.1, -400.0), (0.5, 0.0), (0.9, 400.0), (1.0, 500.0)] {
            let found = window.quantiles(&[quantile])[0].value;
            assert!((found - exact).abs() <= f64::abs(exact) * 0.0101, "{quantile}: {found}");
        }
        assert_eq!(window.count, 1001);
    }

    #[test]
    fn memory_is_bounded_and_old_values_are_forgotten() {
        let mut window = Window::new(Duration::from_secs(5));
        for exponent in -300..300 {
            for step in 1..10 {
                window.observe(f64::from(step) * 10_f64.powi(exponent));
            }
        }
        assert!(window.ages[0].buckets.len() <= BUCKETS_MAX);
        window.turn(window.began + Duration::from_secs(2));
        assert_eq!(window.ages.len(), 3);
        window.turn(window.began + Duration::from_secs(60));
        assert!(window.quantiles(&[0.5])[0].value.is_nan());
        assert_eq!(window.count, 5400);
    }
}
