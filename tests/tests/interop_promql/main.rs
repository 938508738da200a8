//! Random queries against a real Prometheus (`make interop`): both servers open copies of one database and answer the
//! same thousands of queries; values, labels, order, warnings, infos and error texts must agree.
//!
//! `NARTHEX_FUZZ_SEED` and `NARTHEX_FUZZ_QUERIES` choose other queries and more of them, `NARTHEX_FUZZ_KEEP` names a
//! folder for a copy of the data, to ask both servers by hand. Without `NARTHEX_PEERS_BIN`
//! the tests say SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]
#![expect(clippy::indexing_slicing, reason = "indices are drawn below the length")]

mod ask;
mod compare;
mod data;
mod generate;
mod quantiles;
mod random;

use std::path::{Path, PathBuf};
use std::process::Command;

use ask::Server;
use compare::{differences, excluded, value_differences};
use data::{LENGTH, START};
use generate::Generator;
use narthex_promql::ast::ValueType;
use narthex_promql::parser::ParserOptions;
use narthex_tests::{Process, binary, free_port};
use quantiles::one_by_one;
use random::Random;

const SETTINGS: [&str; 2] = [
    "promql-experimental-functions,promql-extended-range-selectors,promql-binop-fill-modifiers,promql-duration-expr",
    "promql-experimental-functions,promql-extended-range-selectors,promql-binop-fill-modifiers,promql-duration-expr,promql-delayed-name-removal",
];

/// Why an answer differs although the quantiles asked for one by one are the same.
const EQUAL_BOUNDS: &str =
    "of buckets with equal bounds the reference reads the second quantile from what the first has left";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn start(program: &Path, folder: &Path, data: &str, features: &str) -> (Process, Server) {
    let port = free_port();
    let arguments = [
        "--config.file=prometheus.yml".to_owned(),
        format!("--storage.tsdb.path={data}"),
        format!("--web.listen-address=127.0.0.1:{port}"),
        format!("--enable-feature={features}"),
        "--storage.tsdb.retention.time=100y".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let process = Process::start_program(program, &arguments, folder, port, "/-/ready");
    (process, Server::new(port))
}

/// A request: path and parameters.
fn request(generator: &mut Generator) -> (String, &'static str, Vec<(&'static str, String)>) {
    let seconds = |ms: i64| format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000));
    let depth = generator.random.below(4);
    let random = &mut generator.random;
    let t = START + random.between(-60_000, LENGTH + 120_000);
    if random.one_in(2) {
        let wanted = match random.below(20) {
            0 => ValueType::Scalar,
            1 => ValueType::String,
            2 | 3 => ValueType::Matrix,
            _ => ValueType::Vector,
        };
        let query = generator.expression(wanted, depth);
        return (query, "/api/v1/query", vec![("time", seconds(t))]);
    }
    let step = *random.pick(&[&1_000, &15_000, &30_000, &60_000, &17_300, &300_000, &7_000]);
    let end = t + step * random.between(0, 40);
    let wanted = if random.one_in(20) { ValueType::Scalar } else { ValueType::Vector };
    let query = generator.expression(wanted, depth);
    let parameters = vec![("start", seconds(t)), ("end", seconds(end)), ("step", seconds(step))];
    (query, "/api/v1/query_range", parameters)
}

#[test]
fn random_queries_have_the_same_answers() {
    let Some(peers) = std::env::var_os("NARTHEX_PEERS_BIN") else {
        eprintln!(
            "SKIPPED: NARTHEX_PEERS_BIN is not set, no real prometheus to compare with (run `make interop`)"
        );
        return;
    };
    let prometheus = PathBuf::from(peers).join("prometheus");
    let (seed, count) = (number("NARTHEX_FUZZ_SEED", 1), number("NARTHEX_FUZZ_QUERIES", 3_000));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prometheus.yml"), "global:\n  scrape_interval: 1h\n").unwrap();
    data::write(&folder.path().join("ours"), seed);
    if let Some(keep) = std::env::var_os("NARTHEX_FUZZ_KEEP") {
        let copied = Command::new("cp").arg("-r").arg(folder.path().join("ours")).arg(keep).status();
        assert!(copied.is_ok_and(|status| status.success()));
    }
    for (round, features) in SETTINGS.iter().enumerate() {
        let theirs = format!("theirs{round}");
        let copied = Command::new("cp").args(["-r", "ours", &theirs]).current_dir(folder.path()).status();
        assert!(copied.is_ok_and(|status| status.success()));
        let (_ours, mut ours) = start(&binary("narthex"), folder.path(), "ours", features);
        let (_theirs, mut theirs) = start(&prometheus, folder.path(), &theirs, features);
        let mut generator = Generator { random: Random::new(seed.wrapping_mul(1_000) + round as u64) };
        let (mut differing, mut answered, mut undecided, mut excluded_for_reason) = (Vec::new(), 0, 0, 0);
        for _ in 0..count / 2 {
            let (query, path, parameters) = request(&mut generator);
            let (a, b) = (ours.ask(path, &query, &parameters), theirs.ask(path, &query, &parameters));
            answered += u64::from(b["data"]["result"].as_array().is_some_and(|all| !all.is_empty()));
            let Some(what) = differences(&query, &a, &b) else { continue };
            // In a range query the reference goes over series in the order of a hash map, a new one each time: sums of
            // histograms with unequal layouts and the pair that an error names depend on it.
            let mut again = (0..6).map(|_| theirs.ask(path, &query, &parameters));
            if again.any(|other| differences(&query, &other, &b).is_some()) {
                undecided += 1;
                continue;
            }
            let meant = one_by_one(&query, ParserOptions::ALL).is_some_and(|single| {
                let b = theirs.ask(path, &single, &parameters);
                value_differences(&query, &a, &b).is_none()
            });
            let reason = if meant { Some(EQUAL_BOUNDS) } else { excluded(&query, &a, &b) };
            if let Some(reason) = reason {
                eprintln!("EXCLUDED {query}: {reason}");
                excluded_for_reason += 1;
                continue;
            }
            eprintln!("DIFFERENT {path} {parameters:?}\n  {query}\n  {what}");
            differing.push(query);
        }
        eprintln!(
            "{} queries with {features}: {answered} with a result, {undecided} to which the reference has several answers, {excluded_for_reason} excluded, {} different",
            count / 2,
            differing.len()
        );
        assert!(answered > count / 8, "most queries should have a result");
        assert!(differing.is_empty(), "{} of {} queries differ, see above", differing.len(), count / 2);
    }
}
