//! Time to write a page of 100,000 series from the value model in each protocol.

mod page;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_exposition::encode::Encoder;
use narthex_exposition::{EscapingScheme, Protocol};

fn encode(criterion: &mut Criterion) {
    let families = page::families(100_000);
    let mut group = criterion.benchmark_group("encode 100,000 series");
    group.throughput(Throughput::Elements(100_000)).sample_size(10);
    for protocol in [Protocol::Text004, Protocol::OpenMetrics100, Protocol::PrometheusProto] {
        let encoder = Encoder::new(protocol, EscapingScheme::AllowUtf8);
        let mut out = page::page(&families, protocol);
        group.bench_function(protocol.as_str(), |bencher| {
            bencher.iter(|| {
                out.clear();
                families.iter().for_each(|family| encoder.family(&mut out, family));
                encoder.finish(&mut out);
                out.len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, encode);
criterion_main!(benches);
