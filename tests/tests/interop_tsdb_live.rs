//! Data directories of running and of killed servers, in both directions (`make interop`): floats, native histograms,
//! exemplars and late samples are scraped; then a copy of the directory, taken while it is written, and the directory that
//! kill -9 leaves are opened by both. Without `NARTHEX_PEERS_BIN` the tests say SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use narthex_client::{Counter, Gauge, Histogram, Registry};
use narthex_tests::{Process, binary, free_port, get, wait_until};
use serde_json::Value;

/// How long a server scrapes before its directory is copied.
const LIVES: Duration = Duration::from_secs(30);

fn peer(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("NARTHEX_PEERS_BIN");
    if folder.is_none() {
        eprintln!("SKIPPED: NARTHEX_PEERS_BIN is not set, no {name} to compare with (run `make interop`)");
    }
    Some(Path::new(&folder?).join(name))
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// What is scraped: `/metrics` changes all the time, `/late` has samples of the last ten minutes in no order.
struct Target {
    requests: Counter,
    level: Gauge,
    size: Histogram,
    registry: Registry,
    scrapes: i64,
}

impl Target {
    fn new() -> Self {
        let registry = Registry::new();
        let requests = Counter::new("requests_total", "Requests.").register_in(&registry);
        let level = Gauge::new("level", "A level.").register_in(&registry);
        let size =
            Histogram::new("size_bytes", "Sizes.").buckets([1.0, 5.0]).native(1.1).register_in(&registry);
        Self { requests, level, size, registry, scrapes: 0 }
    }

    /// Answers scrapes for as long as the test runs; on which port.
    fn serve(mut self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A scraper that hangs up early asks again.
                let _answered = self.answer(stream);
            }
        });
        port
    }

    fn answer(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let mut accept = String::new();
        while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("accept")
            {
                accept = value.trim().to_owned();
            }
        }
        self.scrapes += 1;
        let n = self.scrapes;
        let (content_type, body) = if first.contains("/late") {
            let lines = (0..4_i64).map(|i| {
                // The first series is never late.
                let back = if i == 0 { 0 } else { (n * 7919 + i * 131) % 600 };
                format!("late{{i=\"{i}\"}} {} {}\n", n * 10 + i, now_ms() - back * 1000)
            });
            ("text/plain; version=0.0.4".to_owned(), lines.collect::<String>().into_bytes())
        } else {
            self.requests.inc_by_with_exemplar(1, &[("trace_id", &format!("t{n}"))]);
            self.level.set((n % 50) as f64 / 7.0);
            self.size.observe((n * 37 % 100) as f64);
            let page = self.registry.page_for(&accept);
            (page.content_type.to_string(), page.body.to_vec())
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        stream.write_all(&body)
    }
}

fn configuration(target: u16) -> String {
    format!(
        "global:
  scrape_interval: 100ms
  scrape_timeout: 100ms
  scrape_native_histograms: true
storage:
  tsdb:
    out_of_order_time_window: 30m
scrape_configs:
- job_name: app
  static_configs:
  - targets: ['127.0.0.1:{target}']
- job_name: late
  metrics_path: /late
  static_configs:
  - targets: ['127.0.0.1:{target}']
"
    )
}

