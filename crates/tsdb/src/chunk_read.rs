//! Chunk bytes of any encoding → [`Samples`]; used by head and block readers and by compaction.

use std::sync::Arc;

use narthex_chunkenc::histogram::{self, Decoded};
use narthex_chunkenc::{ChunkError, Encoding, xor, xor2};
use narthex_model::{CounterResetHint, Timestamp};
use narthex_storage::{HistogramValue, Samples};

/// Appends the samples of a chunk in `[mint, maxt]`.
pub(crate) fn decode(
    encoding: u8,
    data: &[u8],
    mint: Timestamp,
    maxt: Timestamp,
    out: &mut Samples,
) -> Result<(), ChunkError> {
    let encoding = Encoding::from_byte(encoding)?;
    if encoding == Encoding::Xor {
        xor::decode(data, mint, maxt, &mut out.timestamps, &mut out.values)?;
        if !out.start_timestamps.is_empty() {
            out.start_timestamps.resize(out.timestamps.len(), 0);
        }
        return Ok(());
    }
    if encoding == Encoding::Xor2 {
        return xor2::decode(data, mint, maxt, |start, t, v| out.push_with_start(start, t, v));
    }
    histogram::decode(encoding, data, mint, maxt, &mut |start, t, decoded| {
        let value = match decoded {
            Decoded::Int(histogram) => HistogramValue::Int(Arc::new(histogram)),
            Decoded::Float(histogram) => HistogramValue::Float(Arc::new(histogram)),
        };
        out.push_histogram(start, t, value);
    })
}

/// Keeps the first `len` samples.
pub(crate) fn truncate(samples: &mut Samples, len: usize) {
    samples.timestamps.truncate(len);
    samples.values.truncate(len);
    samples.start_timestamps.truncate(len);
    let kept = samples.histograms.partition_point(|(index, _)| (*index as usize) < len);
    samples.histograms.truncate(kept);
}

/// Sample `index` of `from` appended to `to`.
fn push_from(to: &mut Samples, from: &Samples, index: usize) {
    let at = |list: &[Timestamp]| list.get(index).copied().unwrap_or_default();
    let (t, start) = (at(&from.timestamps), at(&from.start_timestamps));
    match from.histograms.binary_search_by_key(&(index as u32), |entry| entry.0) {
        Ok(found) => {
            if let Some((_, value)) = from.histograms.get(found) {
                to.push_histogram(start, t, value.clone());
            }
        }
        Err(_) => to.push_with_start(start, t, from.values.get(index).copied().unwrap_or(f64::NAN)),
    }
}

/// Keeps of the samples from `start` on those whose time `keep` takes.
pub(crate) fn retain(samples: &mut Samples, start: usize, keep: impl Fn(Timestamp) -> bool) {
    let added = samples.timestamps.get(start..).unwrap_or_default();
    if added.iter().all(|t| keep(*t)) {
        return;
    }
    let old = samples.clone();
    truncate(samples, start);
    for (index, _) in old.timestamps.iter().enumerate().skip(start).filter(|(_, t)| keep(**t)) {
        push_from(samples, &old, index);
    }
}

/// Any number of sorted lists as one; of several samples with one time that of the first list stays.
pub(crate) fn merge_all(mut lists: Vec<Samples>) -> Samples {
    lists.retain(|list| !list.is_empty());
    while lists.len() > 1 {
        let mut merged = Vec::with_capacity(lists.len().div_ceil(2));
        let mut rest = lists.into_iter();
        while let Some(mut first) = rest.next() {
            if let Some(second) = rest.next() {
                merge_into(&mut first, 0, &second);
            }
            merged.push(first);
        }
        lists = merged;
    }
    lists.pop().unwrap_or_default()
}

/// Says of the newest sample, a histogram, that nothing is known of a counter reset before it: the one it was compared with
/// when it was stored is not in front of it any more.
fn forget_reset(samples: &mut Samples) {
    let Some((index, value)) = samples.histograms.last_mut() else { return };
    if *index as usize + 1 != samples.timestamps.len() {
        return;
    }
    match value {
        HistogramValue::Int(histogram) if histogram.counter_reset_hint != CounterResetHint::Gauge => {
            Arc::make_mut(histogram).counter_reset_hint = CounterResetHint::Unknown;
        }
        HistogramValue::Float(histogram) if histogram.counter_reset_hint != CounterResetHint::Gauge => {
            Arc::make_mut(histogram).counter_reset_hint = CounterResetHint::Unknown;
        }
        HistogramValue::Int(_) | HistogramValue::Float(_) => {}
    }
}

/// Merges `other` into the samples of `into` from `start` on; of two samples with one time the present one stays.
pub(crate) fn merge_into(into: &mut Samples, start: usize, other: &Samples) {
    let last = into.timestamps.get(start..).and_then(<[_]>::last).copied();
    if last.is_none_or(|last| other.timestamps.first().is_none_or(|first| last < *first)) {
        for index in 0..other.len() {
            push_from(into, other, index);
            if index == 0 && last.is_some() {
                forget_reset(into);
            }
        }
        return;
    }
    let old = into.clone();
    truncate(into, start);
    let (mut a, mut b) = (start, 0);
    let mut from_other = false;
    loop {
        let count = into.len();
        let b_before = b;
        match (old.timestamps.get(a), other.timestamps.get(b)) {
            (None, None) => return,
            (Some(t), Some(u)) if t >= u => {
                if t > u {
                    push_from(into, other, b);
                }
                b += 1;
            }
            (Some(_), _) => {
                push_from(into, &old, a);
                a += 1;
            }
            (None, Some(_)) => {
                push_from(into, other, b);
                b += 1;
            }
        }
        if into.len() > count {
            let switched = from_other != (b > b_before);
            from_other = b > b_before;
            if switched && count > start {
                forget_reset(into);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_order_and_the_first_of_equals() {
        let samples = |list: &[(i64, f64)]| {
            let mut samples = Samples::default();
            list.iter().for_each(|(t, v)| samples.push(*t, *v));
            samples
        };
        let mut into = samples(&[(1, 0.0), (2, 1.0), (4, 1.0), (6, 1.0)]);
        merge_into(&mut into, 1, &samples(&[(1, 2.0), (3, 2.0), (4, 2.0), (9, 2.0)]));
        assert_eq!(into.timestamps, [1, 1, 2, 3, 4, 6, 9]);
        assert_eq!(into.values, [0.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0]);
        retain(&mut into, 2, |t| t % 2 == 0);
        assert_eq!(into.timestamps, [1, 1, 2, 4, 6]);
        merge_into(&mut into, 0, &samples(&[(10, 5.0)]));
        assert_eq!(into.timestamps.last(), Some(&10));
    }
}
