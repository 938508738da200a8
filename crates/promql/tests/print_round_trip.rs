//! Property: what is printed, on one line or pretty, parses to the same tree.

use narthex_promql::ast::{Expr, MatrixSelector, VectorSelector};
use narthex_promql::parser::{ParserOptions, parse_expr};
use narthex_promql::printer::pretty;
use proptest::prelude::*;

#[path = "support/queries.rs"]
mod queries;

use queries::{scalar, vector};

/// The tree without what printing does not keep: positions, and the order of matchers.
fn normalised(query: &str) -> Result<Expr, String> {
    let mut expr = parse_expr(query, ParserOptions::ALL).map_err(|error| format!("{query}: {error}"))?;
    expr.strip_positions();
    sort_matchers(&mut expr);
    Ok(expr)
}

fn sort_matchers(expr: &mut Expr) {
    match expr {
        Expr::Vector(vector) => sort(vector),
        Expr::Matrix(matrix) => {
            let MatrixSelector { vector, .. } = &mut **matrix;
            sort(vector);
        }
        _ => expr.for_each_child_mut(&mut sort_matchers),
    }
}

fn sort(vector: &mut VectorSelector) {
    vector.matchers.sort_by_key(ToString::to_string);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn print_then_parse_is_identity(query in prop_oneof![vector(), scalar()]) {
        let expr = normalised(&query).map_err(TestCaseError::fail)?;
        let printed = parse_expr(&query, ParserOptions::ALL).unwrap().to_string();
        prop_assert_eq!(&normalised(&printed).map_err(TestCaseError::fail)?, &expr, "{}", printed);
        let broken = pretty(&parse_expr(&query, ParserOptions::ALL).unwrap());
        prop_assert_eq!(&normalised(&broken).map_err(TestCaseError::fail)?, &expr, "{}", broken);
    }

    #[test]
    fn no_input_panics(text in any::<String>()) {
        let _ = parse_expr(&text, ParserOptions::ALL);
    }

    #[test]
    fn no_mixture_of_tokens_panics(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..24)) {
        for separator in ["", " "] {
            if let Ok(expr) = parse_expr(&tokens.join(separator), ParserOptions::ALL) {
                let printed = expr.to_string();
                let again = parse_expr(&printed, ParserOptions::ALL);
                prop_assert!(again.is_ok(), "{} printed as {}: {:?}", tokens.join(separator), printed, again);
            }
        }
    }
}

const TOKENS: &[&str] = &[
    "a",
    "b:c",
    "sum",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "@",
    "start",
    "end",
    "step",
    "range",
    "min_of",
    "rate",
    "info",
    "topk",
    "fill",
    "anchored",
    "smoothed",
    "and",
    "or",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "=~",
    "!=",
    "==",
    "<",
    "</",
    ">/",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "1",
    "5m",
    "0x1f",
    "1e3",
    "Inf",
    "\"x\"",
    "'y'",
    "`z`",
    "\"",
    "#",
    "\n",
    "_",
    ".",
    "é",
];
