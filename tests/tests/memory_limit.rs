//! `--storage.memory-limit` end to end: the server refuses new series and says so, in the scrape's error and in a metric; it goes
//! on with the series it has, and a start takes back what was there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use narthex_tests::{Process, free_port, get, wait_until};
use serde_json::Value;

/// Answers every connection with a page of so many series, whose values count up.
fn serve_pages(series: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (n, connection) in listener.incoming().enumerate() {
            let Ok(mut connection) = connection else { return };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let lines = (0..series.load(Ordering::Relaxed)).map(|id| format!("ticks{{id=\"{id}\"}} {n}\n"));
            let page: String = std::iter::once("# TYPE ticks gauge\n".to_owned()).chain(lines).collect();
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain; version=0.0.4";
            let _ = write!(connection, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        }
    });
    port
}

fn start(dir: &Path, limit: &str) -> (Process, u16) {
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let limit = format!("--storage.memory-limit={limit}");
    let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", &listen, &limit];
    (Process::start("narthex", &arguments, dir, port, "/-/ready"), port)
}

fn number(port: u16, query: &str) -> Option<f64> {
    let query = query.replace('[', "%5B").replace(']', "%5D").replace(' ', "%20").replace('>', "%3E");
    let answer = get(port, &format!("/api/v1/query?query={query}")).ok()?.json();
    answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()
}

/// A sample of the server's own metrics.
fn metric(port: u16, name: &str) -> Option<f64> {
    let page = get(port, "/metrics").ok()?.text();
    page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

fn soon(check: impl FnMut() -> bool) -> bool {
    wait_until(Duration::from_secs(30), check)
}

#[test]
fn a_server_at_its_limit_refuses_new_series_and_keeps_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let series = Arc::new(AtomicUsize::new(50));
    let target = serve_pages(Arc::clone(&series));
    let config = format!(
        "scrape_configs:\n- job_name: page\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  static_configs:\n  \
         - targets: ['127.0.0.1:{target}']\n"
    );
    std::fs::write(dir.path().join("prometheus.yml"), config).unwrap();
    let (mut server, port) = start(dir.path(), "0");
    assert!(soon(|| number(port, "count(ticks)") == Some(50.0)), "{}", server.output());
    server.kill();

    // No process is as small as this: there is no room for anything new from the beginning.
    series.store(80, Ordering::Relaxed);
    let (mut server, port) = start(dir.path(), "1MB");
    assert_eq!(metric(port, "narthex_memory_limit_bytes "), Some(1_048_576.0));
    assert_eq!(metric(port, "prometheus_tsdb_head_series ").map(|n| n >= 50.0), Some(true), "all came back");
    let ticking = || number(port, "min(changes(ticks[5s]))").is_some_and(|changes| changes >= 5.0);
    assert!(soon(ticking), "the series of before go on: {}", server.output());
    assert!(soon(|| metric(port, "narthex_tsdb_series_refused_total ").is_some_and(|count| count >= 30.0)));
    assert_eq!(number(port, "count(ticks)"), Some(50.0));
    let targets: Value = get(port, "/api/v1/targets").unwrap().json();
    let target = &targets["data"]["activeTargets"][0];
    let error = target["lastError"].as_str().unwrap_or_default();
    assert!(error.contains("--storage.memory-limit") && error.contains("30"), "{target}");
    assert_eq!(number(port, "up"), Some(1.0), "the page was read: {target}");
    server.kill();

    // With room again, everything is there, and the others come too.
    let (mut server, port) = start(dir.path(), "0");
    assert!(soon(|| number(port, "count(ticks)") == Some(80.0)), "{}", server.output());
    assert!(number(port, "count(count_over_time(ticks[5m]) > 5)").is_some_and(|count| count >= 50.0));
    server.kill();
}
