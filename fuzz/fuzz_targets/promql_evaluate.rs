//! No query makes the engine panic: each is evaluated, in all the ways of the test scripts, over a few small series.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_promql::test_language::{RunOptions, run_script};

const SERIES: &str = r#"load 1m
  a{l="x"} 0+1x5 _ 3 stale 5
  a{l="y"} 10-1x8 NaN Inf
  b_bucket{le="1"} 0+1x9
  b_bucket{le="+Inf"} 0+2x9
  h {{schema:1 count:5 sum:3 z_bucket:1 buckets:[1 2 1]}}+{{schema:1 count:1 buckets:[1]}}x9
  n {{schema:-53 count:3 custom_values:[1 5] buckets:[1 1 1]}}x9
"#;

fuzz_target!(|query: &str| {
    if !query.contains('\n') {
        let script = format!("{SERIES}\neval instant at 7m {query}\n");
        let _ = run_script(&script, &RunOptions::default());
    }
});
