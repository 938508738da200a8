//! The database through its public doors: transactions, rules, isolation, restarts, torn logs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use narthex_model::{Labels, MatchOp, Matcher, STALE_NAN, is_stale};
use narthex_storage::{
    AppendError, LabelHints, Queryable, SampleValue, Samples, SelectHints, SeriesRef, Storage, collect_series,
};
use narthex_tsdb::{Db, OpenError, Options};

fn open(dir: &Path) -> Db {
    Db::open(dir, Options::default()).unwrap()
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::from_pairs(pairs.iter().copied())
}

/// Appends one sample per series and commits.
fn put(db: &Db, samples: &[(&Labels, i64, f64)]) {
    let mut appender = db.appender();
    for (labels, t, v) in samples {
        let series = appender.series(labels).unwrap();
        appender.append(series, 0, *t, SampleValue::Float(*v)).unwrap();
    }
    appender.commit().unwrap();
}

fn append(db: &Db, labels: &Labels, t: i64, v: f64) -> Result<(), AppendError> {
    let mut appender = db.appender();
    let series = appender.series(labels)?;
    appender.append(series, 0, t, SampleValue::Float(v))?;
    appender.commit().unwrap();
    Ok(())
}

type Read = Vec<(Labels, Vec<(i64, f64)>)>;

fn read_from(querier: &dyn narthex_storage::Querier, matchers: &[Matcher]) -> Read {
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let series = collect_series(querier.select(&hints, matchers).unwrap()).unwrap();
    let mut all = Vec::new();
    for series in series {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        all.push((series.labels(), samples.timestamps.into_iter().zip(samples.values).collect()));
    }
    all
}

fn read(db: &Db, mint: i64, maxt: i64, matchers: &[Matcher]) -> Read {
    read_from(&*db.querier(mint, maxt).unwrap(), matchers)
}

fn names(read: &Read) -> Vec<&str> {
    read.iter().map(|(labels, _)| labels.metric_name()).collect()
}

#[test]
fn what_is_committed_is_read_and_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels(&[("__name__", "a"), ("job", "x")]);
    let b = labels(&[("__name__", "b"), ("job", "x")]);
    let mut want = vec![(a.clone(), Vec::new()), (b.clone(), Vec::new())];
    {
        let db = open(dir.path());
        for i in 0..1000_i64 {
            let (t, v) = (1_700_000_000_000 + i * 15_000, (i * i) as f64);
            put(&db, &[(&a, t, v), (&b, t + 1, -v)]);
            want[0].1.push((t, v));
            want[1].1.push((t + 1, -v));
        }
        assert_eq!(read(&db, i64::MIN, i64::MAX, &[]), want);
        assert_eq!(db.head_stats().samples_appended, 2000);
    }
    let db = open(dir.path());
    assert_eq!(db.replay_report().samples, 2000);
    assert_eq!(read(&db, i64::MIN, i64::MAX, &[]), want);
    let part = read(&db, want[0].1[100].0, want[0].1[300].0, &[Matcher::equal("__name__", "a")]);
    assert_eq!(part, [(a.clone(), want[0].1[100..=300].to_vec())]);
    put(&db, &[(&a, 1_700_020_000_000, 1.0)]);
    drop(db);
    assert_eq!(
        read(&open(dir.path()), 1_700_020_000_000, i64::MAX, &[]),
        [(a, vec![(1_700_020_000_000, 1.0)])]
    );
}

