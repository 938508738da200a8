//! `histogram_quantiles(v, label, q…)` said as the single quantiles that it stands for, so that the reference can be asked
//! for what it means to compute: of buckets with equal bounds it reads the second quantile from what the first has left.

use narthex_promql::ast::{Call, Expr, PosRange};
use narthex_promql::parser::{ParserOptions, parse_expr};

/// The query with `label_replace(histogram_quantile(q, v), label, "q", "", "")` for each quantile, joined by `or`; `None`
/// when it has no `histogram_quantiles` of literal quantiles.
pub(crate) fn one_by_one(query: &str, options: ParserOptions) -> Option<String> {
    let mut text = query.to_owned();
    // Each round replaces an innermost call.
    for _ in 0..16 {
        let expr = parse_expr(&text, options).ok()?;
        let mut found = None;
        expr.walk(&mut |node| {
            if let Expr::Call(call) = node
                && call.function.name == "histogram_quantiles"
            {
                // Parents come first, so the last one has none inside.
                found = Some(call);
            }
        });
        let Some(call) = found else { return (text != query).then_some(text) };
        let single = singles(call, &text)?;
        let PosRange { start, end } = call.pos;
        text = format!("{}{single}{}", text.get(..start)?, text.get(end..)?);
    }
    None
}

fn singles(call: &Call, text: &str) -> Option<String> {
    let (vector, rest) = call.args.split_first()?;
    let (label, quantiles) = rest.split_first()?;
    let written = |expr: &Expr| text.get(expr.pos().start..expr.pos().end);
    let (vector, label) = (written(vector)?, written(label)?);
    let single = |q: &Expr| {
        let Expr::Number(number) = q.unwrap_parens() else { return None };
        let (q, shown) = (written(q)?, label_value(number.value));
        Some(format!("label_replace(histogram_quantile({q}, {vector}), {label}, \"{shown}\", \"\", \"\")"))
    };
    let all = quantiles.iter().map(single).collect::<Option<Vec<_>>>()?;
    Some(format!("({})", all.join(" or ")))
}

/// A quantile as the value of its label; of the numbers that are drawn none needs an exponent.
fn label_value(q: f64) -> String {
    match q {
        q if q.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        // Zero has no sign here.
        q if q.fract() == 0.0 => format!("{:.1}", q + 0.0),
        q => q.to_string(),
    }
}

#[test]
fn calls_are_taken_apart() {
    let inner = "(label_replace(histogram_quantile(0.5, h), \"q\", \"0.5\", \"\", \"\") or label_replace(histogram_quantile(-2, h), \"q\", \"-2.0\", \"\", \"\"))";
    let of = |query: &str| one_by_one(query, ParserOptions::ALL);
    assert_eq!(of("sum(histogram_quantiles(h, \"q\", 0.5, -2))"), Some(format!("sum({inner})")));
    assert_eq!(
        of("histogram_quantiles(histogram_quantiles(h, \"q\", 0.5, -2), \"p\", 1)"),
        Some(format!("(label_replace(histogram_quantile(1, {inner}), \"p\", \"1.0\", \"\", \"\"))"))
    );
    assert_eq!(of("sum(h)"), None);
    assert_eq!(of("histogram_quantiles(h, \"q\", time())"), None);
}
