//! The real binary as a process: starts on a free port, scrapes itself, answers, reloads, survives a kill, ends.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes, so that a broken server ends the test.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn config_text(port: u16, job: &str) -> String {
    let target = format!("'127.0.0.1:{port}'");
    format!(
        "# itself\nglobal:\n  scrape_interval: 200ms\nscrape_configs:\n  - job_name: {job}\n    static_configs:\n      - targets: [{target}]\n"
    )
}

fn start(folder: &Path, port: u16, more: &[&str]) -> Server {
    start_below(folder, port, "", more)
}

fn start_below(folder: &Path, port: u16, prefix: &str, more: &[&str]) -> Server {
    let child = Command::new(env!("CARGO_BIN_EXE_narthex"))
        .arg(format!("--config.file={}", folder.join("p.yml").display()))
        .arg("--storage.tsdb.path")
        .arg(folder.join("data"))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(more)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, port };
    server.wait(&format!("{prefix}/-/ready"), |answer| answer.contains("Ready"));
    server
}

impl Server {
    fn ask(&self, method: &str, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path).unwrap()
    }

    fn wait(&self, path: &str, good: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let answer = self.ask("GET", path).unwrap_or_default();
            if good(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{path} still answers {answer}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_narthex")).args(args).output().unwrap()
}

#[test]
fn scrapes_itself_reloads_and_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("p.yml");
    let port = free_port();
    std::fs::write(&config, config_text(port, "first")).unwrap();
    let mut server = start(folder.path(), port, &["--web.enable-lifecycle"]);
    server.wait("/api/v1/query?query=up", |answer| answer.contains("\"job\":\"first\"},\"value\":["));
    assert!(server.get("/api/v1/query?query=1%2B").starts_with("HTTP/1.1 400"));
    assert!(server.get("/metrics").contains("prometheus_tsdb_head_series "));
    assert!(server.get("/api/v1/status/config").contains("job_name: first"));

    // A wrong file changes nothing; a right one is applied.
    std::fs::write(&config, "scrape_configs: 5\n").unwrap();
    let refused = server.ask("POST", "/-/reload").unwrap();
    assert!(
        refused.starts_with("HTTP/1.1 500") && refused.contains("p.yml:1:17: scrape_configs"),
        "{refused}"
    );
    assert!(server.get("/api/v1/status/config").contains("job_name: first"));
    std::fs::write(&config, config_text(port, "second")).unwrap();
    assert!(server.ask("POST", "/-/reload").unwrap().starts_with("HTTP/1.1 200"));
    server.wait("/api/v1/query?query=up", |answer| answer.contains("\"job\":\"second\""));

    // What was answered once is there after a kill.
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let server = start(folder.path(), port, &["--web.enable-lifecycle"]);
    assert!(server.get("/api/v1/label/job/values").contains("[\"first\",\"second\"]"));

    assert!(server.ask("POST", "/-/quit").unwrap().starts_with("HTTP/1.1 200"));
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn queries_are_logged_as_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("p.yml");
    let configure =
        |log: &str| std::fs::write(&config, format!("global:\n  query_log_file: {log}\n")).unwrap();
    let entries = |name: &str| -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let port = free_port();
    configure("nowhere/queries.log");
    let refused = run(&["--config.file", &config.display().to_string(), "--web.listen-address=127.0.0.1:0"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("query_log_file: cannot open"), "{text}");

    configure("queries.log");
    let server = start(folder.path(), port, &["--web.enable-lifecycle"]);
    let reload = || server.ask("POST", "/-/reload").unwrap();
    assert!(server.get("/metrics").contains("prometheus_engine_query_log_enabled 1"));
    server.get("/api/v1/query?query=vector(1)&time=1700000000");
    server.get("/api/v1/query_range?query=vector(2)&start=1700000000&end=1700000060&step=15");
    server.get("/api/v1/query?query=1%2B");
    let failing = "/api/v1/query?query=label_replace(vector(1),%22%22,%22%22,%22%22,%22%22)";
    assert!(server.get(failing).starts_with("HTTP/1.1 422"));
    let logged = entries("queries.log");
    assert_eq!(logged.len(), 3, "what does not parse is no query: {logged:?}");
    assert_eq!(logged[0]["params"]["query"], "vector(1)");
    assert_eq!(logged[0]["params"]["start"], "2023-11-14T22:13:20.000Z");
    assert_eq!(logged[0]["httpRequest"]["clientIP"], "127.0.0.1");
    assert_eq!(logged[1]["httpRequest"]["path"], "/api/v1/query_range");
    assert_eq!((&logged[1]["params"]["step"], logged[1].get("error")), (&15.into(), None));
    assert!(logged[1]["stats"]["timings"]["execTotalTime"].as_f64().is_some_and(|time| time > 0.0));
    assert!(
        logged[2]["error"].as_str().is_some_and(|error| error.contains("invalid destination label name"))
    );

    // A file that cannot be opened changes nothing; another one takes over; without one it ends.
    configure("nowhere/queries.log");
    let refused = reload();
    assert!(refused.starts_with("HTTP/1.1 500") && refused.contains("cannot open"), "{refused}");
    server.get("/api/v1/query?query=vector(3)");
    assert_eq!(entries("queries.log").len(), 4);
    configure("other.log");
    assert!(reload().starts_with("HTTP/1.1 200"));
    server.get("/api/v1/query?query=vector(4)");
    assert_eq!((entries("queries.log").len(), entries("other.log").len()), (4, 1));
    std::fs::write(&config, "").unwrap();
    assert!(reload().starts_with("HTTP/1.1 200"));
    server.get("/api/v1/query?query=vector(5)");
    assert_eq!(entries("other.log").len(), 1);
    assert!(server.get("/metrics").contains("prometheus_engine_query_log_enabled 0"));
}

#[test]
fn a_route_prefix_holds_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    std::fs::write(folder.path().join("p.yml"), config_text(port, "self")).unwrap();
    // The prefix by itself, and as the path of the URL under which others reach the server.
    for (flags, prefix) in [
        (vec!["--web.external-url=http://example.org/prom/"], "/prom"),
        (vec!["--web.external-url=https://example.org:8443/x/", "--web.route-prefix=/a/b/"], "/a/b"),
        (vec!["--web.external-url=http://example.org/behind/a/proxy", "--web.route-prefix=/"], ""),
    ] {
        let host = flags[0].split('/').nth(2).unwrap().to_owned();
        let server = start_below(folder.path(), port, prefix, &flags);
        for path in [
            "/api/v1/status/buildinfo",
            "/metrics",
            "/federate?match[]=up",
            "/version",
            "/-/healthy",
            "/query",
            "/dashboards/",
        ] {
            let answer = server.get(&format!("{prefix}{path}"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{prefix}{path}: {answer}");
        }
        let outside = flags[0].split_once(&host).unwrap().1.trim_end_matches('/');
        for (path, place) in [("/", ""), ("/graph?g0.expr=up", "?g0.expr=up")] {
            let answer = server.get(&format!("{prefix}{path}"));
            assert!(answer.starts_with("HTTP/1.1 302"), "{prefix}{path}: {answer}");
            assert!(answer.contains(&format!("location: {outside}/query{place}\r\n")), "{answer}");
        }
        let page = server.get(&format!("{prefix}/query"));
        assert!(page.contains("<base href=\"./\"") || page.contains("not built"), "{page}");
        let shown = if prefix.is_empty() { "/" } else { prefix };
        let flags = server.get(&format!("{prefix}/api/v1/status/flags"));
        assert!(flags.contains(&format!("\"web.route-prefix\":\"{shown}\"")), "{flags}");
        // Loopback addresses of targets become the host by which others know this server.
        let host = host.split(':').next().unwrap();
        server.wait(&format!("{prefix}/api/v1/targets"), |answer| {
            answer.contains(&format!("\"globalUrl\":\"http://{host}"))
                || answer.contains(&format!("\"globalUrl\":\"https://{host}"))
        });
        if !prefix.is_empty() {
            assert!(server.get("/").contains(&format!("location: {prefix}/")));
            assert!(server.get("/api/v1/query?query=1").starts_with("HTTP/1.1 404"));
            assert!(server.get("/metrics").starts_with("HTTP/1.1 404"));
        }
    }
}

#[test]
fn the_limit_on_open_files_is_raised() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yml"), "").unwrap();
    let port = free_port();
    // As a service manager starts it: a low soft limit below a higher hard one.
    let command = format!(
        "ulimit -S -n 256; exec {} --config.file=p.yml --web.listen-address=127.0.0.1:{port}",
        env!("CARGO_BIN_EXE_narthex")
    );
    let child = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, port };
    server.wait("/-/ready", |answer| answer.contains("Ready"));
    let page = server.get("/metrics");
    let limit = page.lines().find_map(|line| line.strip_prefix("process_max_fds ")).unwrap();
    assert!(limit.trim().parse::<f64>().unwrap() > 256.0, "{limit}");
}

