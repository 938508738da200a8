//! No text makes the PromQL parser panic, and what it takes is printed, on one line and pretty, as text that means the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_promql::parser::{ParserOptions, parse_expr, parse_metric, parse_metric_selector};
use narthex_promql::printer::pretty;

fuzz_target!(|input: &str| {
    let _ = parse_metric(input);
    let _ = parse_metric_selector(input);
    let _ = parse_expr(input, ParserOptions::default());
    let Ok(expr) = parse_expr(input, ParserOptions::ALL) else { return };
    let printed = expr.to_string();
    for text in [&printed, &pretty(&expr)] {
        match parse_expr(text, ParserOptions::ALL) {
            Ok(again) => assert_eq!(again.to_string(), printed),
            Err(error) => panic!("{input:?} is printed as {text:?}: {error}"),
        }
    }
});
