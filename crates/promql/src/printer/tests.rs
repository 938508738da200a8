//! How expressions are printed, on one line and pretty.

use crate::parser::{ParserOptions, parse_expr};

use super::pretty;

fn printed(query: &str) -> String {
    parse_expr(query, ParserOptions::ALL).unwrap().to_string()
}

#[test]
fn as_prometheus_prints() {
    for (query, expected) in [
        ("sum by() (task:errors:rate10s{})", "sum(task:errors:rate10s)"),
        ("sum(x) without(a,b)", "sum without (a, b) (x)"),
        ("sum by ('a.b', c) (x)", r#"sum by ("a.b", c) (x)"#),
        ("TOPK (5, x)", "topk(5, x)"),
        ("count_values('value', x)", r#"count_values("value", x)"#),
        ("a - on(b) group_left c", "a - on (b) group_left () c"),
        ("a - ignoring() c", "a - c"),
        ("a and on() c", "a and on () c"),
        ("a == bool on(b)   c", "a == bool on (b) c"),
        ("a + fill(0) c", "a + fill (0) c"),
        ("a + fill(1234567) c", "a + fill (1.234567e+06) c"),
        ("a + fill_left(1e-5) fill_right(Inf) c", "a + fill_left (1e-05) fill_right (+Inf) c"),
        ("1e21 + 1e-7", "1000000000000000000000 + 0.0000001"),
        ("a[36h] offset 90d", "a[1d12h] offset 90d"),
        ("a[+(((5m)))] offset -+-step()", "a[(5m)] offset --step()"),
        ("a @ 4503599627370497.5", "a @ 4503599627370498.000"),
        ("a + on(x) fill_right(2) fill_left(-1) c", "a + on (x) fill_left (-1) fill_right (2) c"),
        ("up > bool 0", "up > bool 0"),
        ("a offset -1d", "a offset -1d"),
        ("a offset +(5m)", "a offset (5m)"),
        ("a offset +(5m) + 1m", "a offset +(5m) + 1m"),
        ("-a offset +(5m) * b", "-a offset +(5m) * b"),
        ("b - a @ 5 offset +(5m) - 1", "b - a @ 5.000 offset +(5m) - 1"),
        ("(a offset (5m)) + 1m", "(a offset (5m)) + 1m"),
        ("a offset (5m) > b offset (1m)", "a offset (5m) > b offset (1m)"),
        ("a @ 10.2222 offset 5m", "a @ 10.222 offset 5m"),
        ("a offset 5m @ end()", "a @ end() offset 5m"),
        ("a[5m] smoothed offset 1m @ start()", "a[5m] smoothed @ start() offset 1m"),
        ("a anchored offset 1m", "a anchored offset 1m"),
        ("x[1h:] offset 90s", "x[1h:] offset 1m30s"),
        ("x[1h:15s] @ 5", "x[1h:15s] @ 5.000"),
        ("x{b!~'c',a=\"d\\n\"}", r#"x{a="d\n",b!~"c"}"#),
        ("{'a.b','c d'='e'}", r#"{"c d"="e",__name__="a.b"}"#),
        ("-x", "-x"),
        ("1 + -2 ^ -3", "1 + -2 ^ -3"),
        ("1e3 + 0x1F", "1000 + 31"),
        ("-Inf + Inf + NaN", "-Inf + +Inf + NaN"),
        ("5m + 1h", "5m + 1h"),
        ("x[5m * (2 + step()) - min_of(1m, range())]", "x[5m * (2 + step()) - min_of(1m, range())]"),
        ("x offset -(2*2)", "x offset -(2 * 2)"),
        ("info(x, {})", "info(x, {})"),
        ("h </ 5 >/ 1", "h </ 5 >/ 1"),
        (r#"label_replace(x, "\xff", "é", "a", `\d`)"#, r#"label_replace(x, "\xff", "é", "a", "\\d")"#),
    ] {
        assert_eq!(printed(query), expected, "{query}");
    }
}

#[test]
fn short_expressions_stay_on_a_line() {
    let expr = parse_expr("sum by(a)( rate(x[5m]) )", ParserOptions::ALL).unwrap();
    assert_eq!(pretty(&expr), "sum by (a) (rate(x[5m]))");
}

#[test]
fn long_expressions_are_broken() {
    let query = "histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket{job=\"api\",status=~\"2..\"}[5m]))) / on(job) -(some_other_metric_name + bool_metric)";
    let expr = parse_expr(query, ParserOptions::ALL).unwrap();
    let expected = "  histogram_quantile(
    0.9,
    sum by (le) (rate(http_request_duration_seconds_bucket{job=\"api\",status=~\"2..\"}[5m]))
  )
/ on (job)
  -(some_other_metric_name + bool_metric)";
    assert_eq!(pretty(&expr), expected);
}
