//! Round trips, resets, widening and hostile input for histogram chunks.

use narthex_model::{CounterResetHint, Histogram, STALE_NAN, Span};
use proptest::prelude::*;

use super::*;
use crate::Encoding;

fn histogram(buckets: &[(i32, i64)], sum: f64) -> Histogram {
    let indices: Vec<i32> = buckets.iter().map(|(index, _)| *index).collect();
    let mut before = 0;
    let deltas = buckets.iter().map(|(_, count)| {
        let delta = count - before;
        before = *count;
        delta
    });
    Histogram {
        schema: 3,
        zero_threshold: 0.001,
        zero_count: 1,
        count: 1 + buckets.iter().map(|(_, count)| *count as u64).sum::<u64>(),
        sum,
        positive_buckets: deltas.collect(),
        positive_spans: layout::spans_of(&indices),
        ..Histogram::default()
    }
}

fn ints(builder: &HistogramBuilder) -> Vec<(i64, Histogram)> {
    let samples = builder.samples().unwrap().into_iter();
    samples
        .map(|(t, decoded)| match decoded {
            Decoded::Int(histogram) => (t, histogram),
            Decoded::Float(_) => panic!("float"),
        })
        .collect()
}

fn absolute(h: &Histogram) -> Vec<(i32, i64)> {
    let mut current = 0;
    let counts = h.positive_buckets.iter().map(|delta| {
        current += delta;
        current
    });
    layout::indices(&h.positive_spans).into_iter().zip(counts).filter(|(_, count)| *count != 0).collect()
}

#[test]
fn new_buckets_widen_the_chunk() {
    let mut builder = HistogramBuilder::new(false, false);
    let steps: [&[(i32, i64)]; 4] = [
        &[(0, 1), (4, 2)],
        &[(0, 1), (4, 3)],
        &[(-2, 1), (0, 2), (3, 1), (4, 3)],
        &[(-2, 1), (0, 2), (3, 1), (4, 9)],
    ];
    for (i, buckets) in steps.iter().enumerate() {
        builder.append(0, i as i64 * 1000, HistogramRef::Int(&histogram(buckets, i as f64))).unwrap();
    }
    let got = ints(&builder);
    for (i, (t, h)) in got.iter().enumerate() {
        assert_eq!((*t, h.sum), (i as i64 * 1000, i as f64));
        assert_eq!(absolute(h), steps[i]);
        assert_eq!((h.schema, h.zero_threshold, h.zero_count), (3, 0.001, 1));
    }
    assert_eq!(got[0].1.counter_reset_hint, CounterResetHint::Unknown);
    assert_eq!(got[1].1.counter_reset_hint, CounterResetHint::NotCounterReset);
    let resumed = HistogramBuilder::resume(Encoding::Histogram, builder.bytes()).unwrap();
    assert_eq!(resumed.bytes(), builder.bytes());
}

#[test]
fn what_cannot_follow_says_why() {
    let mut builder = HistogramBuilder::new(false, false);
    let first = histogram(&[(0, 5), (1, 5)], 1.0);
    builder.append(0, 1, HistogramRef::Int(&first)).unwrap();
    let refuse = |h: &Histogram| builder.clone().append(0, 2, HistogramRef::Int(h)).unwrap_err().0;
    assert_eq!(refuse(&histogram(&[(0, 4), (1, 9)], 1.0)), ResetHeader::CounterReset);
    assert_eq!(refuse(&histogram(&[(1, 30)], 1.0)), ResetHeader::CounterReset);
    assert_eq!(refuse(&Histogram { schema: 2, count: 99, ..first.clone() }), ResetHeader::Unknown);
    let gauge = Histogram { counter_reset_hint: CounterResetHint::Gauge, ..first.clone() };
    assert_eq!(refuse(&gauge), ResetHeader::Gauge);
    let mut after_stale = builder.clone();
    let stale = Histogram { sum: STALE_NAN, ..Histogram::default() };
    after_stale.append(0, 2, HistogramRef::Int(&stale)).unwrap();
    assert!(ints(&after_stale)[1].1.sum.is_nan());
    assert_eq!(after_stale.append(0, 3, HistogramRef::Int(&first)), Err(NewChunk(ResetHeader::Unknown)));
    let float = first.to_float();
    assert!(builder.append(0, 2, HistogramRef::Float(&float)).is_err(), "another kind");
}

