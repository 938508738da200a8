//! Matchers over a label with a million values, in the head: selecting series, and asking for label values.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking, and nobody calls it")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use narthex_model::{Labels, MatchOp, Matcher};
use narthex_storage::{LabelHints, Queryable, SampleValue, SelectHints, Storage};
use narthex_tsdb::{Db, Options};

const SERIES: u32 = 1_000_000;

/// Operator, name and value of each matcher.
type Case<'a> = Vec<(MatchOp, &'a str, &'a str)>;

fn fill(db: &Db) {
    for page in 0..SERIES / 1000 {
        let mut appender = db.appender();
        for index in page * 1000..(page + 1) * 1000 {
            let (name, job) = (format!("metric_{}", index % 100), format!("job{}", index % 10));
            let instance = format!("host-{index:07}.zone-{}.example.com:9100", index % 7);
            let labels = Labels::from_pairs([
                ("__name__", name.as_str()),
                ("instance", instance.as_str()),
                ("job", job.as_str()),
            ]);
            let series = appender.series(&labels).unwrap();
            appender.append(series, 0, 1_700_000_000_000, SampleValue::Float(1.0)).unwrap();
        }
        appender.commit().unwrap();
    }
}

fn matchers(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), Options::default()).unwrap();
    fill(&db);
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let (eq, ne, re, nre) = (MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex);
    let hosts: Vec<String> = (0..500).map(|n| format!("host-{:07}.zone-{}.*", n * 1999, 0)).collect();
    let set: Vec<String> = (0..500_u32)
        .map(|n| format!("host-{:07}.zone-{}.example.com:9100", n * 1999, n * 1999 % 7))
        .collect();
    let set = set.join("|").replace('.', "\\.");
    let mut group = c.benchmark_group("1M values");
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    let many = hosts[..20].join("|");
    let cases: [(&str, Case<'_>); 14] = [
        ("equal", vec![(eq, "instance", "host-0000007.zone-0.example.com:9100")]),
        ("set of 500", vec![(re, "instance", &set)]),
        ("prefix", vec![(re, "instance", "host-00012.*")]),
        ("suffix", vec![(re, "instance", ".*zone-3.example.com:9100")]),
        ("contains", vec![(re, "instance", ".*zone-3.*")]),
        ("general", vec![(re, "instance", "host-0*12[0-9]+\\.zone-.*")]),
        ("many prefixes", vec![(re, "instance", &many)]),
        ("not prefix", vec![(nre, "instance", "host-00012.*")]),
        ("not set", vec![(nre, "instance", &set)]),
        ("not contains", vec![(nre, "instance", ".*zone-3.*")]),
        ("not equal", vec![(ne, "instance", "host-0000007.zone-0.example.com:9100")]),
        ("name is there", vec![(ne, "__name__", "")]),
        ("name and prefix", vec![(eq, "__name__", "metric_7"), (re, "instance", "host-00.*")]),
        ("name and not contains", vec![(eq, "__name__", "metric_7"), (nre, "instance", ".*zone-3.*")]),
    ];
    for (what, case) in cases {
        let case: Vec<Matcher> =
            case.into_iter().map(|(op, name, value)| Matcher::new(op, name, value).unwrap()).collect();
        group.bench_function(format!("select, {what}"), |b| {
            b.iter(|| black_box(querier.select(&SelectHints::default(), &case).unwrap().size_hint()));
        });
    }
    let asks: [(&str, &str, Case<'_>); 5] = [
        ("all", "instance", vec![]),
        ("of a metric", "instance", vec![(eq, "__name__", "metric_7")]),
        ("of a label with a prefix", "instance", vec![(re, "instance", "host-00012.*")]),
        ("few of many series", "job", vec![(re, "instance", ".*zone-3.*")]),
        ("of a job", "instance", vec![(eq, "job", "job3"), (re, "instance", ".*zone-3.*")]),
    ];
    for (what, name, case) in asks {
        let case: Vec<Matcher> =
            case.into_iter().map(|(op, name, value)| Matcher::new(op, name, value).unwrap()).collect();
        group.bench_function(format!("label values, {what}"), |b| {
            b.iter(|| black_box(querier.label_values(name, LabelHints::default(), &case).unwrap().len()));
        });
    }
    group.finish();
}

criterion_group!(benches, matchers);
criterion_main!(benches);
