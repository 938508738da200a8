//! Encoding and decoding of XOR chunks, nanoseconds a sample (throughput in elements).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_chunkenc::{XorBuilder, xor};

const SAMPLES: usize = 120;

/// A counter, a gauge with few significant bits, and noise: the three kinds of values a scrape brings.
fn inputs() -> [(&'static str, Vec<(i64, f64)>); 3] {
    let times = |i: usize| 1_700_000_000_000 + i as i64 * 15_000 + i64::from(i.is_multiple_of(7));
    let mut state = 42_u64;
    let mut noise = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    [
        ("counter", (0..SAMPLES).map(|i| (times(i), (i * 37 + i % 11) as f64)).collect()),
        ("gauge", (0..SAMPLES).map(|i| (times(i), (i / 4 % 16) as f64 * 0.25)).collect()),
        ("noise", (0..SAMPLES).map(|i| (times(i), noise())).collect()),
    ]
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("xor");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    for (name, samples) in inputs() {
        group.bench_function(format!("encode/{name}"), |b| {
            b.iter(|| {
                let mut builder = XorBuilder::new();
                for (t, v) in &samples {
                    builder.append(*t, *v);
                }
                black_box(builder.len())
            });
        });
        let mut builder = XorBuilder::new();
        samples.iter().for_each(|(t, v)| builder.append(*t, *v));
        let chunk = builder.to_vec();
        let (mut times, mut values) = (Vec::new(), Vec::new());
        group.bench_function(format!("decode/{name}"), |b| {
            b.iter(|| {
                times.clear();
                values.clear();
                xor::decode(black_box(&chunk), i64::MIN, i64::MAX, &mut times, &mut values).ok();
                black_box(values.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
