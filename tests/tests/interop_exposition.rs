//! The client's page in every protocol and escaping scheme before real readers (`make interop`): Prometheus scrapes it,
//! promtool checks it, Python's `prometheus_client` parses it. What they understand must be what was counted.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use narthex_client::{
    Counter, EscapingScheme, Families, Gauge, Histogram, Info, Protocol, Registry, StateSet,
};
use narthex_exposition::{escape_label_name, escape_name, negotiate};
use narthex_tests::{Process, free_port, get, wait_until};
use serde_json::Value;

/// A file or folder that `make interop` names in this variable.
fn peer(variable: &str, what: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        eprintln!(
            "SKIPPED: {variable} is not set: no {what} to read our pages; `make interop` installs it and runs this"
        );
    }
    found
}

/// One expected sample: the family's name, what is added to it, labels, value.
type Expected = (&'static str, &'static str, Vec<(&'static str, &'static str)>, f64);

/// Something of every kind, with names and values that are hard to write.
fn registry() -> (Registry, Vec<Expected>) {
    let registry = Registry::new();
    let requests = Counter::new("http_requests_total", "Requests: a \"quote\", a \\ and\na line break.")
        .with_labels(["method", "path"])
        .register_in(&registry);
    requests.with(["GET", "/a\"b\\c\nd"]).inc_by(27);
    requests.with(["POST", "/größe"]).inc_by(3);
    let queue =
        Gauge::new("queue.länge", "A name in UTF-8.").with_labels(["wer.wo", "x_y"]).register_in(&registry);
    queue.with(["hier", "1"]).set(12.5);
    let limits =
        Gauge::new("limits", "The ends of the numbers.").with_labels(["kind"]).register_in(&registry);
    for (kind, value) in LIMITS {
        limits.with([kind]).set(value);
    }
    let duration = Histogram::new("request_duration_seconds", "A classic histogram.")
        .buckets([0.1, 1.0, 10.0])
        .register_in(&registry);
    let both = Histogram::new("both.seconds", "Classic and native.")
        .buckets([0.1, 1.0])
        .native(1.1)
        .register_in(&registry);
    for value in [0.0625, 0.5, 0.5, 32.0] {
        duration.observe(value);
        both.observe(value);
    }
    Info::new("build", "What runs.").fact("version", "1.2").register_in(&registry);
    StateSet::new("mode", "How it runs.", ["on", "off"]).register_in(&registry).set("on");
    registry.collect_with(|families: &mut Families| {
        families.summary("rpc_seconds", "A summary.").summary(
            [("service", "a")],
            [(0.5, 1.5), (0.99, 2.5)],
            8.0,
            4,
        );
    });
    let mut expected: Vec<Expected> = vec![
        ("http_requests_total", "", vec![("method", "GET"), ("path", "/a\"b\\c\nd")], 27.0),
        ("http_requests_total", "", vec![("method", "POST"), ("path", "/größe")], 3.0),
        ("queue.länge", "", vec![("wer.wo", "hier"), ("x_y", "1")], 12.5),
        ("request_duration_seconds", "_bucket", vec![("le", "0.1")], 1.0),
        ("request_duration_seconds", "_bucket", vec![("le", "1.0")], 3.0),
        ("request_duration_seconds", "_bucket", vec![("le", "10.0")], 3.0),
        ("request_duration_seconds", "_bucket", vec![("le", "+Inf")], 4.0),
        ("request_duration_seconds", "_sum", vec![], 33.0625),
        ("request_duration_seconds", "_count", vec![], 4.0),
        ("both.seconds", "_bucket", vec![("le", "0.1")], 1.0),
        ("both.seconds", "_bucket", vec![("le", "1.0")], 3.0),
        ("both.seconds", "_bucket", vec![("le", "+Inf")], 4.0),
        ("both.seconds", "_sum", vec![], 33.0625),
        ("both.seconds", "_count", vec![], 4.0),
        ("build_info", "", vec![("version", "1.2")], 1.0),
        ("mode", "", vec![("mode", "on")], 1.0),
        ("mode", "", vec![("mode", "off")], 0.0),
        ("rpc_seconds", "", vec![("service", "a"), ("quantile", "0.5")], 1.5),
        ("rpc_seconds", "", vec![("service", "a"), ("quantile", "0.99")], 2.5),
        ("rpc_seconds", "_sum", vec![("service", "a")], 8.0),
        ("rpc_seconds", "_count", vec![("service", "a")], 4.0),
    ];
    expected.extend(LIMITS.map(|(kind, value)| ("limits", "", vec![("kind", kind)], value)));
    (registry, expected)
}

