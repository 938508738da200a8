//! Operations on float histograms, case by case and against properties that must hold.

use super::{CounterResetHint, FloatHistogram, Keep, Span};

fn span(offset: i32, length: u32) -> Span {
    Span { offset, length }
}

/// A histogram with one span of positive buckets, count and sum taken from them.
fn positive(schema: i32, offset: i32, buckets: &[f64]) -> FloatHistogram {
    FloatHistogram {
        schema,
        count: buckets.iter().sum(),
        sum: buckets.iter().sum::<f64>() * 2.0,
        positive_spans: vec![span(offset, buckets.len() as u32)],
        positive_buckets: buckets.to_vec(),
        ..FloatHistogram::default()
    }
}

fn custom(bounds: &[f64], buckets: &[f64]) -> FloatHistogram {
    FloatHistogram { custom_values: bounds.to_vec(), ..positive(super::CUSTOM_BUCKETS_SCHEMA, 0, buckets) }
}

#[test]
fn adding_meets_at_the_coarser_schema() {
    let mut sum = positive(1, 1, &[1.0, 2.0, 3.0, 4.0]);
    sum.add(&positive(0, 0, &[10.0, 20.0])).unwrap();
    assert_eq!(sum.schema, 0);
    assert_eq!(sum.positive_spans, [span(0, 3)]);
    assert_eq!(sum.positive_buckets, [10.0, 23.0, 7.0]);
    assert_eq!((sum.count, sum.sum), (40.0, 80.0));
}

#[test]
fn subtracting_keeps_buckets_of_both() {
    let mut difference = positive(0, 0, &[5.0]);
    difference.sub(&positive(0, 3, &[1.0])).unwrap();
    assert_eq!(difference.positive_spans, [span(0, 1), span(2, 1)]);
    assert_eq!(difference.positive_buckets, [5.0, -1.0]);
}

#[test]
fn the_wider_zero_bucket_wins_and_grows_to_a_bucket_border() {
    let mut narrow = positive(0, 0, &[1.0, 2.0, 4.0]);
    narrow.zero_threshold = 0.001;
    narrow.zero_count = 1.0;
    let wide =
        FloatHistogram { zero_threshold: 1.5, zero_count: 10.0, count: 10.0, ..FloatHistogram::default() };
    narrow.add(&wide).unwrap();
    // 1.5 lies in the populated bucket (1, 2], so the zero bucket reaches to 2.
    assert_eq!((narrow.zero_threshold, narrow.zero_count), (2.0, 14.0));
    assert_eq!(narrow.compact(0).positive_buckets, [4.0]);
    assert_eq!(narrow.positive_spans, [span(2, 1)]);
}

#[test]
fn custom_bounds_meet_at_the_common_ones() {
    let mut sum = custom(&[1.0, 2.0, 5.0], &[1.0, 1.0, 1.0, 1.0]);
    let outcome = sum.add(&custom(&[2.0, 9.0], &[10.0, 10.0, 10.0])).unwrap();
    assert!(outcome.custom_bounds);
    assert_eq!(sum.custom_values, [2.0]);
    assert_eq!(sum.positive_buckets, [12.0, 22.0]);
    assert!(sum.add(&positive(0, 0, &[1.0])).is_err(), "exponential and custom buckets do not mix");
}

#[test]
fn hints_of_a_sum() {
    use CounterResetHint::{CounterReset, Gauge, NotCounterReset, Unknown};
    for (a, b, expected, collides) in [
        (Unknown, Unknown, Unknown, false),
        (Gauge, CounterReset, Gauge, false),
        (NotCounterReset, Gauge, Gauge, false),
        (Unknown, NotCounterReset, Unknown, false),
        (CounterReset, CounterReset, CounterReset, false),
        (CounterReset, NotCounterReset, Unknown, true),
    ] {
        let mut sum = FloatHistogram { counter_reset_hint: a, ..positive(0, 0, &[1.0]) };
        let other = FloatHistogram { counter_reset_hint: b, ..positive(0, 0, &[1.0]) };
        assert_eq!(sum.add(&other).unwrap().reset_collision, collides, "{a:?} {b:?}");
        assert_eq!(sum.counter_reset_hint, expected, "{a:?} {b:?}");
    }
}

