//! The whole path of a metric with the real binaries: traffic → API → scrape → database → PromQL → HTTP API,
//! checked against what the client counted; then kill -9, restart, and the same again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::Path;
use std::time::Duration;

use narthex_tests::{Process, free_port, get, request, wait_until};
use serde_json::{Value, json};

const GOOD: usize = 12;
const BAD_FIELDS: usize = 3;
const NOT_JSON: usize = 2;
const HEALTH: usize = 4;

struct Story {
    folder: tempfile::TempDir,
    api: u16,
    garbage: u16,
    server: u16,
}

impl Story {
    fn new() -> Self {
        let story = Self {
            folder: tempfile::tempdir().unwrap(),
            api: free_port(),
            garbage: free_port(),
            server: free_port(),
        };
        let config = format!(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 900ms\nscrape_configs:\n\
             \x20 - job_name: 'heart-disease-api'\n    static_configs:\n      - targets: ['127.0.0.1:{}']\n    metrics_path: '/metrics'\n    scrape_interval: 1s\n\
             \x20 - job_name: garbage\n    static_configs:\n      - targets: ['127.0.0.1:{}']\n\
             \x20 - job_name: narthex\n    static_configs:\n      - targets: ['127.0.0.1:{}']\n",
            story.api, story.garbage, story.server
        );
        std::fs::write(story.path().join("prometheus.yml"), config).unwrap();
        story
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn start_api(&self) -> Process {
        let listen = format!("127.0.0.1:{}", self.api);
        Process::start("heart-disease-api", &["serve", "--listen", &listen], self.path(), self.api, "/health")
    }

    fn start_server(&self) -> Process {
        let listen = format!("--web.listen-address=127.0.0.1:{}", self.server);
        let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=tsdb", listen.as_str()];
        Process::start("narthex", &arguments, self.path(), self.server, "/-/ready")
    }

    fn query(&self, query: &str) -> Value {
        let body = format!("query={}", encode(query));
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = request(self.server, "POST", "/api/v1/query", &headers, body.as_bytes()).unwrap();
        let json = answer.json();
        assert_eq!(json["status"], "success", "{query}: {}", answer.text());
        json["data"]["result"].clone()
    }

    /// The value of the only sample of an instant vector.
    fn value(&self, query: &str) -> Option<f64> {
        let result = self.query(query);
        let list = result.as_array().unwrap();
        assert!(list.len() <= 1, "{query}: {result}");
        list.first().map(number)
    }

    fn predict(&self, body: &str) -> u16 {
        let headers = [("Content-Type", "application/json")];
        request(self.api, "POST", "/predict", &headers, body.as_bytes()).unwrap().status
    }
}

fn number(sample: &Value) -> f64 {
    sample["value"][1].as_str().unwrap().parse().unwrap()
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn patient() -> Value {
    json!({"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150,
           "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1})
}

/// A port that answers every request with a page that is no exposition.
fn serve_garbage(port: u16) {
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            use std::io::{Read, Write};
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _read = stream.read(&mut request);
            let page = "good_metric 1\nthis is <not> a metric\n";
            let _written = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
                page.len()
            );
        }
    });
}

