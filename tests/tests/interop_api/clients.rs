//! The same questions through the clients that people use: a Python library, `promtool query`, `curl`. What they make of our
//! answers is what they make of a Prometheus'.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::setup::{Pair, START};

/// Exit status, output, and what went wrong, with the port taken out.
fn run(command: &mut Command, port: u16) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&port.to_string(), "PORT");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_python_client_gets_the_same() {
    let Some(library) = std::env::var_os("NARTHEX_PEERS_API_CLIENT") else {
        eprintln!(
            "SKIPPED: NARTHEX_PEERS_API_CLIENT is not set: no prometheus-api-client for Python; `make interop` installs it"
        );
        return;
    };
    let Some(pair) = Pair::start() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/ask_api.py");
    let [ours, theirs] = [pair.ours, pair.theirs].map(|port| {
        let mut command = Command::new("python3");
        command.arg(&script).arg(format!("http://127.0.0.1:{port}")).env("PYTHONPATH", &library);
        // A Prometheus out of its Go module has no pages.
        command.args((port == pair.ours).then_some("pages"));
        let (code, out, err) = run(&mut command, port);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str::<Value>(&out).unwrap()
    });
    for method in ["GET", "POST"] {
        let asked = ours[method].as_object().unwrap();
        assert!(asked.len() > 12, "{asked:?}");
        for (question, answer) in asked {
            assert_eq!(answer, &theirs[method][question], "{method} {question}");
            assert!(
                !matches!(answer, Value::Null) && answer != &serde_json::json!([]),
                "{method} {question}"
            );
        }
    }
    assert_eq!(ours, theirs);
}

/// What is asked with `promtool query`; `URL` stands for the server.
const VERBS: &[&[&str]] = &[
    &["instant", "--time=1704070000", "URL", "m_total"],
    &["instant", "-o", "json", "--time=2024-01-01T00:30:00Z", "URL", "sum by (i) (rate(m_total[5m]))"],
    &["instant", "URL", "sum("],
    &["range", "--start=1704067200", "--end=1704067800", "--step=60s", "URL", "m_total{i='1'}"],
    &["range", "--start=1704067200", "--end=1704070800", "--step=15m", "URL", "m_total > 1000"],
    &["series", "--match=m_total", "--start=1704067200", "--end=1704070800", "URL"],
    &["series", "--match=m_total{i='1'}", "--match=m_total{i='2'}", "--start=1704067200", "URL"],
    &["labels", "--start=1704067200", "--end=1704070800", "URL", "i"],
    &["labels", "--start=1704067200", "--match=m_total{i=~'[12]'}", "--end=1704070800", "URL", "le"],
    &["analyze", "--server=URL", "--type=histogram", "--match=size_bytes", "--duration=1m"],
    &["analyze", "--server=URL", "--type=histogram", "--match=nothing", "--duration=1m"],
];

#[test]
fn promtool_query_prints_the_same() {
    let Some(pair) = Pair::start() else { return };
    let promtool = PathBuf::from(std::env::var_os("NARTHEX_PEERS_BIN").unwrap()).join("promtool");
    for verb in VERBS {
        let [ours, theirs] = [pair.ours, pair.theirs].map(|port| {
            let server = format!("http://127.0.0.1:{port}");
            let arguments = verb.iter().map(|argument| argument.replace("URL", &server));
            let (code, out, err) = run(Command::new(&promtool).arg("query").args(arguments), port);
            let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
            lines.sort();
            (code, lines, err)
        });
        assert_eq!(ours, theirs, "{verb:?}");
    }
}

#[test]
fn curl_gets_the_same() {
    let Some(pair) = Pair::start() else { return };
    let range = format!("start={START}&end=1704070800&step=600");
    let questions: [&[&str]; 9] = [
        &["--data-urlencode", "query=m_total{i=\"1\"}", "-d", "time=1704070000", "URL/api/v1/query"],
        &["-G", "--data-urlencode", "query=rate(m_total[5m])", "-d", &range, "URL/api/v1/query_range"],
        &["--compressed", "-d", &format!("query=m_total&{range}"), "URL/api/v1/query_range"],
        &["-g", "URL/api/v1/series?match[]=m_total{i=\"2\"}&start=1704067200&end=1704070800"],
        &["-d", "match[]=m_total", "URL/api/v1/labels"],
        &["-F", "query=m_total", "-F", "time=1704070000", "URL/api/v1/query"],
        &["--http1.0", "URL/api/v1/label/i/values"],
        &["-w", "%{http_code} %{content_type}", "URL/api/v1/query?query=sum("],
        &["-g", "URL/api/v1/query?query=m_total>1000&time=1704070000"],
    ];
    for question in questions {
        let [ours, theirs] = [pair.ours, pair.theirs].map(|port| {
            let server = format!("http://127.0.0.1:{port}");
            let arguments = question.iter().map(|argument| argument.replace("URL", &server));
            run(Command::new("curl").args(["-s", "--max-time", "20"]).args(arguments), port)
        });
        assert_eq!(ours.0, Some(0), "{question:?}: {}", ours.2);
        assert!(!ours.1.is_empty(), "{question:?}");
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        match (json(&ours.1), json(&theirs.1)) {
            (Some(a), Some(b)) => assert_eq!(a, b, "{question:?}"),
            _ => assert_eq!(ours, theirs, "{question:?}"),
        }
    }
}
