//! `--query.max-memory` end to end: a query whose results in between are too large fails with a text that names the limit,
//! smaller ones over the same series go on.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::fmt::Write as _;
use std::process::Command;

use narthex_tests::{Process, binary, free_port, request};
use serde_json::Value;

const SERIES: usize = 200;
/// Of 5,000 steps the column of a series is 40 kB, so all series are 8 MB.
const RANGE: &str = "start=1700000000&end=1700004999&step=1";

fn ask(port: u16, endpoint: &str, times: &str, query: &str) -> (u16, Value) {
    let escape =
        |byte: u8| if byte.is_ascii_alphanumeric() { (byte as char).into() } else { format!("%{byte:02X}") };
    let query: String = query.bytes().map(escape).collect();
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("{times}&query={query}");
    let answer = request(port, "POST", &format!("/api/v1/{endpoint}"), &[form], body.as_bytes()).unwrap();
    (answer.status, answer.json())
}

#[test]
fn results_in_between_count_against_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = String::new();
    for name in ["a", "b"] {
        writeln!(page, "# TYPE {name} gauge").unwrap();
        for id in 0..SERIES {
            writeln!(page, "{name}{{id=\"{id}\"}} {id} 1700000000").unwrap();
        }
    }
    page.push_str("# EOF\n");
    std::fs::write(dir.path().join("page.txt"), page).unwrap();
    let import = ["tsdb", "create-blocks-from", "openmetrics", "page.txt", "data"];
    let made = Command::new(binary("narthex")).args(import).current_dir(dir.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::write(dir.path().join("prometheus.yml"), "").unwrap();
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let arguments = [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=100y",
        "--query.max-memory=20MB",
        &listen,
    ];
    let mut server = Process::start("narthex", &arguments, dir.path(), port, "/-/ready");

    for query in ["a", "count(a)", "count(sort(a))", "count(a > 5)"] {
        let (status, answer) = ask(port, "query_range", RANGE, query);
        assert_eq!(status, 200, "{query}: {answer}");
        assert_ne!(answer["data"]["result"][0], Value::Null, "{query}: {answer}");
    }
    for query in [
        "count(a + on (id) b)",
        "count(a and on (id) b or on (id) a)",
        "count(topk(200, a))",
        "count(quantile by (id) (0.5, a) + 1 > quantile by (id) (0.5, a))",
        "count(count_values by (id) (\"value\", a) or count_values by (id) (\"value\", a))",
    ] {
        let (status, answer) = ask(port, "query_range", RANGE, query);
        assert_eq!((status, &answer["errorType"]), (422, &Value::from("execution")), "{query}: {answer}");
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(
            error.contains("more than 20971520 bytes") && error.contains("--query.max-memory"),
            "{error}"
        );
    }
    // At one step the labels are what there is: 200 series with a label of 4 kB each, 30 times.
    let wide = format!("label_replace(a, \"copy\", \"{}\", \"id\", \".*\")", "x".repeat(4_000));
    let query = format!("count({})", vec![wide.as_str(); 30].join(" or "));
    let (status, answer) = ask(port, "query", "time=1700000000", &query);
    assert_eq!(status, 422, "{answer}");
    assert_eq!(ask(port, "query", "time=1700000000", &format!("count({wide})")).0, 200);
    assert_eq!(ask(port, "query_range", RANGE, "a").0, 200, "the limit is one of a query");
    server.kill();
}