fn start(program: &Path, folder: &Path, config: &str, data: &str) -> (Process, u16) {
    let port = free_port();
    let arguments = [
        format!("--config.file={config}"),
        format!("--storage.tsdb.path={data}"),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--enable-feature=exemplar-storage".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    (Process::start_program(program, &arguments, folder, port, "/-/ready"), port)
}

/// The result lists of an answer by labels.
fn ask(port: u16, path: &str, labels: &str) -> BTreeMap<String, Value> {
    let answer = get(port, path).unwrap().json();
    assert_eq!(answer["status"], "success", "{path}: {answer}");
    let list = if answer["data"].is_array() { &answer["data"] } else { &answer["data"]["result"] };
    let list = list.as_array().unwrap().iter();
    list.map(|series| (series[labels].to_string(), series.clone())).collect()
}

/// How many points all series together have.
fn points(answer: &BTreeMap<String, Value>, kind: &str) -> usize {
    answer.values().map(|series| series[kind].as_array().map_or(0, Vec::len)).sum()
}

fn copy(folder: &Path, from: &str, to: &str) {
    let status = Command::new("cp").args(["-r", from, to]).current_dir(folder).status();
    assert!(status.is_ok_and(|status| status.success()), "{from} → {to}");
}

/// Both servers answer the same from copies of the directory `data`: every sample, every histogram, every exemplar.
fn answers_are_alike(prometheus: &Path, folder: &Path, data: &str, end: i64) {
    let (ours, theirs) = (format!("{data}-ours"), format!("{data}-theirs"));
    copy(folder, data, &ours);
    copy(folder, data, &theirs);
    let (_first, ours) = start(&binary("narthex"), folder, "idle.yml", &ours);
    let (_second, theirs) = start(prometheus, folder, "idle.yml", &theirs);
    let all = "query=%7B__name__%3D~%22.%2B%22%7D";
    let path = format!("/api/v1/query?{all}%5B1h%5D&time={}", end / 1000 + 1);
    let (a, b) = (ask(ours, &path, "metric"), ask(theirs, &path, "metric"));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{data}: series");
    for (labels, series) in &a {
        assert_eq!(series, &b[labels], "{data}: {labels}");
    }
    let (floats, histograms) = (points(&a, "values"), points(&a, "histograms"));
    assert!(floats > 1000 && histograms > 100, "{data}: {floats} floats, {histograms} histograms");
    let late = a.iter().filter(|(labels, _)| labels.contains("\"late\"") && labels.contains("\"i\":\"1\""));
    let late: Vec<_> = late.filter_map(|(_, series)| series["values"][0][0].as_f64()).collect();
    assert!(late.iter().any(|t| (end as f64 / 1000.0 - t) > 300.0), "{data}: nothing came late: {late:?}");
    let path = format!("/api/v1/query_exemplars?{all}&start={}&end={}", end / 1000 - 3600, end / 1000 + 1);
    let (a, b) = (ask(ours, &path, "seriesLabels"), ask(theirs, &path, "seriesLabels"));
    assert!(points(&a, "exemplars") > 50, "{data}: {a:?}");
    assert_eq!(a, b, "{data}: exemplars");
    eprintln!(
        "{data}: {floats} floats, {histograms} histograms, {} exemplars alike",
        points(&a, "exemplars")
    );
}

/// The tools dump the same of a directory.
fn dumps_are_alike(folder: &Path, data: &str) {
    let dump = |program: &Path| {
        let output = Command::new(program).args(["tsdb", "dump", data]).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let (ours, theirs) = (dump(&binary("narthex")), dump(&peer("promtool").unwrap()));
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
    if ours != theirs {
        let (ours, theirs) = (lines(&ours), lines(&theirs));
        let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        panic!("{data}: {} lines of ours, {} of theirs: {differs:?}", ours.len(), theirs.len());
    }
    assert!(lines(&ours).len() > 1000);
}

/// A server scrapes; its directory is copied, it is killed, and what it wrote is read by both.
fn live_and_killed(writer: &Path, prometheus: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("busy.yml"), configuration(Target::new().serve())).unwrap();
    std::fs::write(
        folder.join("idle.yml"),
        "global:\n  scrape_interval: 1h\nstorage:\n  tsdb:\n    out_of_order_time_window: 30m\n",
    )
    .unwrap();
    let (mut server, port) = start(writer, folder, "busy.yml", "data");
    let scraped = || ask(port, "/api/v1/query?query=late", "metric").len() == 4;
    assert!(wait_until(Duration::from_secs(60), scraped), "not scraped:\n{}", server.output());
    std::thread::sleep(LIVES);
    let end = now_ms();
    copy(folder, "data", "live");
    server.kill();
    answers_are_alike(prometheus, folder, "live", end);
    dumps_are_alike(folder, "data");
    answers_are_alike(prometheus, folder, "data", now_ms());
}

#[test]
fn they_open_ours_live_and_after_a_kill() {
    let Some(prometheus) = peer("prometheus") else { return };
    live_and_killed(&binary("narthex"), &prometheus);
}

#[test]
fn we_open_theirs_live_and_after_a_kill() {
    let Some(prometheus) = peer("prometheus") else { return };
    live_and_killed(&prometheus, &prometheus);
}
