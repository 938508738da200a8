//! A real Prometheus sends its own metrics to us by remote write, in both forms (`make interop`): what it has stored
//! itself, we have. Without `NARTHEX_PEERS_BIN` the test says SKIPPED. What we answer to requests of which a part is bad
//! is in `crates/remote/tests`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::Path;
use std::time::Duration;

use narthex_tests::{Process, free_port, get, wait_until};
use serde_json::Value;

/// Counts of series, of samples and of native histograms at one time.
const QUESTIONS: [&str; 3] = [
    "count(last_over_time({job=\"self\"}[1m]))",
    "sum(count_over_time(prometheus_http_requests_total{job=\"self\"}[1m]))",
    "sum(histogram_count(prometheus_http_request_duration_seconds{job=\"self\"}))",
];

fn answer(port: u16, question: &str, time: &str) -> Value {
    let query: String = question.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let time = if time == "now" { String::new() } else { format!("&time={time}") };
    let path = format!("/api/v1/query?query={query}{time}");
    get(port, &path).unwrap().json()["data"]["result"][0]["value"][1].clone()
}

fn send(prometheus: &Path, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (ours, theirs) = (free_port(), free_port());
    std::fs::write(folder.join("empty.yml"), "").unwrap();
    let address = format!("127.0.0.1:{ours}");
    let flags = ["--config.file=empty.yml", "--storage.tsdb.path=ours", "--web.enable-remote-write-receiver"];
    let listen = format!("--web.listen-address={address}");
    let arguments = [&flags[..], &[&listen]].concat();
    let _narthex = Process::start("narthex", &arguments, folder, ours, "/-/ready");
    let config = format!(
        "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: self\n  scrape_native_histograms: true\n  \
         static_configs: [{{targets: ['127.0.0.1:{theirs}']}}]\nremote_write:\n- url: http://{address}/api/v1/write\n  \
         protobuf_message: {message}\n  send_native_histograms: true\n  send_exemplars: true\n  \
         queue_config: {{batch_send_deadline: 1s}}\n"
    );
    std::fs::write(folder.join("sender.yml"), config).unwrap();
    let listen = format!("--web.listen-address=127.0.0.1:{theirs}");
    let arguments = [
        "--config.file=sender.yml",
        "--storage.tsdb.path=theirs",
        "--enable-feature=native-histograms,exemplar-storage",
        &listen,
    ];
    let _sender = Process::start_program(prometheus, &arguments, folder, theirs, "/-/ready");
    // Sending begins once the sender has read its log: five seconds after its start.
    let arrived = wait_until(Duration::from_secs(60), || {
        answer(ours, "count_over_time(up{job=\"self\"}[1m])", "now")
            .as_str()
            .is_some_and(|count| count.parse::<u32>().is_ok_and(|count| count >= 8))
    });
    assert!(arrived, "{message}: nothing came");
    let newest = answer(ours, "timestamp(up{job=\"self\"})", "now");
    // A few seconds before the newest sample everything has arrived.
    let time = format!("{:.3}", newest.as_str().unwrap().parse::<f64>().unwrap() - 3.0);
    for question in QUESTIONS {
        let (here, there) = (answer(ours, question, &time), answer(theirs, question, &time));
        assert!(here.is_string(), "{message}: no answer to {question}");
        assert_eq!(here, there, "{message}: {question} at {time}");
    }
}

#[test]
fn a_real_sender_finds_its_samples_here() {
    let Some(folder) = std::env::var_os("NARTHEX_PEERS_BIN") else {
        eprintln!("SKIPPED: NARTHEX_PEERS_BIN is not set, no Prometheus that sends (run `make interop`)");
        return;
    };
    let prometheus = Path::new(&folder).join("prometheus");
    for message in ["prometheus.WriteRequest", "io.prometheus.write.v2.Request"] {
        send(&prometheus, message);
    }
}
