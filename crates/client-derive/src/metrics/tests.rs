//! What `#[metrics]` refuses, with which words; that it accepts the rest is shown by the tests of narthex-client.

use super::{Arguments, expand};

fn refused(arguments: &str, item: &str) -> String {
    let arguments: Arguments = match syn::parse_str(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_string(),
    };
    match expand(&arguments, syn::parse_str(item).unwrap()) {
        Ok(output) => panic!("accepted: {output}"),
        Err(error) => error.to_string(),
    }
}

fn field(field: &str) -> String {
    refused("", &format!("struct M {{ {field} }}"))
}

#[test]
fn mistakes_in_fields_are_named() {
    for (item, message) in [
        ("a: Counter", "a metric has a help text: write a doc comment on the field"),
        ("/// A.\n a: u64", "not a metric type; there are Counter"),
        ("/// A.\n #[metric(name = \"a b\")] a: Gauge", "\"a b\" is not a metric name"),
        ("/// A.\n #[metric(name = \"\")] a: Gauge", "\"\" is not a metric name"),
        ("/// A.\n #[metric(unit = \"\")] a: Gauge", "\"\" is not a metric name"),
        (
            "/// A.\n a: Counter, /// A.\n #[metric(name = \"a_total\")] b: Counter",
            "the metric \"a\" is given twice",
        ),
        ("/// A.\n a: Counter, /// A.\n #[metric(name = \"a\")] b: Gauge", "the metric \"a\" is given twice"),
        ("/// A.\n #[metric(labels = [\"__x\"])] a: Counter<Plain<1>>", "\"__x\" is not a label name"),
        ("/// A.\n #[metric(labels = [\"le\"])] a: Counter<Plain<1>>", "the label \"le\" is reserved"),
        (
            "/// A.\n #[metric(labels = [\"x\", \"x\"])] a: Counter<Plain<2>>",
            "the label \"x\" is given twice",
        ),
        ("/// A.\n #[metric(labels = [\"x\"])] a: Counter", "has the type Counter<Plain<1>>"),
        ("/// A.\n a: Counter<Plain<1>>", "the names of plain labels are missing"),
        (
            "/// A.\n #[metric(buckets = [1, 2.5, 2])] a: Histogram",
            "bucket bounds must ascend; 2 does not lie above",
        ),
        (
            "/// A.\n #[metric(buckets = [1.0, 1.0])] a: Histogram",
            "bucket bounds must ascend; 1 does not lie above",
        ),
        ("/// A.\n #[metric(buckets = [1.0])] a: Counter", "a Counter has no option `buckets`"),
        ("/// A.\n #[metric(bukets = [1.0])] a: Histogram", "unknown option \"bukets\""),
        ("/// A.\n a: StateSet", "a state set has states"),
        ("/// A.\n #[metric(states = [\"on\", \"on\"])] a: StateSet", "the state \"on\" is given twice"),
        ("/// A.\n #[metric(states = [\"on\"])] a: Gauge", "`states` is an option of a StateSet"),
        ("/// A.\n #[metric(unit = \"bytes\", facts(a = \"b\"))] a: Info", "Info metrics have no unit"),
        ("/// A.\n #[metric(const_labels(le = \"b\"))] a: Gauge", "the label \"le\" is reserved"),
    ] {
        let found = field(item);
        assert!(found.contains(message), "{item}: {found}");
    }
}

#[test]
fn mistakes_around_the_fields_are_named() {
    assert!(refused("prefix = \"a b\"", "struct M {}").contains("\"a b\" is not a metric name"));
    assert!(refused("statik = M", "struct M {}").contains("expected `prefix"));
    assert!(refused("", "struct M<T> { a: T }").contains("no parameters"));
    assert!(refused("", "struct M(Counter);").contains("named fields"));
}