const LIMITS: [(&str, f64); 6] = [
    ("inf", f64::INFINITY),
    ("minus_inf", f64::NEG_INFINITY),
    ("nan", f64::NAN),
    ("tiny", 5e-324),
    ("large", f64::MAX),
    ("integer", 9_007_199_254_740_992.0),
];

/// A sample's name and labels.
type Key = (String, BTreeMap<String, String>);

/// Values as text, so that NaN equals itself.
type Samples = BTreeMap<Key, String>;

/// What a reader must have found on a page in this scheme.
fn escaped(expected: &[Expected], scheme: EscapingScheme) -> Samples {
    expected
        .iter()
        .map(|(family, suffix, labels, value)| {
            let name = format!("{}{suffix}", escape_name(family, scheme));
            let labels = labels
                .iter()
                .map(|(label, value)| (escape_label_name(label, scheme).into_owned(), (*value).to_owned()));
            ((name, labels.collect()), format!("{value:?}"))
        })
        .collect()
}

/// A sample as a reader gave it; `None` for start times, which OpenMetrics pages have beside the samples.
fn sample(name: &str, labels: &Value, value: &str) -> Option<(Key, String)> {
    let labels = labels.as_object().unwrap().iter().map(|(label, value)| {
        let value = value.as_str().unwrap();
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        // Bounds are written in one way on pages and in another in answers.
        let value = match (label.as_str(), number) {
            ("le" | "quantile", Some(number)) => format!("{number:?}"),
            _ => value.to_owned(),
        };
        (label.clone(), value)
    });
    let value = value.parse::<f64>().unwrap();
    (!name.ends_with("_created")).then(|| ((name.to_owned(), labels.collect()), format!("{value:?}")))
}

#[track_caller]
fn assert_same(what: &str, expected: &Samples, found: &Samples) {
    let missing: Vec<_> = expected.iter().filter(|(key, value)| found.get(*key) != Some(*value)).collect();
    let more: Vec<_> = found.iter().filter(|(key, value)| expected.get(*key) != Some(*value)).collect();
    assert!(missing.is_empty() && more.is_empty(), "{what}\nexpected: {missing:#?}\nfound: {more:#?}");
}

/// What was asked for and answered: `Accept` and `Content-Type` by path.
type Asked = Arc<Mutex<BTreeMap<String, (String, String)>>>;

/// Serves the registry's page under every path, in what the scraper accepts best.
fn serve(registry: Registry) -> (u16, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A scraper that hangs up early asks again.
            let _answered = answer(stream, &registry, &seen);
        }
    });
    (port, asked)
}

fn answer(mut stream: TcpStream, registry: &Registry, asked: &Asked) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut accept = String::new();
    while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept")
        {
            accept = value.trim().to_owned();
        }
    }
    let page = registry.page_for(&accept);
    asked.lock().unwrap().insert(path, (accept, page.content_type.to_string()));
    let (content_type, length) = (&page.content_type, page.body.len());
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&page.body)
}

/// A job for every protocol, escaping scheme and validation scheme that go together.
fn configuration(port: u16) -> (String, Vec<(String, Protocol)>) {
    let mut text = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n".to_owned();
    let mut jobs = Vec::new();
    for protocol in Protocol::ALL {
        for scheme in EscapingScheme::ALL {
            for validation in ["utf8", "legacy"] {
                if validation == "legacy" && scheme == EscapingScheme::AllowUtf8 {
                    // Prometheus refuses such a configuration.
                    continue;
                }
                let job = format!("{protocol}-{scheme}-{validation}");
                text += &format!(
                    "  - job_name: '{job}'\n    metrics_path: '/{job}'\n    scrape_protocols: ['{protocol}']\n    \
                     metric_name_escaping_scheme: '{scheme}'\n    metric_name_validation_scheme: '{validation}'\n    \
                     static_configs:\n      - targets: ['127.0.0.1:{port}']\n"
                );
                jobs.push((job, protocol));
            }
        }
    }
    (text, jobs)
}

