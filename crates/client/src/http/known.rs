//! The series of answers like those before: found by one comparison, in place of a lookup in each of three families.
//!
//! A place belongs to the first answer that came to it; others that come there, and those after a series was removed, are looked up.

use std::sync::OnceLock;

use crate::{CounterSeries, HistogramSeries};

/// More than the routes and statuses that are asked often.
const PLACES: usize = 128;
/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where one answer is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    pub(super) requests: CounterSeries,
    pub(super) duration: HistogramSeries,
    pub(super) size: HistogramSeries,
}

/// What the series of an answer depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer<'a> {
    pub(super) method: &'static str,
    pub(super) endpoint: &'a str,
    pub(super) status: u16,
}

#[derive(Debug)]
struct Place {
    method: &'static str,
    endpoint: Box<str>,
    status: u16,
    /// How many series had been removed when these were looked up.
    removals: [u64; 3],
    series: Series,
}

/// The places.
#[derive(Debug)]
pub(super) struct Known(Box<[OnceLock<Place>]>);

impl Known {
    pub(super) fn new() -> Self {
        Self((0..PLACES).map(|_| OnceLock::new()).collect())
    }

    /// The series of this answer; `removals` are those of their families now.
    #[inline]
    pub(super) fn get(
        &self,
        answer: Answer<'_>,
        removals: [u64; 3],
        look_up: impl FnOnce() -> Series,
    ) -> Series {
        let Some(place) = self.0.get(number(answer)) else { return look_up() };
        let Some(known) = place.get() else {
            let series = look_up();
            let Answer { method, endpoint, status } = answer;
            // Another thread may have come first.
            let _taken = place.set(Place { method, endpoint: endpoint.into(), status, removals, series });
            return series;
        };
        let of = Answer { method: known.method, endpoint: &known.endpoint, status: known.status };
        if of == answer && known.removals == removals { known.series } else { look_up() }
    }
}

/// The place of an answer: by the ends of its route, as routes mostly begin alike.
#[inline]
fn number(answer: Answer<'_>) -> usize {
    let bytes = answer.endpoint.as_bytes();
    let end = bytes.last_chunk::<8>().map_or_else(
        || bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        |chunk| u64::from_le_bytes(*chunk),
    );
    let rest = (bytes.len() as u64) << 32 | (answer.method.len() as u64) << 16 | u64::from(answer.status);
    let mixed = (end ^ rest.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    (mixed >> (u64::BITS - PLACES.ilog2())) as usize
}
