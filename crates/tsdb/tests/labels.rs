//! Label names and values with matchers, and reads of the newest sample alone: whatever way is taken inside, the answer is that
//! of looking at every series; from the head, from blocks and from both.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use narthex_model::{Labels, MatchOp, Matcher};
use narthex_storage::{
    LabelHints, Querier, Queryable, SampleValue, Samples, SelectHints, Storage, collect_series,
};
use narthex_tsdb::{Db, Options};

const HOUR: i64 = 3_600_000;

fn labels(n: usize) -> Labels {
    let (few, some, unique) = (format!("f{}", n % 3), format!("s{}x", n * 7 % 40), format!("u{n:04}"));
    let mut pairs = vec![("__name__", "m"), ("few", few.as_str()), ("unique", unique.as_str())];
    if !n.is_multiple_of(5) {
        pairs.push(("some", some.as_str()));
    }
    Labels::from_pairs(pairs)
}

fn append(db: &Db, series: impl Iterator<Item = usize>, t: i64) {
    let mut appender = db.appender();
    for n in series {
        let reference = appender.series(&labels(n)).unwrap();
        appender.append(reference, 0, t, SampleValue::Float(n as f64)).unwrap();
    }
    appender.commit().unwrap();
}

/// Every way to ask, against the labels of the series that select finds; without matchers every label of what the range
/// touches is named, so that is asked only when the range is everything.
fn compare(querier: &dyn Querier, when: &str, everything: bool) -> usize {
    let (eq, ne, re, nre) = (MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex);
    let single = [
        (eq, "few", "f1"),
        (ne, "few", "f1"),
        (eq, "some", ""),
        (ne, "some", ""),
        (re, "some", "s1.*"),
        (re, "some", ".*7x"),
        (nre, "some", ".*7x"),
        (nre, "some", "s7x|s14x|"),
        (re, "unique", "u00[0-4].*"),
        (re, "unique", "u000(1|2)"),
        (eq, "unique", "u0007"),
        (eq, "unique", "none"),
        (re, "missing", ".*"),
        (ne, "missing", ""),
    ];
    let matcher = |(op, name, value): (MatchOp, &str, &str)| Matcher::new(op, name, value).unwrap();
    let mut asked = 0;
    let pairs = single.iter().flat_map(|a| single.iter().map(move |b| vec![matcher(*a), matcher(*b)]));
    for matchers in pairs.chain(everything.then(Vec::new)).chain(single.iter().map(|a| vec![matcher(*a)])) {
        let found = collect_series(querier.select(&SelectHints::default(), &matchers).unwrap()).unwrap();
        let found: Vec<Labels> = found.iter().map(|series| series.labels()).collect();
        for name in ["__name__", "few", "some", "unique", "missing"] {
            let want: BTreeSet<&str> =
                found.iter().map(|l| l.value(name)).filter(|v| !v.is_empty()).collect();
            let want: Vec<&str> = want.into_iter().collect();
            for limit in [0, 1, 3] {
                let got = querier.label_values(name, LabelHints { limit }, &matchers).unwrap();
                let want = if limit > 0 { &want[..want.len().min(limit)] } else { &want[..] };
                assert_eq!(got, want, "{when}: {name} of {matchers:?}, limit {limit}");
            }
            asked += want.len();
        }
        let want: BTreeSet<&str> = found.iter().flat_map(|l| l.iter().map(|(name, _)| name)).collect();
        let got = querier.label_names(LabelHints::default(), &matchers).unwrap();
        assert!(got.iter().map(String::as_str).eq(want), "{when}: names of {matchers:?}: {got:?}");
    }
    asked
}

#[test]
fn label_questions_agree_with_looking_at_every_series() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), Options::default()).unwrap();
    append(&db, 0..400, HOUR);
    let all = |db: &Db| db.querier(i64::MIN, i64::MAX).unwrap();
    assert!(compare(&*all(&db), "head", true) > 10_000);
    append(&db, (0..400).step_by(3), 2 * HOUR);
    append(&db, 390..420, 5 * HOUR);
    compare(&*all(&db), "head", true);
    compare(&*db.querier(2 * HOUR, 3 * HOUR).unwrap(), "a part of the head", false);
    assert!(!db.maintain().unwrap().head_blocks.is_empty());
    compare(&*all(&db), "blocks and head", true);
    compare(&*db.querier(0, 2 * HOUR - 1).unwrap(), "a block", true);
}

#[test]
fn the_newest_sample_is_that_of_a_whole_read() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), Options { out_of_order_window: HOUR, ..Options::default() }).unwrap();
    for n in 0..300 {
        append(&db, 0..3, n * 1000);
    }
    let newest = |querier: &dyn Querier, mint, maxt| {
        let hints = SelectHints { newest_only: true, sorted: true, ..SelectHints::default() };
        let series = collect_series(querier.select(&hints, &[]).unwrap()).unwrap();
        let last = |series: &dyn narthex_storage::Series| {
            let mut samples = Samples::default();
            series.read(mint, maxt, &mut samples).unwrap();
            samples.timestamps.last().copied().zip(samples.values.last().copied())
        };
        series.iter().map(|series| last(&**series)).collect::<Vec<_>>()
    };
    let at = |t: i64| (0..3).map(|n| Some((t, f64::from(n)))).collect::<Vec<_>>();
    let before = db.querier(i64::MIN, i64::MAX).unwrap();
    let check = |querier: &dyn Querier| {
        assert_eq!(newest(querier, 290_000, 300_000), at(299_000));
        assert_eq!(newest(querier, 290_000, 299_000), at(299_000));
        assert_eq!(newest(querier, 290_000, 298_999), at(298_000));
        assert_eq!(newest(querier, 5000, 17_500), at(17_000));
        assert_eq!(newest(querier, 299_001, 400_000), [None, None, None]);
    };
    check(&*before);
    append(&db, 0..3, 300_000);
    append(&db, 0..3, 250_500);
    check(&*before);
    assert_eq!(newest(&*db.querier(0, i64::MAX).unwrap(), 0, 400_000), at(300_000));
    assert_eq!(newest(&*db.querier(0, i64::MAX).unwrap(), 250_000, 250_700), at(250_500));
    drop(before);
    let one = Matcher::equal("unique", "u0001");
    db.delete(300_000, 300_000, &[one]).unwrap();
    let want = [Some((300_000, 0.0)), Some((299_000, 1.0)), Some((300_000, 2.0))];
    assert_eq!(newest(&*db.querier(0, i64::MAX).unwrap(), 0, 400_000), want);
    drop(db);
    let db = Db::open(dir.path(), Options::default()).unwrap();
    assert_eq!(newest(&*db.querier(0, i64::MAX).unwrap(), 0, 400_000), want);
}