#[test]
fn resets() {
    let base = positive(1, 0, &[1.0, 2.0, 3.0]);
    let detects = |now: &FloatHistogram| now.detect_reset(&base);
    assert!(!detects(&base));
    assert!(!detects(&positive(1, 0, &[1.0, 2.0, 4.0])));
    assert!(detects(&positive(1, 0, &[2.0, 1.0, 9.0])), "a bucket went down");
    assert!(detects(&positive(1, 0, &[9.0, 9.0])), "a bucket disappeared");
    assert!(!detects(&positive(0, 0, &[1.0, 5.0])), "coarser is no reset");
    assert!(detects(&positive(2, 0, &[9.0, 9.0, 9.0])), "finer is");
    let told = |hint| FloatHistogram { counter_reset_hint: hint, ..positive(1, 0, &[0.5]) };
    assert!(!detects(&told(CounterResetHint::NotCounterReset)));
    assert!(detects(&told(CounterResetHint::CounterReset)));
}

#[test]
fn compensation_finds_what_rounding_loses() {
    let mut sum = positive(0, 0, &[1e16]);
    let mut compensation = None;
    for _ in 0..10 {
        sum.kahan_add(&positive(0, 0, &[1.0]), &mut compensation).unwrap();
    }
    sum.absorb(&compensation.unwrap());
    assert_eq!(sum.positive_buckets, [1e16 + 10.0]);
    assert_eq!(sum.count, 1e16 + 10.0);
    // A change of the layout in the middle loses nothing either.
    let mut sum = positive(1, 1, &[1.0, 1.0]);
    let mut compensation = None;
    sum.kahan_add(&positive(1, 1, &[1.0, 1.0]), &mut compensation).unwrap();
    sum.kahan_add(&positive(0, 1, &[2.0]), &mut compensation).unwrap();
    sum.absorb(&compensation.unwrap());
    assert_eq!((sum.schema, sum.positive_buckets.as_slice()), (0, [6.0].as_slice()));
}

#[test]
fn trimming_splits_the_bucket_at_the_value() {
    let whole = custom(&[10.0, 20.0], &[4.0, 8.0, 2.0]);
    let below = whole.trimmed(15.0, Keep::Below);
    assert_eq!(below.positive_buckets, [4.0, 4.0]);
    assert_eq!(below.count, 8.0);
    let above = whole.trimmed(15.0, Keep::Above);
    assert_eq!(above.positive_buckets, [4.0, 2.0]);
    assert_eq!(below.count + above.count, whole.count);
    assert_eq!(whole.trimmed(f64::INFINITY, Keep::Below), whole, "nothing to trim leaves the sum alone");
    assert_eq!(whole.trimmed(f64::NEG_INFINITY, Keep::Below).count, 0.0);
}

#[test]
fn division_by_zero_leaves_no_buckets() {
    let mut histogram = positive(0, 0, &[1.0, 2.0]);
    histogram.div(0.0);
    assert!(histogram.positive_buckets.is_empty() && histogram.count.is_infinite());
    assert!(histogram.has_overflow());
}

#[test]
fn equality_looks_at_buckets_and_not_at_spans() {
    let a = FloatHistogram { positive_spans: vec![span(0, 1), span(0, 1)], ..positive(0, 0, &[1.0, 2.0]) };
    assert!(a.equals(&positive(0, 0, &[1.0, 2.0])));
    assert!(!a.equals(&positive(0, 1, &[1.0, 2.0])));
}

#[test]
fn buckets_with_bounds_ascend() {
    let histogram = FloatHistogram {
        zero_threshold: 0.001,
        zero_count: 1.0,
        negative_spans: vec![span(0, 2)],
        negative_buckets: vec![1.0, 2.0],
        ..positive(0, 0, &[1.0, 2.0])
    };
    let bounds: Vec<(f64, f64)> = histogram.all_buckets().iter().map(|b| (b.lower, b.upper)).collect();
    assert_eq!(bounds, [(-2.0, -1.0), (-1.0, -0.5), (-0.001, 0.001), (0.5, 1.0), (1.0, 2.0)]);
}
