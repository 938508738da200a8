//! Tables of queries: good ones with the form in which they are printed, bad ones with position and message.
//!
//! The files in `tables` have one query a line, with tabs between the columns and `\n` for a line break. With
//! `NARTHEX_BLESS=1` in the environment the expectations are written anew: read the difference before committing it.

use std::fs;
use std::path::PathBuf;

use narthex_promql::parser::{ParserOptions, parse_expr};
use narthex_promql::printer::pretty;

fn check(name: &str, answer: impl Fn(&str) -> String) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables")).join(name);
    let table = fs::read_to_string(&path).expect("the table can be read");
    let mut fresh = String::new();
    let mut differences = Vec::new();
    for line in table.lines() {
        if line.is_empty() || line.starts_with("##") {
            fresh.push_str(&format!("{line}\n"));
            continue;
        }
        let (query, expected) = line.split_once('\t').unwrap_or((line, ""));
        let found = answer(&query.replace("\\n", "\n"));
        fresh.push_str(&format!("{query}\t{found}\n"));
        if found != expected {
            differences.push(format!("{query}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(!table.is_empty(), "{name} is empty");
    if std::env::var_os("NARTHEX_BLESS").is_some() {
        fs::write(&path, fresh).expect("the table can be written");
    } else {
        assert!(differences.is_empty(), "{name}:\n{}", differences.join("\n"));
    }
}

#[test]
fn good_queries_are_printed() {
    check("good.tsv", |query| match parse_expr(query, ParserOptions::ALL) {
        Ok(expr) => expr.to_string(),
        Err(error) => format!("ERROR {error}"),
    });
}

#[test]
fn bad_queries_say_where_and_why() {
    check("bad.tsv", |query| match parse_expr(query, ParserOptions::ALL) {
        Ok(expr) => format!("PARSED {expr}"),
        Err(error) => format!("{}..{}\t{error}", error.pos.start, error.pos.end),
    });
}

#[test]
fn gated_queries_need_their_feature() {
    check("gated.tsv", |query| match parse_expr(query, ParserOptions::default()) {
        Ok(expr) => format!("PARSED {expr}"),
        Err(error) => error.to_string(),
    });
}

#[test]
fn printing_is_stable() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/good.tsv");
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| line.contains('\t')) {
        let (_, printed) = line.split_once('\t').unwrap();
        let expr = parse_expr(printed, ParserOptions::ALL).unwrap();
        assert_eq!(expr.to_string(), printed);
        let again = parse_expr(&pretty(&expr), ParserOptions::ALL).unwrap();
        assert_eq!(again.to_string(), printed, "pretty form of {printed}");
    }
}

#[test]
fn depth_has_a_limit_and_no_stack_overflow() {
    let deep =
        |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    for query in [
        deep("(", ")", 100_000),
        deep("-(", ")", 100_000),
        deep("vector(", ")", 100_000),
        deep("sum(", ")", 100_000),
        format!("{}1", "2^".repeat(100_000)),
        format!("{}1", "1+".repeat(100_000)),
        format!("a[{}1{}]", "(".repeat(100_000), ")".repeat(100_000)),
        format!("a[1{}]", "+1".repeat(100_000)),
        format!("a{}", "[5m:1m]".repeat(100_000)),
    ] {
        let error = parse_expr(&query, ParserOptions::ALL).unwrap_err();
        assert!(error.message.contains("levels deep"), "{}: {error}", &query[..20]);
    }
    for query in [deep("(", ")", 200), format!("{}1", "1+".repeat(200)), format!("{}1", "-".repeat(100_000))]
    {
        let outcome = parse_expr(&query, ParserOptions::ALL);
        assert!(outcome.is_ok() || query.starts_with('-'), "{}", &query[..20]);
    }
}
