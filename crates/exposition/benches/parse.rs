//! Time to read a page of 100,000 series: known (as the last one), unknown, with labels decoded, in each protocol.
//!
//! Divide by the throughput's element count for nanoseconds a sample.

mod page;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_exposition::{Entry, Parser, ParserOptions, Protocol, series_hash};
use narthex_model::LabelsBuilder;

/// Reads all samples, calling `each` with every series.
fn read(
    page: &[u8],
    protocol: Protocol,
    mut each: impl FnMut(&narthex_exposition::SeriesEntry<'_>),
) -> usize {
    let mut parser = Parser::new(page, protocol, ParserOptions::default());
    let mut count = 0;
    while let Some(entry) = parser.next() {
        if let Entry::Series(series) = entry.expect("a good page") {
            each(&series);
            count += 1;
        }
    }
    count
}

/// Reads a page of which every series is known, as the scraper does.
fn read_known(page: &[u8], protocol: Protocol, known: &[(usize, u64)]) -> usize {
    let mut parser = Parser::new(page, protocol, ParserOptions::default());
    let mut count = 0;
    loop {
        while let Some((len, hash)) = known.get(count)
            && let Some(sample) = parser.try_known(*len, *hash)
        {
            black_box(sample.value);
            count += 1;
        }
        match parser.next() {
            None => return count,
            Some(entry) => drop(black_box(entry.expect("a good page"))),
        }
    }
}

fn parse(criterion: &mut Criterion) {
    let families = page::families(100_000);
    for protocol in [Protocol::Text004, Protocol::OpenMetrics100, Protocol::PrometheusProto] {
        let page = page::page(&families, protocol);
        let mut known = Vec::new();
        let samples = read(&page, protocol, |series| {
            known.push((series.series().len(), series_hash(series.series())));
        });
        let mut group =
            criterion.benchmark_group(format!("{protocol} page of {} bytes a sample", page.len() / samples));
        group.throughput(Throughput::Elements(samples as u64)).sample_size(10);
        group.bench_function("unknown", |bencher| {
            bencher.iter(|| read(&page, protocol, |series| _ = black_box(series.value)));
        });
        group.bench_function("unknown, labels decoded", |bencher| {
            let mut builder = LabelsBuilder::new();
            bencher.iter(|| {
                read(&page, protocol, |series| {
                    builder.clear();
                    series.labels_into(&mut builder);
                })
            });
        });
        if protocol != Protocol::PrometheusProto {
            group.bench_function("known", |bencher| {
                bencher.iter(|| assert_eq!(read_known(&page, protocol, &known), samples));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
