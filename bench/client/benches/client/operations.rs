//! Increments, observations and lookups.

use std::hint::black_box;

use narthex_client::{Counter, FloatCounter, Histogram, LabelValue, Labels};

use crate::measure::nanoseconds;
use crate::rivals;
use crate::table::{Library, Table};

/// Receives a library's loop.
pub(crate) type Run<'r> = &'r mut dyn FnMut(Library, &(dyn Fn(u64) + Sync));

/// 100 label sets, as a small service has them.
pub(crate) fn label_sets() -> Vec<[String; 3]> {
    let methods = ["GET", "POST", "PUT", "DELETE"];
    let statuses = ["200", "201", "400", "404", "500"];
    let mut sets = Vec::new();
    for method in methods {
        for status in statuses {
            for path in 0..5 {
                sets.push([method.to_owned(), format!("/api/v1/resource{path}"), status.to_owned()]);
            }
        }
    }
    sets
}

/// Durations spread over the buckets.
pub(crate) fn value(i: u64) -> f64 {
    (i.wrapping_mul(0x9e37_79b9) % 1024) as f64 * 0.0009
}

/// Measures each library's loop on one and on two threads.
fn rows(table: &mut Table, name: &str, loops: impl FnOnce(Run<'_>)) {
    let rows = [1, 2].map(|threads| {
        (threads, format!("{name}, {threads} thread{}, ns", if threads > 1 { "s" } else { "" }))
    });
    if rows.iter().any(|(_, row)| table.wants(row)) {
        loops(&mut |library, work| {
            for (threads, row) in &rows {
                table.enter(row, library, || nanoseconds(*threads, work));
            }
        });
    }
}

pub(crate) fn counters(table: &mut Table) {
    rows(table, "counter inc", |run| {
        let counter = Counter::new("c", "c");
        run(Library::Narthex, &|iterations| (0..iterations).for_each(|_| black_box(&counter).inc()));
        rivals::counters(run);
    });
    rows(table, "counter inc, could have exemplars", |run| {
        let counter = Counter::new("c", "c");
        run(Library::Narthex, &|iterations| (0..iterations).for_each(|_| black_box(&counter).inc()));
        rivals::exemplar_counters(run);
    });
    rows(table, "float counter inc", |run| {
        let counter = FloatCounter::new("f", "f");
        run(Library::Narthex, &|iterations| (0..iterations).for_each(|_| black_box(&counter).inc_by(0.5)));
        rivals::float_counters(run);
    });
}

pub(crate) fn histograms(table: &mut Table) {
    rows(table, "histogram observe, 11 buckets", |run| {
        let histogram = Histogram::new("h", "h");
        run(Library::Narthex, &|iterations| {
            (0..iterations).for_each(|i| black_box(&histogram).observe(value(i)))
        });
        rivals::histograms(run);
    });
    rows(table, "native histogram observe", |run| {
        let histogram = Histogram::new("n", "n").buckets([]).native(1.1);
        run(Library::Narthex, &|iterations| {
            (0..iterations).for_each(|i| black_box(&histogram).observe(value(i)))
        });
    });
}

#[derive(LabelValue, Clone, Copy)]
enum Method {
    Get,
    Post,
    Put,
    Delete,
}

#[derive(LabelValue, Clone, Copy)]
enum Outcome {
    Good,
    Bad,
}

#[derive(Labels)]
struct Typed {
    method: Method,
    outcome: Outcome,
}

pub(crate) fn lookups(table: &mut Table) {
    let sets = label_sets();
    rows(table, "lookup of 3 `&str` labels + inc, 100 sets", |run| {
        let counter = Counter::new("c", "c").with_labels(["method", "path", "status"]);
        run(Library::Narthex, &|iterations| {
            for ([a, b, c], _) in sets.iter().cycle().zip(0..iterations) {
                black_box(&counter).with([a, b, c]).inc();
            }
        });
        rivals::lookups(&sets, run);
    });
    rows(table, "lookup of 2 typed labels + inc", |run| {
        let counter = Counter::new("c", "c").labelled::<Typed>();
        let methods = [Method::Get, Method::Post, Method::Put, Method::Delete];
        let outcomes = [Outcome::Good, Outcome::Bad];
        run(Library::Narthex, &|iterations| {
            for i in 0..iterations as usize {
                let (method, outcome) = (methods[i % 4], outcomes[i / 4 % 2]);
                black_box(&counter).with(Typed { method, outcome }).inc();
            }
        });
        rivals::typed_lookups(run);
    });
}