#[test]
fn custom_bounds_and_odd_thresholds() {
    for (threshold, bounds) in
        [(0.0, vec![0.005, 1.0, 1e9, -1.0]), (2_f64.powi(-128), vec![]), (0.3, vec![0.1])]
    {
        let schema = if bounds.is_empty() { 0 } else { -53 };
        let h = Histogram {
            schema,
            zero_threshold: threshold,
            custom_values: bounds,
            positive_spans: vec![Span { offset: 0, length: 2 }],
            positive_buckets: vec![3, -1],
            count: 5,
            sum: 2.5,
            ..Histogram::default()
        };
        let mut builder = HistogramBuilder::new(false, false);
        builder.append(0, 77, HistogramRef::Int(&h)).unwrap();
        assert_eq!(ints(&builder), [(77, h.clone())]);
        let mut builder = HistogramBuilder::new(true, false);
        builder.append(0, 77, HistogramRef::Float(&h.to_float())).unwrap();
        assert_eq!(builder.samples().unwrap(), [(77, Decoded::Float(h.to_float()))]);
    }
}

fn growing() -> impl Strategy<Value = Vec<Vec<(i32, i64)>>> {
    let step = prop::collection::vec((-20..20_i32, 1..1000_i64), 0..6);
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut counts = std::collections::BTreeMap::new();
        let grow = |step: Vec<(i32, i64)>| {
            for (index, by) in step {
                *counts.entry(index).or_insert(0) += by;
            }
            counts.iter().map(|(index, count)| (*index, *count)).collect()
        };
        steps.into_iter().map(grow).collect()
    })
}

proptest! {
    #[test]
    fn counters_round_trip(steps in growing()) {
        let mut int = HistogramBuilder::new(false, false);
        let mut float = HistogramBuilder::new(true, false);
        for (i, buckets) in steps.iter().enumerate() {
            let h = histogram(buckets, i as f64 * 0.7);
            int.append(0, i as i64 * 15_000 + i as i64 % 3, HistogramRef::Int(&h)).unwrap();
            float.append(0, i as i64 * 15_000, HistogramRef::Float(&h.to_float())).unwrap();
        }
        for (i, (t, h)) in ints(&int).into_iter().enumerate() {
            prop_assert_eq!((t, h.sum), (i as i64 * 15_000 + i as i64 % 3, i as f64 * 0.7));
            prop_assert_eq!(&absolute(&h), &steps[i]);
        }
        prop_assert_eq!(float.samples().unwrap().len(), steps.len());
        let chunk = int.bytes();
        for cut in 0..chunk.len() {
            prop_assert!(decode(Encoding::Histogram, &chunk[..cut], 0, i64::MAX, &mut |_, _, _| ()).is_err());
        }
    }

    #[test]
    fn hostile_bytes(chunk in prop::collection::vec(any::<u8>(), 0..200), float: bool) {
        let encoding = if float { Encoding::FloatHistogram } else { Encoding::Histogram };
        let _ = decode(encoding, &chunk, i64::MIN, i64::MAX, &mut |_, _, _| ());
        let _ = HistogramBuilder::resume(encoding, &chunk);
    }
}

#[test]
fn a_chunk_with_the_smallest_count_is_continued() {
    // Found by fuzzing: a bucket count of -2^63.
    let chunk = [
        0x00, 0x03, 0xe5, 0xe5, 0xe5, 0xe5, 0xe5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x2d, 0x2d, 0xfc, 0x00,
        0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x78, 0x14, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xde, 0, 0, 0, 0, 0, 0, 0, 0x04, 0xcb, 0xce, 0x7b, 0, 0, 0, 0xcc, 0xff,
        0xfa,
    ];
    let mut builder = HistogramBuilder::resume(Encoding::Histogram, &chunk).unwrap();
    let (t, last) = builder.samples().unwrap().pop().unwrap();
    let Decoded::Int(last) = last else { panic!("integer counts") };
    let count = builder.count();
    if builder.append(0, t + 1, HistogramRef::Int(&last)).is_ok() {
        assert_eq!(builder.samples().unwrap().len(), usize::from(count) + 1);
    }
}
