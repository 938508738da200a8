//! What the neighbours ask of a Prometheus, asked as they ask it: Grafana's data source, and the Thanos sidecar (all but the
//! streamed remote read, which is not there yet).
//!
//! The server has a block, a head and a running scrape of itself, so that every answer has something in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::Path;
use std::time::Duration;

use narthex_tests::{Process, Response, free_port, get, request, wait_until};
use serde_json::Value;

struct Server {
    port: u16,
    folder: tempfile::TempDir,
    _process: Process,
}

impl Server {
    /// A server that scrapes itself, or nothing.
    fn start(scrapes: bool) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let targets = if scrapes { format!("'127.0.0.1:{port}'") } else { String::new() };
        let config = format!(
            "global: {{scrape_interval: 1s, external_labels: {{replica: a, zone: eu}}}}\n\
             scrape_configs: [{{job_name: own, static_configs: [{{targets: [{targets}]}}]}}]\n"
        );
        std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        let listen = format!("--web.listen-address=127.0.0.1:{port}");
        let arguments = [
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            "--storage.tsdb.min-block-duration=2h",
            "--storage.tsdb.max-block-duration=2h",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
            &listen,
        ];
        let process = Process::start("narthex", &arguments, folder.path(), port, "/-/ready");
        Self { port, folder, _process: process }
    }

    fn get(&self, path: &str) -> Value {
        success(path, &get(self.port, path).unwrap())
    }

    /// A form, as Grafana sends what it asks by POST.
    fn post(&self, path: &str, form: &str) -> Value {
        let headers =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Accept-Encoding", "identity")];
        success(form, &request(self.port, "POST", path, &headers, form.as_bytes()).unwrap())
    }
}

/// `data` of an answer that must be a success.
fn success(asked: &str, answer: &Response) -> Value {
    let json = answer.json();
    assert_eq!(
        (answer.status, json["status"].as_str()),
        (200, Some("success")),
        "{asked}: {}",
        answer.text()
    );
    json["data"].clone()
}

fn list<'a>(asked: &str, data: &'a Value) -> &'a Vec<Value> {
    data.as_array().filter(|list| !list.is_empty()).unwrap_or_else(|| panic!("{asked}: {data}"))
}

fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn grafana_gets_what_its_data_source_asks() {
    let server = Server::start(true);
    let has_samples = || {
        get(server.port, "/api/v1/query?query=up==1").is_ok_and(|answer| answer.text().contains("\"own\""))
    };
    assert!(wait_until(Duration::from_secs(20), has_samples), "nothing was scraped");
    // The last step is now: the first scrapes are seconds old at most.
    let end = now() + 0.125;
    let start = end - 60.0;

    // Its health check: an expression, at a time near the epoch.
    let health = server.post("/api/v1/query", "query=1%2B1&time=4");
    assert_eq!(health, serde_json::json!({"resultType": "scalar", "result": [4, "2"]}));
    let health = server.get("/api/v1/query?query=1%2B1&time=1970-01-01T00%3A00%3A04Z");
    assert_eq!(health["result"][1], "2");

    // `features` there would make it believe in a Mimir, which has another API.
    let build = server.get("/api/v1/status/buildinfo");
    assert!(build["version"].is_string() && build.get("features").is_none(), "{build}");

    let range = format!("query=up&start={start}&end={end}&step=7.5");
    for answer in [
        server.post("/api/v1/query_range", &range),
        server.get(&format!("/api/v1/query_range?{range}")),
        server.post("/api/v1/query_range", &format!("{range}&timeout=60s&limit=0")),
    ] {
        assert_eq!(answer["resultType"], "matrix");
        let points = list(&range, &answer["result"][0]["values"]);
        assert!(points.iter().all(|point| point[1] == "1"), "{answer}");
    }
    let instant = format!("query=up&time={end}");
    for answer in [
        server.post("/api/v1/query", &instant),
        server.get(&format!("/api/v1/query?{instant}&timeout=1m&limit=0")),
    ] {
        assert_eq!(
            (&answer["resultType"], &answer["result"][0]["value"][1]),
            (&"vector".into(), &"1".into())
        );
    }
    let exemplars = format!("query=up&start={start}&end={end}");
    assert_eq!(server.post("/api/v1/query_exemplars", &exemplars), serde_json::json!([]));
    assert_eq!(server.get(&format!("/api/v1/query_exemplars?{exemplars}")), serde_json::json!([]));

    let selection = format!("match%5B%5D=up&start={start}&end={end}&limit=0");
    for (path, expected) in [("series", "own"), ("labels", "job"), ("label/job/values", "own")] {
        let path = format!("/api/v1/{path}");
        let answer = server.get(&format!("{path}?{selection}"));
        assert!(list(&path, &answer).iter().any(|item| item.to_string().contains(expected)), "{answer}");
        if !path.contains("/label/") {
            assert_eq!(server.post(&path, &selection), answer);
        }
    }
    // The first thing that its query editor asks: all names of metrics, at most so many.
    let names = format!("/api/v1/label/__name__/values?start={start}&end={end}&limit=40000");
    assert!(list(&names, &server.get(&names)).contains(&"up".into()));

    let metadata = server.get("/api/v1/metadata");
    assert_eq!(metadata["prometheus_ready"][0]["type"], "gauge", "{metadata}");
    assert_eq!(
        server.get("/api/v1/metadata?metric=prometheus_ready").as_object().map(serde_json::Map::len),
        Some(1)
    );
    for path in ["/api/v1/rules", "/api/v1/rules?type=alert", "/api/v1/rules?type=record"] {
        assert_eq!(server.get(path), serde_json::json!({"groups": []}));
    }
    // What it shows a person when an expression is wrong is the server's own text.
    let wrong = get(server.port, "/api/v1/query?query=up%7B&time=4").unwrap();
    assert_eq!(
        (wrong.status, wrong.json()["errorType"].as_str()),
        (400, Some("bad_data")),
        "{}",
        wrong.text()
    );
    assert!(
        wrong.json()["error"].as_str().is_some_and(|text| text.contains("parse error")),
        "{}",
        wrong.text()
    );
}