#[test]
fn prometheus_scrapes_every_protocol_and_scheme() {
    let Some(folder) = peer("NARTHEX_PEERS_BIN", "Prometheus") else { return };
    let (registry, expected) = registry();
    let (port, asked) = serve(registry);
    let (text, jobs) = configuration(port);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("prometheus.yml"), text).unwrap();
    let web = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{web}");
    let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", listen.as_str()];
    let server = Process::start_program(&folder.join("prometheus"), &arguments, home.path(), web, "/-/ready");
    let scraped = || get(web, "/api/v1/query?query=up").unwrap().json();
    let all = |answer: &Value| answer["data"]["result"].as_array().map_or(0, Vec::len) >= jobs.len();
    assert!(wait_until(Duration::from_secs(60), || all(&scraped())), "not scraped:\n{}", server.output());
    for up in scraped()["data"]["result"].as_array().unwrap() {
        assert_eq!(up["value"][1], "1", "{up}\n{}", get(web, "/api/v1/targets").unwrap().text());
    }
    for (job, protocol) in &jobs {
        let (accept, content_type) = asked.lock().unwrap()[&format!("/{job}")].clone();
        let (negotiated, scheme) = negotiate(&accept);
        assert_eq!(negotiated, *protocol, "{job}: {accept} → {content_type}");
        assert!(job.contains(scheme.as_str()) || !accept.contains("escaping="), "{job}: {accept}");
        let query: String = format!("{{job=\"{job}\"}}").bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = get(web, &format!("/api/v1/query?query={query}")).unwrap().json();
        let found = answer["data"]["result"].as_array().unwrap().iter().filter_map(|series| {
            let mut labels = series["metric"].clone();
            let names = labels.as_object_mut().unwrap();
            names.remove("job");
            names.remove("instance");
            let name = names.remove("__name__").unwrap();
            let name = name.as_str().unwrap();
            let own = name == "up" || name.starts_with("scrape_");
            sample(name, &labels, series["value"][1].as_str().unwrap()).filter(|_| !own)
        });
        assert_same(&format!("{job}: {content_type}"), &escaped(&expected, scheme), &found.collect());
    }
}

/// Gives a page to a program and returns its exit code and what it printed.
fn feed(mut command: Command, page: &[u8]) -> (Option<i32>, String, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(page).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn promtool_takes_every_text_page() {
    let Some(folder) = peer("NARTHEX_PEERS_BIN", "promtool") else { return };
    /// Promtool's code for advice about good names, as opposed to 1 for a page that it cannot read.
    const LINT: i32 = 3;
    let (registry, _) = registry();
    for protocol in [Protocol::Text004, Protocol::Text100] {
        for scheme in EscapingScheme::ALL {
            let page = registry.encode(protocol, scheme);
            let mut command = Command::new(folder.join("promtool"));
            command.args(["check", "metrics"]);
            if scheme == EscapingScheme::AllowUtf8 {
                // Its linter does not know names in UTF-8; its parser does.
                command.args(["--extended", "--lint=none"]);
            }
            let (code, out, err) = feed(command, &page);
            let said =
                format!("{protocol} {scheme}: {code:?}\n{out}{err}\n{}", String::from_utf8_lossy(&page));
            assert!(code == Some(0) || code == Some(LINT), "{said}");
            assert!(!said.contains("error while"), "{said}");
        }
    }
}

#[test]
fn python_reads_every_page() {
    let Some(library) = peer("NARTHEX_PEERS_PYTHON", "prometheus_client for Python") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/parse_page.py");
    let (registry, expected) = registry();
    for protocol in Protocol::ALL.into_iter().filter(|protocol| *protocol != Protocol::PrometheusProto) {
        for scheme in EscapingScheme::ALL {
            let page = registry.encode(protocol, scheme);
            let mut command = Command::new("python3");
            let format = if protocol.is_openmetrics() { "openmetrics" } else { "text" };
            command.arg(&script).arg(format).env("PYTHONPATH", &library);
            let (code, out, err) = feed(command, &page);
            let what = format!("{protocol} {scheme}");
            assert_eq!(code, Some(0), "{what}: {err}\n{}", String::from_utf8_lossy(&page));
            let samples: Vec<Value> = serde_json::from_str(&out).unwrap();
            let found = samples.iter().filter_map(|entry| {
                sample(entry[0].as_str().unwrap(), &entry[1], entry[2].as_str().unwrap())
            });
            assert_same(&what, &escaped(&expected, scheme), &found.collect());
        }
    }
}
