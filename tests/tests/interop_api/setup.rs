//! Two servers over the same data: blocks that promtool wrote, and targets that this process serves with our own client.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use narthex_client::{Counter, Gauge, Histogram, Registry, Server, serve};
use narthex_tests::{Process, binary, free_port, get, wait_until};

/// The first sample of the blocks.
pub(crate) const START: i64 = 1_704_067_200;

/// A Narthex and a Prometheus.
pub(crate) struct Pair {
    /// The port of ours.
    pub(crate) ours: u16,
    /// The port of theirs.
    pub(crate) theirs: u16,
    _running: [Process; 2],
    _target: Server,
    _folder: tempfile::TempDir,
}

impl Pair {
    /// Both, with everything scraped; `None` without a peer.
    pub(crate) fn start() -> Option<Self> {
        let Some(peers) = std::env::var_os("NARTHEX_PEERS_BIN").map(PathBuf::from) else {
            eprintln!(
                "SKIPPED: NARTHEX_PEERS_BIN is not set, no real Prometheus to compare with (run `make interop`)"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let target = target();
        std::fs::write(folder.path().join("p.yml"), config(target.address().port())).unwrap();
        blocks(&peers, folder.path());
        let (first, ours) = start(&binary("narthex"), folder.path(), "ours");
        let (second, theirs) = start(&peers.join("prometheus"), folder.path(), "theirs");
        let pair = Self { ours, theirs, _running: [first, second], _target: target, _folder: folder };
        for port in [ours, theirs] {
            // Twice the number of targets that exist: each was scraped at least twice.
            let scraped = || {
                let path = "/api/v1/query?query=sum(count_over_time(up%5B1m%5D))%20%3E%3D%208";
                get(port, path).is_ok_and(|answer| answer.text().contains("\"value\""))
            };
            assert!(wait_until(Duration::from_secs(60), scraped), "port {port} scrapes nothing");
        }
        Some(pair)
    }
}

fn start(program: &Path, folder: &Path, data: &str) -> (Process, u16) {
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let data = format!("--storage.tsdb.path={data}");
    let arguments = [
        "--config.file=p.yml",
        data.as_str(),
        listen.as_str(),
        "--storage.tsdb.retention.time=100y",
        "--web.enable-lifecycle",
        "--web.enable-admin-api",
        "--enable-feature=exemplar-storage",
    ];
    (Process::start_program(program, &arguments, folder, port, "/-/ready"), port)
}

/// A target with one metric of each kind; nothing in it changes.
fn target() -> Server {
    let registry = Registry::new();
    let requests = Counter::new("requests_total", "Requests \\ with a backslash.")
        .with_labels(["path", "code"])
        .register_in(&registry);
    requests.with(["/a", "200"]).inc_by(7);
    requests.with(["/b<&>\"", "500"]).inc_by_with_exemplar(1, &[("trace_id", "abc")]);
    let temperature = Gauge::new("temperature_celsius", "").with_labels(["room"]).register_in(&registry);
    for (room, value) in [("ä", -1e-9), ("inf", f64::INFINITY), ("none", f64::NAN)] {
        temperature.with([room]).set(value);
    }
    let latency = Histogram::new("latency_seconds", "How long.").buckets([0.1, 1.0]).register_in(&registry);
    let native = Histogram::new("size_bytes", "How much.").buckets([]).native(1.1).register_in(&registry);
    for value in [0.05, 0.7, 9.0] {
        latency.observe(value);
        native.observe(value * 1000.0);
    }
    serve("127.0.0.1:0", &registry).unwrap()
}

fn config(port: u16) -> String {
    format!(
        "global:
  scrape_interval: 1s
  scrape_timeout: 1s
  external_labels: {{cluster: c1, replica: '0'}}
scrape_configs:
- job_name: app
  static_configs:
  - targets: ['127.0.0.1:{port}']
    labels: {{env: test, __meta_x: y}}
  - targets: ['127.0.0.1:{port}']
    labels: {{dropme: 'yes'}}
  relabel_configs:
  - {{source_labels: [dropme], regex: 'yes', action: drop}}
  - {{source_labels: [__meta_x], target_label: x}}
- job_name: native
  scrape_native_histograms: true
  static_configs:
  - targets: ['127.0.0.1:{port}']
- job_name: failing
  metrics_path: /nothing
  params: {{a: ['b', 'c d']}}
  static_configs:
  - targets: ['127.0.0.1:{port}', '127.0.0.1:1']
- job_name: empty
"
    )
}

/// Three hours of four counters, as blocks for both.
fn blocks(peers: &Path, folder: &Path) {
    let mut page = String::from("# TYPE m counter\n# HELP m Some.\n");
    for series in 0..4_i32 {
        for minute in 0..180_i32 {
            let value = f64::from(minute * 60 * (series + 1)) / 7.0;
            let time = START + i64::from(minute) * 60;
            let _ = writeln!(
                page,
                "m_total{{i=\"{series}\",le=\"{}\"}} {value:.3} {time}",
                f64::from(series) / 2.0
            );
        }
    }
    page.push_str("# EOF\n");
    std::fs::write(folder.join("m.om"), page).unwrap();
    for data in ["ours", "theirs"] {
        let written = Command::new(peers.join("promtool"))
            .args(["tsdb", "create-blocks-from", "openmetrics", "m.om", data])
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(written.status.success(), "{written:?}");
    }
}

/// A family of a text page.
#[derive(Debug, Default)]
pub(crate) struct Family {
    /// `counter`, `gauge`, …
    pub(crate) kind: String,
    /// The names of all labels.
    pub(crate) labels: BTreeSet<String>,
}

/// The families of a page in the text format.
pub(crate) fn families(page: &str) -> BTreeMap<String, Family> {
    let (mut found, mut current) = (BTreeMap::<String, Family>::new(), String::new());
    for line in page.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            name.clone_into(&mut current);
            kind.clone_into(&mut found.entry(current.clone()).or_default().kind);
        } else if let Some((labels, _)) = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            let names =
                labels.split("\",").filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned());
            found.entry(current.clone()).or_default().labels.extend(names);
        }
    }
    found
}
