//! The language itself: lines, values, hints, expectations.

use narthex_model::{CounterResetHint, Labels};
use narthex_storage::{Queryable, Samples, SelectHints, collect_series};

use super::expectation::{AnnotationExpectation, TextMatch};
use super::script::{Command, Script};
use super::series::{self, Slot};
use super::store::{MemoryStorage, SampleData};
use super::{compare, start_time, variants};
use crate::parser::{ParserOptions, parse_expr};

fn floats(line: &str) -> Vec<Option<f64>> {
    let parsed = series::parse(1, line).unwrap();
    parsed
        .values
        .iter()
        .map(|slot| match slot {
            Slot::Omitted => None,
            Slot::Float(value) => Some(*value),
            Slot::Histogram { histogram, .. } => Some(histogram.count),
        })
        .collect()
}

#[test]
fn series_values() {
    let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    assert_eq!(floats("m 1 -2.5 1e3 .5 5. 010"), some(&[1.0, -2.5, 1000.0, 0.5, 5.0, 8.0]));
    assert_eq!(floats("m 1+2x3"), some(&[1.0, 3.0, 5.0, 7.0]));
    assert_eq!(floats("m -1-1x1 0x2"), some(&[-1.0, -2.0, 0.0, 0.0, 0.0]));
    assert_eq!(floats("m{} _ _x2 1"), [None, None, None, Some(1.0)]);
    assert_eq!(floats("m {{count:1}}+{{count:2}}x2"), some(&[1.0, 3.0, 5.0]));
    assert_eq!(floats("m 1e-2+1e+1x1 Inf"), some(&[0.01, 10.01, f64::INFINITY]));
    assert!(floats("m NaN stale").iter().all(|value| value.is_some_and(f64::is_nan)));
    for bad in ["m 1x", "m 0x1F", "m 1 {{", "m {{foo:1}}", "m {{count:1 count:2}}", "m abc", "m{a=1} 1"] {
        assert!(series::parse(1, bad).is_err(), "{bad}");
    }
}