#[test]
fn nothing_is_seen_before_the_commit_or_after_a_rollback() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    let a = labels(&[("__name__", "a")]);
    put(&db, &[(&a, 1000, 1.0)]);
    let before = db.querier(0, i64::MAX).unwrap();
    let mut appender = db.appender();
    let series = appender.series(&a).unwrap();
    appender.append(series, 0, 2000, SampleValue::Float(2.0)).unwrap();
    assert_eq!(read(&db, 0, i64::MAX, &[])[0].1, [(1000, 1.0)]);
    appender.commit().unwrap();
    for t in 3..400 {
        put(&db, &[(&a, t * 1000, 3.0)]);
    }
    assert_eq!(read_from(&*before, &[])[0].1, [(1000, 1.0)], "a reader keeps the state it was made for");
    assert_eq!(read(&db, 0, 3000, &[])[0].1, [(1000, 1.0), (2000, 2.0), (3000, 3.0)]);
    let mut appender = db.appender();
    appender.append(series, 0, 900_000, SampleValue::Float(9.0)).unwrap();
    appender.rollback();
    assert_eq!(read(&db, 500_000, i64::MAX, &[]), []);
}

#[test]
fn the_rules_of_order() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    let a = labels(&[("__name__", "a")]);
    let now = 10_000_000_000;
    append(&db, &a, now, 1.0).unwrap();
    assert_eq!(append(&db, &a, now, 1.0), Ok(()), "the same sample again is fine");
    assert_eq!(append(&db, &a, now, 2.0), Err(AppendError::DuplicateTimestamp));
    assert_eq!(append(&db, &a, now - 1, 1.0), Err(AppendError::OutOfOrder));
    assert_eq!(append(&db, &a, now - 3_600_001, 1.0), Err(AppendError::OutOfBounds));
    assert_eq!(append(&db, &labels(&[("b", "1")]), now - 3_600_000, 1.0), Ok(()));
    assert_eq!(append(&db, &Labels::EMPTY, now, 1.0), Err(AppendError::EmptyLabels));
    let mut appender = db.appender();
    let unknown = appender.append(SeriesRef(77), 0, now, SampleValue::Float(1.0));
    assert_eq!(unknown, Err(AppendError::UnknownSeries(SeriesRef(77))));
    let series = appender.series(&a).unwrap();
    for (t, v) in [(now + 2, 2.0), (now + 1, 1.0), (now + 2, 3.0)] {
        appender.append(series, 0, t, SampleValue::Float(v)).unwrap();
    }
    appender.commit().unwrap();
    assert_eq!(read(&db, now, i64::MAX, &[])[0].1, [(now, 1.0), (now + 2, 2.0)]);
    assert_eq!(db.head_stats().out_of_order, 2, "a duplicate is not counted");
}

#[test]
fn stale_markers_are_samples() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels(&[("__name__", "a")]);
    {
        let db = open(dir.path());
        put(&db, &[(&a, 1000, 1.0)]);
        put(&db, &[(&a, 2000, STALE_NAN)]);
        assert_eq!(append(&db, &a, 2000, STALE_NAN), Ok(()));
    }
    let got = read(&open(dir.path()), 0, i64::MAX, &[]);
    assert!(is_stale(got[0].1[1].1) && got[0].1.len() == 2);
}

