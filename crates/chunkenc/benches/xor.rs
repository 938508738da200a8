//! Encoding and decoding of XOR chunks, nanoseconds a sample (throughput in elements). Many different chunks in turn: one
//! alone is learned by heart by the branch predictor.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_chunkenc::{XorBuilder, xor};

const CHUNKS: usize = 512;
const SAMPLES: usize = 120;

/// Random numbers in `[0, 1)`.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: f64) -> f64 {
        (self.next() * n).floor()
    }
}

/// A value made of the one before.
type Next = fn(&mut Noise, f64) -> f64;

/// The kinds of values that a scrape brings, and whether its times jitter.
fn kinds() -> [(&'static str, bool, Next); 7] {
    let busy: Next = |noise, v| v + noise.below(100.0);
    [
        ("constant", false, |_, v| v),
        ("idle counter", false, |noise, v| v + noise.below(1.3)),
        ("counter", false, busy),
        ("counter, jitter", true, busy),
        ("float counter", false, |noise, v| v + noise.next()),
        ("gauge", false, |noise, v| (v + noise.below(9.0) - 4.0).abs() * 0.5),
        ("noise", false, |noise, _| noise.next()),
    ]
}

fn samples(noise: &mut Noise, jitter: bool, next: Next) -> Vec<(i64, f64)> {
    let mut value = noise.below(1e5);
    let mut one = |index: usize| {
        value = next(noise, value);
        let late = if jitter { noise.below(4.0) as i64 } else { 0 };
        (1_700_000_000_000 + index as i64 * 15_000 + late, value)
    };
    (0..SAMPLES).map(&mut one).collect()
}

fn build(samples: &[(i64, f64)]) -> XorBuilder {
    let mut builder = XorBuilder::new();
    samples.iter().for_each(|(t, v)| builder.append(*t, *v));
    builder
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("xor");
    group.throughput(Throughput::Elements((SAMPLES * CHUNKS) as u64));
    for (name, jitter, next) in kinds() {
        let mut noise = Noise(42);
        let all: Vec<_> = (0..CHUNKS).map(|_| samples(&mut noise, jitter, next)).collect();
        group.bench_function(format!("encode/{name}"), |b| {
            b.iter(|| all.iter().map(|samples| black_box(build(samples)).len()).sum::<usize>());
        });
        let chunks: Vec<_> = all.iter().map(|samples| build(samples).to_vec()).collect();
        let (mut times, mut values) = (Vec::new(), Vec::new());
        group.bench_function(format!("decode/{name}"), |b| {
            b.iter(|| {
                for chunk in &chunks {
                    times.clear();
                    values.clear();
                    xor::decode(black_box(chunk), i64::MIN, i64::MAX, &mut times, &mut values).ok();
                }
                black_box(values.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
