//! The relabelling table: every action with its corner cases, input labels → output labels or dropped.

use narthex_model::names::NameValidation;
use narthex_model::relabel::{Action, RuleError, RuleSpec, process};
use narthex_model::{Labels, LabelsBuilder};

fn rule(action: Action, source: &[&str]) -> RuleSpec {
    RuleSpec {
        action,
        source_labels: source.iter().map(|name| (*name).to_owned()).collect(),
        ..RuleSpec::default()
    }
}

fn with(mut spec: RuleSpec, regex: &str, target: &str, replacement: &str) -> RuleSpec {
    spec.regex = regex.to_owned();
    spec.target_label = target.to_owned();
    spec.replacement = replacement.to_owned();
    spec
}

fn replace(source: &[&str], regex: &str, target: &str, replacement: &str) -> RuleSpec {
    with(rule(Action::Replace, source), regex, target, replacement)
}

fn labels(text: &[(&'static str, &'static str)]) -> Labels {
    Labels::from_pairs(text.iter().copied())
}

/// Applies the rules; `None` is "dropped".
fn run(input: &Labels, rules: Vec<RuleSpec>) -> Option<Labels> {
    let rules: Vec<_> = rules.into_iter().map(|spec| spec.compile().expect("a good rule")).collect();
    let mut builder = LabelsBuilder::from_labels(input);
    process(&rules, &mut builder).then(|| builder.build())
}

#[test]
fn replace_table() {
    let input = labels(&[("a", "foo"), ("b", "bar"), ("c", "baz")]);
    let cases: Vec<(RuleSpec, &[(&str, &str)])> = vec![
        (replace(&["a"], "f(.*)", "d", "ch${1}-ch${1}"), &[("d", "choo-choo")]),
        (replace(&["a", "b"], "f(.*);(.*)r", "a", "b${1}${2}m"), &[("a", "boobam")]),
        (replace(&["a"], "o", "d", "x"), &[]),
        (replace(&["a"], "(.*)", "d", "$1"), &[("d", "foo")]),
        (replace(&[], "(.*)", "d", "static"), &[("d", "static")]),
        (replace(&[], "(.*)", "a", ""), &[("a", "")]),
        (replace(&["a"], "f(x)?.*", "b", "$1"), &[("b", "")]),
        (replace(&["a"], "(f).*", "${1}_x", "y"), &[("f_x", "y")]),
        (replace(&["nothing"], "", "d", "empty"), &[("d", "empty")]),
        (replace(&["nothing"], ".+", "d", "empty"), &[]),
        (replace(&["a"], "(?i)FOO", "d", "hit"), &[("d", "hit")]),
    ];
    for (spec, changes) in cases {
        let mut expected = input.to_builder();
        for (name, value) in changes {
            expected.set(name, value);
        }
        assert_eq!(run(&input, vec![spec.clone()]), Some(expected.build()), "{spec:?}");
    }
}

#[test]
fn keep_and_drop() {
    let input = labels(&[("a", "foo"), ("b", "bar")]);
    let cases = [
        (with(rule(Action::Keep, &["a"]), "f.*", "", "$1"), true),
        (with(rule(Action::Keep, &["a"]), "f", "", "$1"), false),
        (with(rule(Action::Keep, &["nothing"]), ".+", "", "$1"), false),
        (with(rule(Action::Drop, &["a", "b"]), "foo;bar", "", "$1"), false),
        (with(rule(Action::Drop, &["a"]), "o", "", "$1"), true),
        (with(rule(Action::KeepEqual, &["a"]), "(.*)", "b", "$1"), false),
        (with(rule(Action::DropEqual, &["a"]), "(.*)", "b", "$1"), true),
        (with(rule(Action::KeepEqual, &["a"]), "(.*)", "a", "$1"), true),
        (with(rule(Action::DropEqual, &["a"]), "(.*)", "a", "$1"), false),
        (with(rule(Action::KeepEqual, &["none"]), "(.*)", "nothing", "$1"), true),
    ];
    for (spec, kept) in cases {
        assert_eq!(run(&input, vec![spec.clone()]).is_some(), kept, "{spec:?}");
    }
}