#[test]
fn all_kinds_of_matchers() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    for (name, job, env) in
        [("a", "x", "prod"), ("b", "x", ""), ("c", "y", "dev"), ("d", "yy", "prod"), ("e", "", "")]
    {
        put(&db, &[(&labels(&[("__name__", name), ("job", job), ("env", env)]), 1000, 1.0)]);
    }
    let m = |op, name, value| Matcher::new(op, name, value).unwrap();
    use MatchOp::{Equal, NotEqual, NotRegex, Regex};
    let cases: [(&[Matcher], &[&str]); 14] = [
        (&[], &["a", "b", "c", "d", "e"]),
        (&[m(Equal, "job", "x")], &["a", "b"]),
        (&[m(Equal, "job", "")], &["e"]),
        (&[m(NotEqual, "job", "")], &["a", "b", "c", "d"]),
        (&[m(NotEqual, "job", "x")], &["c", "d", "e"]),
        (&[m(Regex, "job", "x|y")], &["a", "b", "c"]),
        (&[m(Regex, "job", "y.*")], &["c", "d"]),
        (&[m(Regex, "job", "y?")], &["c", "e"]),
        (&[m(Regex, "job", ".*")], &["a", "b", "c", "d", "e"]),
        (&[m(NotRegex, "job", "y+")], &["a", "b", "e"]),
        (&[m(NotRegex, "job", ".+")], &["e"]),
        (&[m(NotRegex, "job", "")], &["a", "b", "c", "d"]),
        (&[m(Equal, "job", "x"), m(Equal, "env", "")], &["b"]),
        (&[m(Equal, "nope", ""), m(Equal, "env", "prod"), m(NotRegex, "job", "x|z")], &["d"]),
    ];
    for (matchers, want) in cases {
        assert_eq!(names(&read(&db, 0, 9000, matchers)), want, "{matchers:?}");
    }
    assert!(read(&db, 0, 9000, &[m(Equal, "nope", "x")]).is_empty());
    assert!(read(&db, 1001, 9000, &[]).is_empty() && read(&db, 0, 999, &[]).is_empty());
    let querier = db.querier(0, 9000).unwrap();
    let all = LabelHints::default();
    assert_eq!(querier.label_names(all, &[]).unwrap(), ["__name__", "env", "job"]);
    assert_eq!(querier.label_names(all, &[m(Equal, "__name__", "e")]).unwrap(), ["__name__"]);
    assert_eq!(querier.label_values("job", all, &[]).unwrap(), ["x", "y", "yy"]);
    assert_eq!(querier.label_values("job", LabelHints { limit: 2 }, &[]).unwrap(), ["x", "y"]);
    assert_eq!(querier.label_values("job", all, &[m(Equal, "env", "prod")]).unwrap(), ["x", "yy"]);
    let stats = db.stats(2);
    assert_eq!(stats.values_by_label_name[0].name, "__name__");
    assert_eq!((stats.series_by_label_pair.len(), stats.series_by_label_pair[0].value), (2, 2));
}

#[test]
fn one_directory_one_owner() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    assert!(matches!(Db::open(dir.path(), Options::default()), Err(OpenError::Locked(_))));
    drop(db);
    open(dir.path());
}

#[test]
fn a_log_cut_at_any_byte_opens_with_every_whole_commit() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels(&[("__name__", "a"), ("job", "x")]);
    let segment = dir.path().join("wal/00000000");
    let mut ends = Vec::new();
    {
        let db = open(dir.path());
        for i in 0..6_i64 {
            let b = labels(&[("__name__", "b"), ("i", &i.to_string())]);
            put(&db, &[(&a, 1000 + i, i as f64), (&b, 1000, 1.0)]);
            ends.push(std::fs::metadata(&segment).unwrap().len());
        }
    }
    let bytes = std::fs::read(&segment).unwrap();
    for cut in 0..=bytes.len() {
        let torn = tempfile::tempdir().unwrap();
        std::fs::create_dir(torn.path().join("wal")).unwrap();
        std::fs::write(torn.path().join("wal/00000000"), &bytes[..cut]).unwrap();
        let whole = ends.partition_point(|end| *end <= cut as u64);
        let only_a = [Matcher::equal("__name__", "a")];
        for round in 0..2 {
            let db = open(torn.path());
            let got = read(&db, 0, i64::MAX, &only_a);
            let count = got.first().map_or(0, |(_, samples)| samples.len());
            assert_eq!(count, whole + round, "cut at {cut}");
            assert!(round == 0 || db.replay_report().repairs.is_empty(), "repaired the first time");
            put(&db, &[(&a, 5000, 5.0)]);
        }
    }
}

/// A histogram that counts up with `i`, with another bucket now and then.
fn histogram(i: i64) -> narthex_model::Histogram {
    let buckets = 1 + i / 7;
    narthex_model::Histogram {
        schema: 2,
        count: (i * buckets) as u64,
        sum: i as f64,
        positive_spans: vec![narthex_model::Span { offset: -1, length: buckets as u32 }],
        positive_buckets: (0..buckets).map(|bucket| if bucket == 0 { i } else { 0 }).collect(),
        ..Default::default()
    }
}

