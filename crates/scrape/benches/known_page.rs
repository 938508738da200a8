//! The hot path: a page that is like the last one, into an appender that keeps nothing.
//!
//! Run with `cargo bench -p narthex-scrape`; the time is per page of 1,000 series with three labels each.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_exposition::Protocol;
use narthex_model::{Exemplar, Labels, Metadata, Timestamp};
use narthex_scrape::bench::PageBench;
use narthex_storage::{AppendError, Appender, CommitError, SampleValue, SeriesRef};

/// Counts, and keeps nothing.
#[derive(Default)]
struct Null {
    series: u64,
    samples: u64,
}

impl Appender for Null {
    fn series(&mut self, _: &Labels) -> Result<SeriesRef, AppendError> {
        self.series += 1;
        Ok(SeriesRef(self.series))
    }

    fn append(
        &mut self,
        _: SeriesRef,
        _: Timestamp,
        _: Timestamp,
        _: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        self.samples += 1;
        Ok(())
    }

    fn append_exemplar(&mut self, _: SeriesRef, _: &Exemplar) -> Result<(), AppendError> {
        Ok(())
    }

    fn update_metadata(&mut self, _: SeriesRef, _: &Metadata) -> Result<(), AppendError> {
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), CommitError> {
        Ok(())
    }

    fn rollback(self: Box<Self>) {}
}

const SERIES: u64 = 1000;

fn page(turn: u64) -> String {
    let mut page = String::new();
    for family in 0..SERIES / 20 {
        let _ = writeln!(page, "# HELP http_requests_{family}_total Requests that were answered.");
        let _ = writeln!(page, "# TYPE http_requests_{family}_total counter");
        for series in 0..20 {
            let value = (turn * 7919 + series * 104_729) as f64 / 8.0;
            let _ = writeln!(
                page,
                "http_requests_{family}_total{{method=\"GET\",endpoint=\"/api/v1/item/{series}\",status=\"200\"}} {value}"
            );
        }
    }
    page
}

fn known_page(criterion: &mut Criterion) {
    let pages: Vec<String> = (0..8).map(page).collect();
    let mut group = criterion.benchmark_group("scrape");
    group.throughput(Throughput::Elements(SERIES));
    group.bench_function("known page", |bencher| {
        let mut bench = PageBench::new();
        let mut appender = Null::default();
        let mut turn = 0;
        bencher.iter(|| {
            turn += 1;
            let page = &pages[turn % pages.len()];
            black_box(bench.read(page.as_bytes(), Protocol::Text004, &mut appender, turn as i64))
        });
        eprintln!("cache: {} bytes a series", bench.cache_bytes() as u64 / SERIES);
    });
    group.bench_function("new page", |bencher| {
        let mut appender = Null::default();
        bencher.iter(|| {
            let mut bench = PageBench::new();
            black_box(bench.read(pages[0].as_bytes(), Protocol::Text004, &mut appender, 0))
        });
    });
    group.finish();
}

criterion_group!(benches, known_page);
criterion_main!(benches);
