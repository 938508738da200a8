//! Which samples are taken, in what order they become visible, and what removal must not take away: as Prometheus has it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use narthex_model::{FloatHistogram, Histogram, Labels, STALE_NAN, Span, is_stale};
use narthex_storage::{
    AppendError, Appender, HistogramValue, Queryable, SampleValue, Samples, SelectHints, Storage,
    collect_series,
};
use narthex_tsdb::{Db, Options};

const BASE: i64 = 1_700_000_000_000;

fn open(dir: &Path, out_of_order_window: i64) -> Db {
    Db::open(dir, Options { out_of_order_window, ..Options::default() }).unwrap()
}

fn labels(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name)])
}

fn histogram(n: f64) -> Histogram {
    Histogram {
        count: n as u64,
        sum: n,
        positive_spans: vec![Span { offset: 0, length: 1 }],
        positive_buckets: vec![n as i64],
        ..Histogram::default()
    }
}

fn answer(result: Result<(), AppendError>) -> &'static str {
    match result {
        Ok(()) => "ok",
        Err(AppendError::DuplicateTimestamp) => "duplicate",
        Err(AppendError::OutOfOrder) => "order",
        Err(AppendError::OutOfBounds) => "bounds",
        Err(AppendError::TooOld) => "old",
        Err(other) => panic!("{other}"),
    }
}

/// All series in the form of the table.
fn show(db: &Db) -> Vec<String> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let series = collect_series(querier.select(&hints, &[]).unwrap()).unwrap();
    let mut lines = Vec::new();
    for series in series {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let mut histograms = samples.histograms.iter().peekable();
        let mut line = format!("= {}", series.labels().metric_name());
        for (index, (t, v)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
            let (kind, v) = match histograms.next_if(|(at, _)| *at as usize == index) {
                None => ('f', *v),
                Some((_, value @ HistogramValue::Int(_))) => ('h', value.sum()),
                Some((_, value @ HistogramValue::Float(_))) => ('g', value.sum()),
            };
            let text = if is_stale(v) { "stale".to_owned() } else { v.to_string() };
            line += &format!(" {}:{kind}{text}", t - BASE);
        }
        if samples.is_empty() {
            continue;
        }
        lines.push(line);
    }
    lines
}

fn append(appender: &mut dyn Appender, name: &str, t: i64, kind: &str, v: f64) -> Result<(), AppendError> {
    let series = appender.series(&labels(name))?;
    let int = histogram(v);
    let float: FloatHistogram = int.to_float();
    let value = match kind {
        "h" => SampleValue::Histogram(&int),
        "g" => SampleValue::FloatHistogram(&float),
        "s" => SampleValue::Float(STALE_NAN),
        _ => SampleValue::Float(v),
    };
    appender.append(series, 0, BASE + t, value)
}

#[test]
fn every_append_is_answered_as_prometheus_does() {
    let text = include_str!("data/append_rules.txt");
    let (without, with) = text.split_once("--\n").unwrap();
    for (window, table) in [(0, without), (7_200_000, with)] {
        let dir = tempfile::tempdir().unwrap();
        let db = open(dir.path(), window);
        let mut lines = table.lines().filter(|line| !line.starts_with(['#', '='])).peekable();
        assert!(lines.peek().is_some());
        let mut appender = db.appender();
        for line in lines {
            let [name, t, kind, v, same, want] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            if same == "false" {
                std::mem::replace(&mut appender, db.appender()).commit().unwrap();
            }
            let got = append(&mut *appender, name, t.parse().unwrap(), kind, v.parse().unwrap());
            assert_eq!(answer(got), want, "window {window}: {line}");
        }
        appender.commit().unwrap();
        let want: Vec<&str> = table.lines().filter(|line| line.starts_with('=')).collect();
        assert_eq!(show(&db), want, "window {window}");
        drop(db);
        assert_eq!(show(&open(dir.path(), window)), want, "window {window}, reopened");
    }
}

#[test]
fn a_series_removed_under_a_transaction_comes_back_with_it() {
    const HOUR: i64 = 3_600_000;
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path(), 0);
    let put = |name: &str, t: i64, v: f64| {
        let mut appender = db.appender();
        append(&mut *appender, name, t, "f", v).unwrap();
        appender.commit().unwrap();
    };
    for name in ["old", "twin", "removed"] {
        put(name, 0, 1.0);
    }
    for hour in 1..9 {
        put("busy", hour * HOUR, 0.0);
    }
    let mut open_one = db.appender();
    for name in ["old", "twin", "new"] {
        append(&mut *open_one, name, 8 * HOUR + 1, "f", 2.0).unwrap();
    }
    append(&mut *open_one, "old", 8 * HOUR + 2, "h", 3.0).unwrap();
    db.maintain().unwrap();
    assert_eq!(db.head_stats().series, 1, "what is idle is gone from the head");
    put("twin", 8 * HOUR, 4.0);
    open_one.commit().unwrap();
    let check = |db: &Db| {
        let lines = show(db);
        let find = |name: &str| lines.iter().find(|line| line.starts_with(&format!("= {name} "))).cloned();
        let (at, before) = (8 * HOUR + 1, 8 * HOUR);
        assert_eq!(find("old").unwrap(), format!("= old 0:f1 {at}:f2 {}:h3", at + 1));
        assert_eq!(find("new").unwrap(), format!("= new {at}:f2"));
        assert_eq!(find("twin").unwrap(), format!("= twin 0:f1 {before}:f4 {at}:f2"));
        assert_eq!(find("removed").unwrap(), "= removed 0:f1");
    };
    check(&db);
    drop(db);
    check(&open(dir.path(), 0));
}

#[test]
fn times_at_the_ends_of_time_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let ends = [i64::MIN + 1, i64::MIN + 7_200_000, 0, BASE, i64::MAX - 1, i64::MAX];
    let open =
        || Db::open(dir.path(), Options { stale_series_threshold: 0.01, ..Options::default() }).unwrap();
    let db = open();
    for t in ends {
        let mut appender = db.appender();
        for name in ["a", "b"] {
            let series = appender.series(&labels(name)).unwrap();
            let v = if name == "b" && t == BASE { STALE_NAN } else { 1.0 };
            appender.append(series, 0, t, SampleValue::Float(v)).unwrap();
        }
        appender.commit().unwrap();
        db.maintain().unwrap();
    }
    let times = |db: &Db| {
        let querier = db.querier(i64::MIN, i64::MAX).unwrap();
        let all = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
        let read = |series: &dyn narthex_storage::Series| {
            let mut samples = Samples::default();
            series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
            samples.timestamps
        };
        all.iter().map(|series| read(&**series)).collect::<Vec<_>>()
    };
    assert_eq!(times(&db), [ends, ends]);
    let made = db.block_metas().len();
    assert!(made >= 3, "the head does not keep all of it for ever: {made} blocks");
    drop(db);
    assert_eq!(times(&open()), [ends, ends]);
}