/// The value of a gauge without labels on a page in text.
fn gauge(page: &str, name: &str) -> f64 {
    assert!(page.contains(&format!("# TYPE {name} gauge\n")), "{name} is no gauge");
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
}

#[test]
fn the_thanos_sidecar_gets_what_it_asks() {
    let server = Server::start(true);
    let empty = Server::start(false);

    // From which time on there is something: asked as text, in seconds; the largest number where there is nothing.
    let lowest = "prometheus_tsdb_lowest_timestamp_seconds";
    let page = |server: &Server| {
        let answer = request(server.port, "GET", "/metrics", &[("Accept", "text/plain")], b"").unwrap();
        assert!(answer.head.to_ascii_lowercase().contains("content-type: text/plain"), "{}", answer.head);
        answer.text()
    };
    assert_eq!(gauge(&page(&empty), lowest) * 1000.0, i64::MAX as f64);
    assert!(wait_until(Duration::from_secs(20), || (gauge(&page(&server), lowest) - now()).abs() < 60.0));

    // Who it is: the external labels, out of the configuration's text.
    let yaml = server.get("/api/v1/status/config")["yaml"].as_str().unwrap().to_owned();
    assert!(yaml.contains("\n  external_labels:\n    replica: a\n    zone: eu\n"), "{yaml}");

    // What it may do: every flag is a string.
    let flags = server.get("/api/v1/status/flags");
    assert!(flags.as_object().unwrap().values().all(Value::is_string), "{flags}");
    for (flag, value) in [
        ("storage.tsdb.path", "data"),
        ("storage.tsdb.min-block-duration", "2h"),
        ("storage.tsdb.max-block-duration", "2h"),
        ("web.enable-admin-api", "true"),
        ("web.enable-lifecycle", "true"),
    ] {
        assert_eq!(flags[flag], value, "{flag}");
    }
    let version = server.get("/api/v1/status/buildinfo")["version"].as_str().unwrap().to_owned();
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert_eq!(parts.len(), 3, "{version} is no semantic version");
    assert!(parts >= vec![2, 24, 0], "{version} is too old for it");

    for path in ["/-/healthy", "/-/ready"] {
        assert_eq!(get(server.port, path).unwrap().status, 200, "{path}");
    }
    // What its querier passes on.
    let (start, end) = (now() - 3600.0, now());
    for path in [
        "/api/v1/rules?type=alert".to_owned(),
        "/api/v1/targets?state=any".to_owned(),
        "/api/v1/metadata?metric=up&limit=5".to_owned(),
        format!("/api/v1/query_exemplars?query=up&start={start}&end={end}"),
        format!("/api/v1/series?match[]=%7Bjob%3D~%22.%2B%22%7D&start={start}&end={end}"),
        format!("/api/v1/labels?start={start}&end={end}"),
        format!("/api/v1/label/job/values?start={start}&end={end}"),
    ] {
        server.get(&path);
    }

    // What it uploads: blocks whose files can be linked, in a directory that has a log.
    let data = server.folder.path().join("data");
    assert!(data.join("wal").is_dir());
    let snapshot = request(server.port, "POST", "/api/v1/admin/tsdb/snapshot", &[], b"").unwrap();
    let name = success("snapshot", &snapshot)["name"].as_str().unwrap().to_owned();
    let block = only_block(&data.join("snapshots").join(name));
    for file in ["meta.json", "index", "chunks/000001"] {
        let linked = server.folder.path().join(file.replace('/', "-"));
        std::fs::hard_link(block.join(file), &linked).unwrap();
        assert!(std::fs::metadata(&linked).unwrap().len() > 0, "{file}");
    }
    let meta: Value = serde_json::from_slice(&std::fs::read(block.join("meta.json")).unwrap()).unwrap();
    assert_eq!((&meta["version"], meta["ulid"].as_str().map(str::len)), (&1.into(), Some(26)), "{meta}");

    // Its reloader tells the server that the configuration changed.
    let answer = request(server.port, "POST", "/-/reload", &[], b"").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn only_block(folder: &Path) -> std::path::PathBuf {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("meta.json").is_file());
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}
