//! Property: whatever is asked of whatever series, in all the ways of the test scripts, answers or fails, and never panics.

use narthex_promql::EngineOptions;
use narthex_promql::test_language::{RunOptions, run_script};
use proptest::prelude::*;

#[path = "support/queries.rs"]
mod queries;

const SERIES: &str = r#"load 1m
  up{job="x", le="1"} 0+1x5 _ 3 stale 5
  up{job="y"} 10-1x8 NaN Inf
  a:b{le="+Inf"} 0+2x9 -Inf
  sum{"a.b"="c"} {{schema:1 count:5 sum:3 z_bucket:1 buckets:[1 2 1]}}+{{schema:1 count:1 buckets:[1]}}x9
  offset {{schema:-53 count:3 custom_values:[1 5] buckets:[1 1 1]}}x4 {{count:1}} 5 _ {{count:0 sum:-1 n_buckets:[1]}}
  {"m.n", on="1"} 1 {{schema:-4 count:2 buckets:[2]}} NaN {{counter_reset_hint:gauge count:3}} stale
  start 1e308+1e308x3 0x3
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_or_fails(query in prop_oneof![9 => queries::vector(), 1 => queries::scalar()], minute in 0..12_u32) {
        let query = query.replace('\n', " ");
        let script = format!("{SERIES}\neval instant at {minute}m {query}\n");
        let outcome = run_script(&script, &RunOptions::default());
        prop_assert_eq!(outcome.error, None);
        let script = format!("{SERIES}\neval range from 0 to {minute}m step 50s {query}\n");
        prop_assert_eq!(run_script(&script, &RunOptions::default()).error, None);
    }
}

#[test]
fn the_deepest_trees_are_evaluated() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for query in [
        deep("(", "up", ")", 250),
        deep("abs(", "up", ")", 250),
        deep("-(", "up", ")", 120),
        deep("sum by (job) (", "up", ")", 250),
        deep("vector(scalar(", "up", "))", 120),
        deep("max_over_time(", "up", "[1m:1m])", 120),
        format!("up{}", " + up".repeat(250)),
        format!("{}up", "2 ^ ".repeat(250)),
        format!("up{}", " or up".repeat(250)),
    ] {
        let options = RunOptions { engine: EngineOptions { max_samples: 0, ..RunOptions::default().engine } };
        let outcome = run_script(&format!("{SERIES}\neval instant at 1m {query}\n"), &options);
        assert_eq!(outcome.error, None, "{query}");
        let errors = outcome.failures.iter().filter(|failure| failure.reason.starts_with("unexpected error"));
        assert_eq!(errors.count(), 0, "{query}: {:?}", outcome.failures);
    }
}
