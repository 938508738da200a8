//! Random well-typed queries as text; used by the property tests.

use proptest::prelude::*;

fn one_of(choices: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(choices).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_u64..1_000_000).prop_map(|n| n.to_string()),
        (0.0..1e6_f64).prop_map(|n| n.to_string()),
        (0.0..1e300_f64).prop_map(|n| format!("{n:e}")),
        one_of(&["0x1f", "017", "Inf", "1_000", "5m", "1h30m", "0.1", "1e-9"]),
    ]
}

fn duration() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        one_of(&["5m", "1h30m", "90s", "300", "1d", "step()", "range()", "7s"]),
        (1_u32..100_000).prop_map(|ms| format!("{ms}ms")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let op = one_of(&["+", "-", "*", "/", "%", "^"]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min_of({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max_of({a}, -{b})")),
            inner.prop_map(|a| format!("-({a} * 2)")),
        ]
    })
}

/// A duration that cannot be negative when it is a literal.
fn range() -> impl Strategy<Value = String> {
    (duration(), duration()).prop_map(|(a, b)| format!("{a} + {b}"))
}

fn quoted() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| narthex_promql::printer::quote(&text))
}

fn selector() -> impl Strategy<Value = String> {
    let name = one_of(&["up", "a:b", "sum", "offset", "start", "fill", "and", "by"]);
    let label = one_of(&["job", "le", "on", "\"a.b\"", "'é'", "__x"]);
    let plain = (label.clone(), one_of(&["=", "!="]), quoted()).prop_map(|(l, op, v)| format!("{l}{op}{v}"));
    let regex = (label, one_of(&["=~", "!~"]), one_of(&["\".+\"", "'a|b'", "`\\d{2}.*`"]));
    let regex = regex.prop_map(|(l, op, v)| format!("{l}{op}{v}"));
    let matchers = prop::collection::vec(prop_oneof![plain, regex], 0..4).prop_map(|m| m.join(","));
    prop_oneof![
        (name, matchers.clone()).prop_map(|(name, matchers)| format!("{name}{{{matchers}}}")),
        (one_of(&["{\"m.n\"", "{__name__=~\"x.+\""]), matchers).prop_map(|(head, rest)| {
            if rest.is_empty() { format!("{head}}}") } else { format!("{head},{rest}}}") }
        }),
    ]
}

fn modifiers() -> impl Strategy<Value = String> {
    let at = one_of(&["", " @ 5", " @ -1.5", " @ start()", " @ end()", " @ 1609746000.123"]);
    let offset = prop_oneof![
        Just(String::new()),
        // Without the plus arithmetic behind the parenthesis belongs to the duration.
        duration().prop_map(|d| format!(" offset {}{d}", if d.starts_with('(') { "+" } else { "" })),
        one_of(&[" offset -5m", " offset 300", " offset +(1m)", " offset -(2m)"]),
    ];
    (at, offset).prop_map(|(at, offset)| format!("{at}{offset}"))
}

fn mode() -> impl Strategy<Value = String> {
    one_of(&["", "", " anchored", " smoothed"])
}

/// A scalar expression.
pub(crate) fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        number(),
        number().prop_map(|n| format!("-{n}")),
        one_of(&["time()", "pi()", "start()", "scalar(up)", "-time()", "(1)", "min_of(1, 2)"]),
    ]
}

fn labels() -> impl Strategy<Value = String> + Clone {
    one_of(&["", "job", "job, le", "\"a.b\", by", "on,", "sum, bool, ignoring"])
}

fn matching() -> impl Strategy<Value = String> {
    let fill = one_of(&["", "", " fill(0)", " fill_left(-1)", " fill_right(2) fill_left(1)"]);
    let on = (one_of(&["on", "ignoring"]), labels()).prop_map(|(on, labels)| format!(" {on} ({labels})"));
    let group = (one_of(&["group_left", "group_right"]), one_of(&[" ()", " (x)", " (y, \"z.z\")"]));
    let grouped = (on.clone(), group).prop_map(|(on, (group, labels))| format!("{on} {group}{labels}"));
    (prop_oneof![Just(String::new()), on, grouped], fill).prop_map(|(on, fill)| format!("{on}{fill}"))
}

/// A vector expression.
pub(crate) fn vector() -> impl Strategy<Value = String> {
    let leaf = (selector(), mode(), modifiers()).prop_map(|(s, mode, m)| format!("{s}{mode}{m}"));
    leaf.prop_recursive(4, 24, 3, |inner| {
        let op = one_of(&["+", "-", "*", "/", "%", "^", "atan2", "==", "!= bool", ">", "<=", "</", ">/"]);
        let set = one_of(&["and", "or", "unless", "and on (job)", "or ignoring (le)", "unless on ()"]);
        let function = one_of(&["abs", "sort", "ceil", "absent", "timestamp", "histogram_count", "year"]);
        let range_function = one_of(&["rate", "max_over_time", "changes", "absent_over_time"]);
        let aggregate = one_of(&["sum", "avg", "group", "topk(3, ", "quantile(0.9, ", "count_values('v', "]);
        let by = (one_of(&["by", "without"]), labels()).prop_map(|(by, labels)| format!("{by} ({labels})"));
        prop_oneof![
            (inner.clone(), op.clone(), matching(), inner.clone())
                .prop_map(|(a, op, m, b)| format!("({a}) {op}{m} ({b})")),
            (inner.clone(), op.clone(), inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), op, scalar()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), set, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (range_function.clone(), selector(), range(), mode(), modifiers())
                .prop_map(|(f, s, range, mode, m)| format!("{f}({s}[{range}]{mode}{m})")),
            (range_function, inner.clone(), range(), prop::option::of(range()), modifiers()).prop_map(
                |(f, a, range, step, m)| format!("{f}(({a})[{range}:{}]{m})", step.unwrap_or_default())
            ),
            (aggregate, by, inner.clone()).prop_map(|(op, by, a)| match op.split_once('(') {
                Some((op, param)) => format!("{op} {by} ({param}{a})"),
                None => format!("{op}({a}) {by}"),
            }),
            (inner.clone(), quoted(), quoted())
                .prop_map(|(a, s, t)| format!("label_replace({a}, 'd', {s}, 's', {t})")),
            inner.prop_map(|a| format!("info({a}, {{x=~\".*\"}})")),
        ]
    })
}