#[test]
fn no_more_connections_than_the_flag_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yml"), "").unwrap();
    let port = free_port();
    let server = start(folder.path(), port, &["--web.max-connections=2"]);
    let held: Vec<_> = (0..2).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    let mut third = TcpStream::connect(("127.0.0.1", port)).unwrap();
    third.write_all(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    third.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut first_byte = [0; 1];
    assert!(third.read(&mut first_byte).is_err(), "the third connection waits");
    drop(held);
    third.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = String::new();
    third.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        server.get("/metrics").contains("net_conntrack_listener_conn_accepted_total{listener_name=\"http\"}")
    );
}

#[test]
fn a_locked_server_lets_only_its_users_in() {
    // The hash of "secret".
    const HASH: &str = "$2b$04$G7gtp4msQmEx0dAd.SZsPOIYK7TosrDQ19zL6AVds9rXZKWeeHXV.";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yml"), "").unwrap();
    let web = folder.path().join("web.yml");
    std::fs::write(&web, "basic_auth_users: {}\n").unwrap();
    let path = web.to_str().unwrap();
    let port = free_port();
    let server = start(folder.path(), port, &["--web.config.file", path]);
    std::fs::write(&web, format!("basic_auth_users:\n  ann: {HASH}\n")).unwrap();
    for path in ["/", "/metrics", "/-/healthy", "/api/v1/query?query=1", "/federate", "/nothing.js"] {
        assert!(server.get(path).starts_with("HTTP/1.1 401"), "{path}");
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = "GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    // The tools come in with a file of their own.
    let client = folder.path().join("http.yml");
    std::fs::write(&client, "basic_auth: {username: ann, password: secret}\n").unwrap();
    let (address, client) = (format!("http://127.0.0.1:{port}"), client.to_str().unwrap());
    let url = format!("--url={address}");
    assert!(!run(&["check", "healthy", &url]).status.success());
    assert!(run(&["check", "ready", &url, "--http.config.file", client]).status.success());
    let query = run(&["query", "--http.config.file", client, "instant", &address, "1+1"]);
    assert!(String::from_utf8_lossy(&query.stdout).starts_with("scalar: 2 @["), "{query:?}");
    let wrong = run(&["query", "instant", &address, "1", "--http.config.file", "nowhere.yml"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("--http.config.file"), "{wrong:?}");

    assert!(run(&["check", "web-config", path]).status.success());
    std::fs::write(&web, "tls_server_config:\n  cert_file: a.pem\n  key_file: b.pem\n").unwrap();
    let checked = run(&["check", "web-config", path]);
    assert!(!checked.status.success());
    assert!(String::from_utf8_lossy(&checked.stderr).contains("a.pem"), "{checked:?}");
}

#[test]
fn notifications_arrive_as_they_happen() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("p.yml");
    std::fs::write(&config, "").unwrap();
    let port = free_port();
    let limit = "--web.max-notifications-subscribers=1";
    let mut server = start(folder.path(), port, &["--web.enable-lifecycle", limit]);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /api/v1/notifications/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    let mut read_until = |stream: &mut TcpStream, text: &str| {
        while !seen.contains(text) {
            let n = stream.read(&mut buffer).unwrap();
            assert!(n > 0, "the stream ended: {seen}");
            seen.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
        std::mem::take(&mut seen)
    };
    assert!(read_until(&mut stream, "\r\n\r\n").contains("text/event-stream"));
    server.wait("/metrics", |page| page.contains("prometheus_api_notification_active_subscribers 1"));
    assert!(server.get("/api/v1/notifications/live").starts_with("HTTP/1.1 204"), "one place, one reader");
    std::fs::write(&config, "nonsense: 1\n").unwrap();
    server.ask("POST", "/-/reload").unwrap();
    read_until(&mut stream, "\"Configuration reload has failed.\"");
    assert!(server.get("/api/v1/notifications").contains("\"active\":true"));
    std::fs::write(&config, "").unwrap();
    server.ask("POST", "/-/reload").unwrap();
    read_until(&mut stream, "\"active\":false");
    // The server ends the stream properly when it ends, instead of cutting it off.
    server.ask("POST", "/-/quit").unwrap();
    read_until(&mut stream, "0\r\n\r\n");
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn wrong_input_ends_the_start_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bad.yml");
    std::fs::write(&config, "global:\n  scrape_intervall: 1s\n").unwrap();
    let path = config.to_str().unwrap();
    let output = run(&["--config.file", path]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text.contains("bad.yml:2:3: global.scrape_intervall")
            && text.contains("did you mean scrape_interval"),
        "{text}"
    );
    let checked = run(&["check", "config", path]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("bad.yml:2:3"));
    let flag = run(&["--web.listen-adress=x"]);
    assert!(String::from_utf8_lossy(&flag.stderr).contains("--web.listen-address"));
    assert_eq!(run(&["--agent"]).status.code(), Some(2));
}
