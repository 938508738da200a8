//! Encoding and decoding of histogram chunks of twenty buckets, nanoseconds a sample (throughput in elements).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_chunkenc::histogram::{HistogramRef, decode};
use narthex_chunkenc::{Encoding, HistogramBuilder};
use narthex_model::{Histogram, Span};

const SAMPLES: usize = 60;
const BUCKETS: usize = 20;

/// A histogram of request durations that grows with `n`.
fn sample(n: usize) -> Histogram {
    let counts: Vec<i64> =
        (0..BUCKETS).map(|bucket| (n * (1 + bucket % 5) + n % (bucket + 1)) as i64).collect();
    let before = std::iter::once(0).chain(counts.iter().copied());
    Histogram {
        schema: 3,
        zero_threshold: 0.001,
        count: counts.iter().sum::<i64>() as u64,
        sum: n as f64 * 1.25,
        positive_spans: vec![
            Span { offset: -8, length: 12 },
            Span { offset: 3, length: BUCKETS as u32 - 12 },
        ],
        positive_buckets: counts.iter().zip(before).map(|(count, before)| count - before).collect(),
        ..Histogram::default()
    }
}

fn bench(c: &mut Criterion) {
    let ints: Vec<Histogram> = (1..=SAMPLES).map(sample).collect();
    let floats: Vec<_> = ints.iter().map(Histogram::to_float).collect();
    let build = |float: bool| {
        let mut builder = HistogramBuilder::new(float, false);
        for (index, (int, float_value)) in ints.iter().zip(&floats).enumerate() {
            let value = if float { HistogramRef::Float(float_value) } else { HistogramRef::Int(int) };
            builder.append(0, 1_700_000_000_000 + index as i64 * 15_000, value).ok();
        }
        builder
    };
    let mut group = c.benchmark_group("histogram");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    for (name, float, encoding) in
        [("int", false, Encoding::Histogram), ("float", true, Encoding::FloatHistogram)]
    {
        group.bench_function(format!("encode/{name}"), |b| b.iter(|| black_box(build(float).count())));
        let chunk = build(float);
        group.bench_function(format!("decode/{name}"), |b| {
            b.iter(|| {
                let mut count = 0;
                decode(encoding, black_box(chunk.bytes()), i64::MIN, i64::MAX, &mut |_, _, value| {
                    black_box(&value);
                    count += 1;
                })
                .ok();
                black_box(count)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