#[test]
fn histograms_and_floats_in_one_series_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let h = labels(&[("__name__", "h")]);
    let check = |db: &Db| {
        let querier = db.querier(0, i64::MAX).unwrap();
        let series = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
        let mut samples = Samples::default();
        series[0].read(0, i64::MAX, &mut samples).unwrap();
        assert_eq!(samples.timestamps, (1..400).map(|i| i * 1000).collect::<Vec<_>>());
        let mut histograms = samples.histograms.iter();
        for i in 1..400_i64 {
            if i % 50 == 0 {
                assert_eq!(samples.values[i as usize - 1], i as f64);
                continue;
            }
            let (index, value) = histograms.next().unwrap();
            assert_eq!((i64::from(*index), value.sum()), (i - 1, i as f64));
            let (got, want) = (value.to_float(), histogram(i).to_float());
            let filled = |h: &narthex_model::FloatHistogram| {
                h.positive_bucket_iter().into_iter().filter(|bucket| bucket.count != 0.0).count()
            };
            assert_eq!(filled(&got), filled(&want), "{i}");
            assert_eq!(
                (got.count, got.positive_buckets.iter().sum::<f64>()),
                (want.count, want.count),
                "{i}"
            );
        }
    };
    {
        let db = open(dir.path());
        for i in 1..400_i64 {
            let mut appender = db.appender();
            let series = appender.series(&h).unwrap();
            let (int, float) = (histogram(i), histogram(i).to_float());
            let value = match i {
                i if i % 50 == 0 => SampleValue::Float(i as f64),
                200.. => SampleValue::FloatHistogram(&float),
                _ => SampleValue::Histogram(&int),
            };
            appender.append(series, 0, i * 1000, value).unwrap();
            appender.commit().unwrap();
        }
        let mut appender = db.appender();
        let series = appender.series(&h).unwrap();
        let wrong = narthex_model::Histogram { count: 1, ..histogram(9) };
        let refused = appender.append(series, 0, 500_000, SampleValue::Histogram(&wrong));
        assert!(matches!(refused, Err(AppendError::InvalidHistogram(_))), "{refused:?}");
        check(&db);
    }
    check(&open(dir.path()));
}

#[test]
fn exemplars_and_metadata_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels(&[("__name__", "a"), ("job", "x")]);
    let exemplar = |t, value| narthex_model::Exemplar {
        labels: labels(&[("trace_id", "abc")]),
        value,
        timestamp: Some(t),
    };
    let metadata = narthex_model::Metadata {
        metric_type: narthex_model::MetricType::Counter,
        unit: "seconds".to_owned(),
        help: "All of it.".to_owned(),
    };
    let options = || Options { max_exemplars: 10, ..Options::default() };
    {
        let db = Db::open(dir.path(), options()).unwrap();
        let mut appender = db.appender();
        let series = appender.series(&a).unwrap();
        appender.append(series, 0, 1000, SampleValue::Float(1.0)).unwrap();
        appender.append_exemplar(series, &exemplar(900, 0.5)).unwrap();
        appender.append_exemplar(series, &exemplar(950, 0.7)).unwrap();
        appender.update_metadata(series, &metadata).unwrap();
        appender.commit().unwrap();
        let mut appender = db.appender();
        assert_eq!(
            appender.append_exemplar(series, &exemplar(950, 0.7)),
            Err(AppendError::DuplicateExemplar)
        );
        assert_eq!(appender.append_exemplar(series, &exemplar(1, 0.7)), Err(AppendError::OutOfOrderExemplar));
    }
    let db = Db::open(dir.path(), options()).unwrap();
    let got = db.exemplars(0, 940, &[vec![Matcher::equal("job", "x")]]);
    assert_eq!(got, [(a.clone(), vec![exemplar(900, 0.5)])]);
    assert!(db.exemplars(0, 940, &[vec![Matcher::equal("job", "y")]]).is_empty());
    assert_eq!(db.metadata(&a), Some(metadata));
}
