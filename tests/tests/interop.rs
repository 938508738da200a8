//! A real Prometheus as judge (`make interop`): it scrapes the same application at the same time, it opens our data
//! directory after a kill -9, and its promtool reads our pages. Without `NARTHEX_PEERS_BIN` every test says SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use narthex_tests::{Process, free_port, get, request};
use serde_json::Value;

/// The queries of the story.
const QUERIES: [&str; 12] = [
    "http_requests_total",
    "rate(http_requests_total[5m])",
    "predictions_total",
    "rate(predictions_total[5m])",
    "histogram_quantile(0.95, rate(prediction_duration_seconds_bucket[5m]))",
    "rate(prediction_duration_seconds_sum[5m]) / rate(prediction_duration_seconds_count[5m])",
    "sum by (status) (rate(http_requests_total{endpoint=~\"/p.+\"}[30s]))",
    "http_requests_total{method!=\"GET\"} offset 5s",
    "count(up) + sum(up) > bool 1",
    "max by (le) (prediction_duration_seconds_bucket{le!~\"0.0.*\"})",
    "process_resident_memory_bytes{job=\"heart-disease-api\"}",
    "topk(3, scrape_samples_scraped) * on (job) group_left up",
];

fn peer(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("NARTHEX_PEERS_BIN") else {
        eprintln!(
            "SKIPPED: NARTHEX_PEERS_BIN is not set, no real {name} to compare with (run `make interop`)"
        );
        return None;
    };
    Some(Path::new(&folder).join(name))
}

fn config(folder: &Path, api: u16) {
    let text = format!(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: heart-disease-api\n    static_configs:\n      - targets: ['127.0.0.1:{api}']\n"
    );
    std::fs::write(folder.join("prometheus.yml"), text).unwrap();
}

fn start_api(folder: &Path, port: u16) -> Process {
    let listen = format!("127.0.0.1:{port}");
    Process::start("heart-disease-api", &["serve", "--listen", &listen], folder, port, "/health")
}

fn start_traffic(folder: &Path, port: u16) -> Process {
    let url = format!("http://127.0.0.1:{port}");
    Process::spawn("heart-disease-api", &["traffic", "--rate", "50", "--url", &url], folder)
}

fn start_server(program: &Path, folder: &Path, data: &str) -> (Process, u16) {
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let data = format!("--storage.tsdb.path={data}");
    let arguments = ["--config.file=prometheus.yml", data.as_str(), listen.as_str()];
    (Process::start_program(program, &arguments, folder, port, "/-/ready"), port)
}

/// Label set → value texts of an answer, for comparison.
fn answer(port: u16, path: &str, query: &str, more: &str) -> BTreeMap<String, Vec<f64>> {
    let body = format!("query={}{more}", query.bytes().map(|b| format!("%{b:02X}")).collect::<String>());
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = request(port, "POST", path, &headers, body.as_bytes()).unwrap();
    let json = answer.json();
    assert_eq!(json["status"], "success", "{query}: {}", answer.text());
    let numbers = |series: &Value| -> Vec<f64> {
        let one =
            |sample: &Value| [sample[0].as_f64().unwrap(), sample[1].as_str().unwrap().parse().unwrap()];
        match series.get("values") {
            Some(values) => values.as_array().unwrap().iter().flat_map(one).collect(),
            None => one(&series["value"]).to_vec(),
        }
    };
    let result = json["data"]["result"].as_array().unwrap();
    result.iter().map(|series| (series["metric"].to_string(), numbers(series))).collect()
}

fn assert_alike(
    query: &str,
    ours: &BTreeMap<String, Vec<f64>>,
    theirs: &BTreeMap<String, Vec<f64>>,
    relative: f64,
) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{query}");
    for (labels, a) in ours {
        let b = &theirs[labels];
        assert_eq!(a.len(), b.len(), "{query} {labels}: number of points");
        for (x, y) in a.iter().zip(b) {
            let same =
                x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= relative * x.abs().max(y.abs());
            assert!(same, "{query} {labels}: ours {x}, theirs {y}");
        }
    }
}

fn now_ms() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()
}