#[test]
fn metric_forms() {
    let labels = |line: &str| series::parse(1, line).unwrap().labels;
    assert_eq!(labels("{} 1"), Labels::EMPTY);
    assert_eq!(
        labels(r#"{"a.b", "c d"='e', f=`g`,} 1"#),
        Labels::from_pairs([("__name__", "a.b"), ("c d", "e"), ("f", "g")])
    );
    assert_eq!(labels(r#"sum{by="x"} 1"#), Labels::from_pairs([("__name__", "sum"), ("by", "x")]));
}

#[test]
fn start_lines() {
    assert!(start_time::is_start_line("m{a=\"b\"}@st -1m"));
    let parsed = start_time::parse(1, "m@st _ _x2 0-1mx1 -30s 1ms+2msx1 -0msx0").unwrap();
    assert_eq!(
        parsed.offsets_ms,
        [None, None, None, Some(0), Some(-60_000), Some(-30_000), Some(1), Some(3), Some(0)]
    );
    assert!(start_time::parse(1, "m@st 1h30m").is_err());
}

#[test]
fn blocks_end_at_empty_lines_and_comments() {
    let script = Script::parse(
        "load 1m\n  a 1\n # x\nclear\neval instant at 1m a\n  a 1\n\neval instant at 0 1\n  1\nclear",
    );
    assert_eq!(script.error, None);
    let commands = script.commands;
    let kinds: Vec<_> = commands
        .iter()
        .map(|command| match command {
            Command::Clear => "clear",
            Command::Load(_) => "load",
            Command::Eval(_) => "eval",
        })
        .collect();
    assert_eq!(kinds, ["load", "clear", "eval", "eval", "clear"]);
    for bad in [
        "foo",
        "load 1x",
        "load 1m\n a@st 1m",
        "eval instant at 1m a[",
        "eval instant at 1m a\n a 1 2",
        "eval range from 2m to 1m step 1m a",
        "eval instant at 1m a\n expect warn\n expect no_warn",
        "eval instant at 1m a\n expect nothing",
    ] {
        assert!(Script::parse(bad).error.is_some(), "{bad}");
    }
}

#[test]
fn a_query_may_contain_the_words_of_the_head() {
    let script = Script::parse("eval range from 0 to 10m step 1m x{a=\"b\"} # to step");
    let Some(Command::Eval(eval)) = script.commands.first() else { panic!("no eval") };
    assert_eq!(eval.query, "x{a=\"b\"} # to step");
}

#[test]
fn hints_are_those_of_chunks() {
    let mut storage = MemoryStorage::new();
    let line = "m {{count:1}} {{count:2}} {{count:1}} {{count:3 counter_reset_hint:reset}} {{count:3 counter_reset_hint:gauge}} {{count:1 counter_reset_hint:gauge}} {{schema:1 count:9}}";
    let parsed = series::parse(1, line).unwrap();
    for (t, slot) in parsed.values.iter().enumerate() {
        let Slot::Histogram { histogram, .. } = slot else { panic!("not a histogram") };
        storage.append(&parsed.labels, 0, t as i64, SampleData::Histogram(histogram.clone())).unwrap();
    }
    let querier = storage.querier(0, 100).unwrap();
    let found = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let mut samples = Samples::default();
    found[0].read(0, 100, &mut samples).unwrap();
    let hints: Vec<_> = samples.histograms.iter().map(|(_, h)| h.to_float().counter_reset_hint).collect();
    use CounterResetHint::{Gauge, NotCounterReset, Unknown};
    assert_eq!(hints, [Unknown, NotCounterReset, Unknown, Unknown, Gauge, Gauge, Unknown]);
}

#[test]
fn appending_backwards_is_refused() {
    let mut storage = MemoryStorage::new();
    let labels = Labels::from_pairs([("__name__", "m")]);
    storage.append(&labels, 0, 5, SampleData::Float(1.0)).unwrap();
    storage.append(&labels, 0, 5, SampleData::Float(1.0)).unwrap();
    assert!(storage.append(&labels, 0, 5, SampleData::Float(2.0)).is_err());
    assert!(storage.append(&labels, 0, 4, SampleData::Float(1.0)).is_err());
}

#[test]
fn float_comparison() {
    for (a, b, same) in [
        (1.0, 1.000_000_1, true),
        (1.0, 1.001, false),
        (0.0, 1e-300, false),
        (0.0, -0.0, true),
        (f64::NAN, -f64::NAN, true),
        (f64::NAN, narthex_model::STALE_NAN, false),
        (f64::INFINITY, f64::INFINITY, true),
        (f64::INFINITY, f64::NEG_INFINITY, false),
        (f64::MAX, f64::MAX / 2.0, false),
    ] {
        assert_eq!(compare::same_float(a, b), same, "{a} and {b}");
    }
}

#[test]
fn annotation_expectations() {
    let found = ["PromQL info: a (1:1)".to_owned(), "PromQL info: b (1:2)".to_owned()];
    let exactly = |text: &str| TextMatch::Exactly(text.to_owned());
    let check = |expected: &AnnotationExpectation| compare::annotations("info", expected, &found);
    assert!(check(&AnnotationExpectation::Unchecked).is_ok());
    assert!(check(&AnnotationExpectation::Absent).is_err());
    assert!(check(&AnnotationExpectation::any()).is_ok());
    assert!(check(&AnnotationExpectation::Present(vec![exactly(&found[0])])).is_err());
    assert!(check(&AnnotationExpectation::Present(vec![exactly(&found[0]), exactly(&found[1])])).is_ok());
    assert!(check(&AnnotationExpectation::Present(vec![TextMatch::Any, exactly("c")])).is_err());
}

#[test]
fn pinning() {
    let pinned = |query: &str| {
        let expr = parse_expr(query, ParserOptions::ALL).unwrap();
        variants::pinned(&expr, 5000).map(|expr| expr.to_string())
    };
    assert_eq!(pinned("a + rate(b[5m])").as_deref(), Some("a @ 5.000 + rate(b[5m] @ 5.000)"));
    assert_eq!(pinned("a @ 1 + a @ end()").as_deref(), Some("a @ 1.000 + a @ 5.000"));
    assert_eq!(pinned("max_over_time(a[5m:1m] @ 3)").as_deref(), Some("max_over_time(a[5m:1m] @ 3.000)"));
    assert_eq!(
        pinned("sum_over_time(vector(time())[5m:])").as_deref(),
        Some("sum_over_time(vector(time())[5m:] @ 5.000)")
    );
    assert_eq!(pinned("a + time()"), None);
}