#[test]
fn names() {
    let input = labels(&[("a", "1"), ("b1", "2"), ("b2", "3"), ("__meta_x_y", "4")]);
    let map = with(rule(Action::LabelMap, &[]), "b(.*)", "", "bar_${1}");
    assert_eq!(
        run(&input, vec![map]),
        Some(labels(&[
            ("a", "1"),
            ("b1", "2"),
            ("b2", "3"),
            ("bar_1", "2"),
            ("bar_2", "3"),
            ("__meta_x_y", "4")
        ]))
    );
    let map = with(rule(Action::LabelMap, &[]), "__meta_(x.*)", "", "$1");
    assert_eq!(run(&input, vec![map]).unwrap().get("x_y"), Some("4"));
    let drop = with(rule(Action::LabelDrop, &[]), "b.*", "", "$1");
    assert_eq!(run(&input, vec![drop]), Some(labels(&[("a", "1"), ("__meta_x_y", "4")])));
    let keep = with(rule(Action::LabelKeep, &[]), "b.*", "", "$1");
    assert_eq!(run(&input, vec![keep]), Some(labels(&[("b1", "2"), ("b2", "3")])));
}

#[test]
fn values() {
    let input = labels(&[("a", "Foo"), ("b", "bär"), ("c", "baz")]);
    let to = |action| with(rule(action, &["a", "b"]), "(.*)", "t", "$1");
    assert_eq!(run(&input, vec![to(Action::Lowercase)]).unwrap().get("t"), Some("foo;bär"));
    assert_eq!(run(&input, vec![to(Action::Uppercase)]).unwrap().get("t"), Some("FOO;BÄR"));
    // Known answers: the numbers that a Prometheus gives these values.
    let hash = |source: &[&str], modulus| RuleSpec {
        modulus,
        target_label: "d".to_owned(),
        ..rule(Action::HashMod, source)
    };
    assert_eq!(run(&input, vec![hash(&["c"], 1000)]).unwrap().get("d"), Some("976"));
    let input = labels(&[("a", "foo\nbar")]);
    assert_eq!(run(&input, vec![hash(&["a"], 1000)]).unwrap().get("d"), Some("734"));
}

#[test]
fn rules_see_each_other() {
    let input = labels(&[("__address__", "10.0.0.1:9100")]);
    let rules = vec![
        replace(&["__address__"], "([^:]+)(?::\\d+)?", "host", "$1"),
        replace(&["host"], "10\\.(.*)", "net", "ten-$1"),
        with(rule(Action::Drop, &["net"]), "ten-9.*", "", "$1"),
    ];
    assert_eq!(run(&input, rules).unwrap().get("net"), Some("ten-0.0.1"));
}

#[test]
fn an_invalid_target_changes_nothing() {
    let input = labels(&[("a", "some-name-value")]);
    let spec = RuleSpec {
        name_validation: NameValidation::Legacy,
        ..replace(&["a"], "some-([^-]+)-([^,]+).*", "${1}-x", "${2}")
    };
    assert!(matches!(spec.compile(), Err(RuleError::BadTarget { .. })));
    let spec = RuleSpec {
        name_validation: NameValidation::Legacy,
        ..replace(&["a"], "(some)-([^-]+)-(.*)", "${3}", "${2}")
    };
    let odd = labels(&[("a", "some-name-9value")]);
    assert_eq!(run(&odd, vec![spec.clone()]), Some(odd.clone()));
    assert_eq!(run(&input, vec![spec]).unwrap().get("value"), Some("name"));
}

#[test]
fn refused() {
    let bad = [
        (replace(&["a"], "(", "b", "$1"), "missing closing )"),
        (rule(Action::Replace, &["a"]), "requires 'target_label'"),
        (with(rule(Action::HashMod, &["a"]), "(.*)", "b", "$1"), "non-zero modulus"),
        (with(rule(Action::Lowercase, &["a"]), "(.*)", "b", "x"), "'replacement' can not be set"),
        (with(rule(Action::LabelDrop, &["a"]), "a", "", "$1"), "requires only 'regex'"),
        (with(rule(Action::LabelKeep, &[]), "a", "b", "$1"), "requires only 'regex'"),
        (with(rule(Action::KeepEqual, &["a"]), "x", "b", "$1"), "requires only 'source_labels'"),
        (with(rule(Action::LabelMap, &[]), "(.*)", "", ""), "invalid 'replacement'"),
    ];
    for (spec, text) in bad {
        let error = spec.clone().compile().expect_err("must be refused").to_string();
        assert!(error.contains(text), "{spec:?}: {error}");
    }
}

#[test]
fn action_names() {
    for action in Action::ALL {
        assert_eq!(Action::from_name(action.as_str()), Some(action));
    }
    assert_eq!(Action::from_name("KeepEqual"), Some(Action::KeepEqual));
    assert_eq!(Action::from_name("noop"), None);
}