#[test]
fn it_scrapes_the_same_application_and_answers_alike() {
    let Some(prometheus) = peer("prometheus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    config(folder.path(), port);
    let _api = start_api(folder.path(), port);
    let (_ours, ours) = start_server(&narthex_tests::binary("narthex"), folder.path(), "ours");
    let (_theirs, theirs) = start_server(&prometheus, folder.path(), "theirs");
    let mut traffic = start_traffic(folder.path(), port);
    std::thread::sleep(Duration::from_secs(20));
    let busy = format!("&time={}", now_ms() as f64 / 1000.0);
    traffic.kill();
    std::thread::sleep(Duration::from_secs(4));
    let time = format!("&time={}", now_ms() as f64 / 1000.0);
    for query in [
        "http_requests_total{endpoint!=\"/metrics\"}",
        "predictions_total",
        "prediction_duration_seconds_bucket",
        "up",
    ] {
        let (a, b) =
            (answer(ours, "/api/v1/query", query, &time), answer(theirs, "/api/v1/query", query, &time));
        assert!(!a.is_empty(), "{query}");
        assert_alike(query, &a, &b, 0.0);
    }
    // Both scrape every second, at different offsets, so rates differ by what falls between the offsets. The window is
    // one that both have seen whole: a Prometheus waits five seconds before its first scrape.
    for query in [
        "sum(rate(http_requests_total{endpoint=\"/predict\"}[12s]))",
        "sum by (prediction) (rate(predictions_total[12s]))",
        "histogram_quantile(0.95, sum by (le) (rate(prediction_duration_seconds_bucket[12s])))",
    ] {
        let (a, b) =
            (answer(ours, "/api/v1/query", query, &busy), answer(theirs, "/api/v1/query", query, &busy));
        assert!(!a.is_empty(), "{query}");
        assert_alike(query, &a, &b, 0.2);
    }
}

#[test]
fn it_opens_our_data_after_a_kill_and_answers_the_same() {
    let Some(prometheus) = peer("prometheus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    config(folder.path(), port);
    let api = start_api(folder.path(), port);
    let (mut ours, _) = start_server(&narthex_tests::binary("narthex"), folder.path(), "ours");
    let mut traffic = start_traffic(folder.path(), port);
    std::thread::sleep(Duration::from_secs(20));
    traffic.kill();
    ours.kill();
    drop(api);
    let end = now_ms() / 1000;
    let copied = Command::new("cp").args(["-r", "ours", "theirs"]).current_dir(folder.path()).status();
    assert!(copied.is_ok_and(|status| status.success()));
    // Nothing is scraped any more: the application is gone, both only have what was stored.
    std::fs::write(folder.path().join("prometheus.yml"), "global:\n  scrape_interval: 1h\n").unwrap();
    let (_ours, ours) = start_server(&narthex_tests::binary("narthex"), folder.path(), "ours");
    let (_theirs, theirs) = start_server(&prometheus, folder.path(), "theirs");
    for query in QUERIES {
        let time = format!("&time={end}");
        let (a, b) =
            (answer(ours, "/api/v1/query", query, &time), answer(theirs, "/api/v1/query", query, &time));
        assert!(!a.is_empty(), "{query}");
        assert_alike(query, &a, &b, 1e-12);
        let range = format!("&start={}.345&end={end}&step=0.7", end - 25);
        let path = "/api/v1/query_range";
        let (a, b) = (answer(ours, path, query, &range), answer(theirs, path, query, &range));
        assert!(!a.is_empty(), "{query} over a range");
        assert_alike(query, &a, &b, 1e-12);
    }
}

#[test]
fn promtool_finds_nothing_in_our_pages() {
    let Some(promtool) = peer("promtool") else { return };
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    config(folder.path(), port);
    let _api = start_api(folder.path(), port);
    let (_server, server) = start_server(&narthex_tests::binary("narthex"), folder.path(), "data");
    get(port, "/health").unwrap();
    for (name, port) in [("heart-disease-api", port), ("narthex", server)] {
        let page = get(port, "/metrics").unwrap();
        assert_eq!(page.status, 200);
        let mut child = Command::new(&promtool)
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&page.body).unwrap();
        let output = child.wait_with_output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {said}");
    }
}