#[test]
fn a_sample_travels_from_the_counter_to_the_answer() {
    let story = Story::new();
    serve_garbage(story.garbage);
    let _api = story.start_api();
    let mut server = story.start_server();

    let mut sick = 0;
    for _ in 0..GOOD {
        assert_eq!(story.predict(&patient().to_string()), 200);
    }
    let mut other = patient();
    other["cp"] = json!(0);
    other["ca"] = json!(3);
    other["thal"] = json!(3);
    other["exang"] = json!(1);
    for _ in 0..5 {
        assert_eq!(story.predict(&other.to_string()), 200);
        sick += 1;
    }
    for _ in 0..BAD_FIELDS {
        assert_eq!(story.predict(r#"{"age": 300, "sex": "f"}"#), 422);
    }
    for _ in 0..NOT_JSON {
        assert_eq!(story.predict("age=63"), 400);
    }
    let before = story.api_health_count();
    for _ in 0..HEALTH {
        assert_eq!(get(story.api, "/health").unwrap().status, 200);
    }

    let good = (GOOD + sick) as f64;
    let arrived = wait_until(Duration::from_secs(20), || {
        story.value(r#"http_requests_total{endpoint="/health"}"#) == Some((before + HEALTH) as f64)
            && story.value(r#"sum(predictions_total)"#) == Some(good)
            && story.value("count(up)") == Some(3.0)
    });
    assert!(arrived, "the counts did not arrive:\n{}", server.output());

    assert_counts(&story, good, sick as f64);
    assert_rates(&story);
    assert_targets(&story);
    assert_errors(&story);

    // What was committed survives a kill -9.
    let at = now();
    let counted = story.value(&format!("sum(predictions_total @ {at})"));
    assert_eq!(counted, Some(good + 1.0), "one more was made for the rates");
    server.kill();
    drop(server);
    let mut server = story.start_server();
    assert_eq!(story.value(&format!("sum(predictions_total @ {at})")), counted, "lost at the restart");
    assert_eq!(server.stop(), Some(0), "a stop on request is no error:\n{}", server.output());
}

impl Story {
    fn api_health_count(&self) -> usize {
        let page = get(self.api, "/metrics").unwrap().text();
        page.lines()
            .find(|line| line.starts_with("http_requests_total{") && line.contains(r#"endpoint="/health""#))
            .and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .map_or(0, |count| count as usize)
    }
}

fn now() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (since.as_millis() as f64) / 1000.0
}

fn assert_counts(story: &Story, good: f64, sick: f64) {
    let count = |query: &str| story.value(query);
    assert_eq!(count(r#"http_requests_total{method="POST",endpoint="/predict",status="200"}"#), Some(good));
    assert_eq!(count(r#"http_requests_total{endpoint="/predict",status="422"}"#), Some(BAD_FIELDS as f64));
    assert_eq!(count(r#"http_requests_total{endpoint="/predict",status=~"4.0"}"#), Some(NOT_JSON as f64));
    assert_eq!(count(r#"predictions_total{prediction="1"}"#), Some(sick));
    assert_eq!(count(r#"predictions_total{prediction!="1"}"#), Some(good - sick));
    assert_eq!(count(r#"prediction_duration_seconds_count"#), Some(good));
    assert_eq!(count(r#"prediction_duration_seconds_bucket{le="+Inf"}"#), Some(good));
    assert_eq!(
        count(r#"sum by (endpoint) (http_requests_total{endpoint="/predict"})"#),
        Some(good + (BAD_FIELDS + NOT_JSON) as f64)
    );
    assert_eq!(
        count(
            r#"sum(http_requests_total{status!~"2..",endpoint="/predict"}) / sum(http_requests_total{endpoint="/predict"})"#
        ),
        Some((BAD_FIELDS + NOT_JSON) as f64 / (good + (BAD_FIELDS + NOT_JSON) as f64))
    );
    assert!(count(r#"process_resident_memory_bytes{job="heart-disease-api"} > 1e6"#).is_some());
    assert_eq!(count(r#"up{job="heart-disease-api"}"#), Some(1.0));
    assert_eq!(count(r#"up{job="garbage"}"#), Some(0.0));
    assert_eq!(count(r#"up{job="narthex"}"#), Some(1.0));
    assert!(count(r#"scrape_samples_scraped{job="heart-disease-api"} > 20"#).is_some());
}

fn assert_rates(story: &Story) {
    // Two scrapes are needed for a rate, and traffic between them.
    assert_eq!(story.predict(&patient().to_string()), 200);
    let positive = wait_until(Duration::from_secs(20), || {
        story.value("sum(rate(predictions_total[5m]))").is_some_and(|rate| rate > 0.0)
    });
    assert!(positive, "no rate");
    for query in [
        "rate(http_requests_total[5m])",
        "rate(predictions_total[5m])",
        "histogram_quantile(0.95, rate(prediction_duration_seconds_bucket[5m]))",
        "rate(prediction_duration_seconds_sum[5m]) / rate(prediction_duration_seconds_count[5m])",
        "http_requests_total offset 1s",
    ] {
        let result = story.query(query);
        assert!(!result.as_array().unwrap().is_empty(), "{query}");
        let (end, start) = (now(), now() - 60.0);
        let path = format!("/api/v1/query_range?query={}&start={start}&end={end}&step=1", encode(query));
        let answer = get(story.server, &path).unwrap().json();
        assert_eq!(answer["data"]["resultType"], "matrix", "{query}");
        assert!(!answer["data"]["result"].as_array().unwrap().is_empty(), "{query} over a range");
    }
    let quantile =
        story.value("histogram_quantile(0.95, rate(prediction_duration_seconds_bucket[5m]))").unwrap();
    assert!(quantile > 0.0 && quantile <= 1.0, "{quantile}");
}

fn assert_targets(story: &Story) {
    let answer = get(story.server, "/api/v1/targets").unwrap().json();
    let targets = answer["data"]["activeTargets"].as_array().unwrap().clone();
    let of = |job: &str| targets.iter().find(|t| t["labels"]["job"] == job).unwrap().clone();
    assert_eq!(of("heart-disease-api")["health"], "up");
    let garbage = of("garbage");
    assert_eq!(garbage["health"], "down");
    let error = garbage["lastError"].as_str().unwrap();
    assert!(error.contains('2') && error.contains("not"), "the error names line and text: {error}");
    assert!(story.query("good_metric").as_array().unwrap().is_empty(), "nothing of a bad page is kept");
}

fn assert_errors(story: &Story) {
    let answer = get(story.server, &format!("/api/v1/query?query={}", encode("sum(rate(x[5m])"))).unwrap();
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["errorType"], "bad_data");
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("1:"), "the error has a position: {error}");
    let values = get(story.server, "/api/v1/label/job/values").unwrap().json();
    assert_eq!(values["data"], json!(["garbage", "heart-disease-api", "narthex"]));
}

#[test]
fn a_wrong_configuration_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prometheus.yml");
    std::fs::write(&file, "scrape_configs:\n  - job_name: a\n    scrape_intervall: 15s\n").unwrap();
    let mut process = Process::spawn(
        "narthex",
        &["--config.file=prometheus.yml", "--storage.tsdb.path=tsdb"],
        folder.path(),
    );
    let code = process.exit_code(Duration::from_secs(20));
    let output = process.output();
    assert!(code.is_some_and(|code| code != 0), "{code:?}: {output}");
    assert!(output.contains("prometheus.yml") && output.contains('3'), "file and line: {output}");
    assert!(output.contains("scrape_intervall"), "the field: {output}");

    let mut process =
        Process::spawn("narthex", &["--config.file=missing.yml", "--storage.tsdb.path=tsdb"], folder.path());
    assert!(process.exit_code(Duration::from_secs(20)).is_some_and(|code| code != 0));
    assert!(process.output().contains("missing.yml"), "{}", process.output());
}
