//! What the README and the book say without a command: addresses lead somewhere, and the errors of a target are worded so.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use narthex_tests::{Process, free_port, get, wait_until};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn pages() -> Vec<(String, String)> {
    let chapters =
        std::fs::read_dir(root().join("docs/book/src")).unwrap().map(|entry| entry.unwrap().path());
    let mut files = vec![root().join("README.md")];
    files.extend(chapters);
    files
        .into_iter()
        .map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(file).unwrap())
        })
        .collect()
}

/// The paths of the addresses `http://localhost:9090/…` in a text.
fn server_paths(text: &str) -> Vec<&str> {
    text.split("http://localhost:9090")
        .skip(1)
        .map(|rest| rest.split(['>', ')', '\'', '"', ' ', '\n', '`', '?']).next().unwrap())
        .map(|path| path.trim_end_matches(['.', ',']))
        .collect()
}

#[test]
fn addresses_of_the_server_are_pages_or_endpoints() {
    let pages_of_ui = std::fs::read_to_string(root().join("ui/src/server.tsx")).unwrap();
    let openapi = std::fs::read_to_string(root().join("crates/api/src/v1/openapi.yaml")).unwrap();
    let mut seen = 0;
    for (name, text) in pages() {
        for path in server_paths(&text) {
            let known = match path.strip_prefix("/api/v1") {
                Some(endpoint) => {
                    let endpoint = endpoint.replace("/label/__name__/", "/label/{name}/");
                    openapi.contains(&format!("\n  {endpoint}:\n"))
                }
                None => {
                    ["", "/", "/metrics", "/-/ready", "/-/reload"].contains(&path)
                        || pages_of_ui.contains(&format!("'{path}':"))
                }
            };
            assert!(known, "{name}: http://localhost:9090{path} leads nowhere");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} addresses were found");
}

/// Answers every path with a fault of its own.
fn faulty_target() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

fn answer(mut stream: std::net::TcpStream) {
    let mut request = [0; 4096];
    let Ok(length) = stream.read(&mut request) else { return };
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let text = "Content-Type: text/plain; version=0.0.4\r\n";
    let (status, kind, body) = match path {
        "/missing" => ("404 Not Found", text, "no"),
        "/failing" => ("500 Internal Server Error", text, "no"),
        "/html" => ("200 OK", "Content-Type: text/html\r\n", "<html></html>"),
        "/bare" => ("200 OK", "", "a 1\n"),
        "/garbled" => ("200 OK", text, "a 1\n2xx 1\n"),
        "/slow" => {
            std::thread::sleep(Duration::from_secs(30));
            return;
        }
        _ => ("200 OK", text, "a 1\nb 1\nc 1\n"),
    };
    let _sent = write!(
        stream,
        "HTTP/1.1 {status}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// The first cells of the table of errors, without their quotes.
fn errors_of_the_table(page: &str) -> Vec<String> {
    let table = page.split("| the error | the reason |").nth(1).unwrap();
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('`').nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn errors_of_targets_are_worded_as_the_book_says() {
    let page = std::fs::read_to_string(root().join("docs/book/src/troubleshooting.md")).unwrap();
    let errors = errors_of_the_table(&page);
    assert!(errors.len() >= 10, "{errors:?}");

    let (target, dead, server) = (faulty_target(), free_port(), free_port());
    let folder = tempfile::tempdir().unwrap();
    let mut config = "global: {scrape_interval: 1s, scrape_timeout: 500ms}\nscrape_configs:\n".to_owned();
    let mut job = |name: &str, more: &str, address: &str| {
        config.push_str(&format!(
            "- {{job_name: {name}, {more}static_configs: [{{targets: ['{address}']}}]}}\n"
        ));
    };
    let here = format!("127.0.0.1:{target}");
    for path in ["missing", "failing", "html", "bare", "garbled", "slow"] {
        job(path, &format!("metrics_path: /{path}, "), &here);
    }
    job("tls", "scheme: https, ", &here);
    job("samples", "sample_limit: 2, ", &here);
    job("bytes", "body_size_limit: 4B, ", &here);
    job("dead", "", &format!("127.0.0.1:{dead}"));
    job("nowhere", "", "no-such-host.invalid:80");
    std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    let listen = format!("--web.listen-address=127.0.0.1:{server}");
    let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=tsdb", listen.as_str()];
    let _server = Process::start("narthex", &arguments, folder.path(), server, "/-/ready");

    let mut missing = Vec::new();
    let all = wait_until(Duration::from_secs(30), || {
        let Ok(found) = get(server, "/api/v1/targets") else { return false };
        let found = found.json();
        let said: Vec<_> = found["data"]["activeTargets"]
            .as_array()
            .map(|targets| targets.iter().filter_map(|target| target["lastError"].as_str()).collect())
            .unwrap_or_default();
        missing =
            errors.iter().filter(|error| !said.iter().any(|text| text.contains(*error))).cloned().collect();
        missing.is_empty()
    });
    assert!(all, "no target says {missing:?}");
}

/// What comes after two dashes, as a program's option or in a text.
fn flags(text: &str) -> std::collections::BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let words = text.split("--").skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    words
        .map(|rest| rest.split(|c: char| !is_part(c)).next().unwrap().trim_end_matches(['.', '-']).to_owned())
        .collect()
}

/// Flags of other programs that the pages speak of.
const OF_OTHERS: [&str; 1] = ["shipper.upload-compacted"];

#[test]
fn flags_that_are_named_exist() {
    let help = |program: &str, arguments: &[&str]| {
        let output =
            std::process::Command::new(narthex_tests::binary(program)).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}");
        flags(&String::from_utf8_lossy(&output.stdout))
    };
    let mut known = std::collections::BTreeSet::new();
    for arguments in [
        &["--help"][..],
        &["dash", "--help"],
        &["check", "healthy", "--help"],
        &["query", "instant", "--help"],
        &["tsdb", "dump", "--help"],
    ] {
        known.extend(help("narthex", arguments));
    }
    for verb in ["serve", "traffic", "train", "healthy"] {
        known.extend(help("heart-disease-api", &[verb, "--help"]));
    }
    assert!(known.len() > 60, "{known:?}");
    let mut seen = 0;
    for (name, text) in pages() {
        // Those of other programs stand in commands, which are executed or belong to tools that are not ours.
        let prose: String = text.split("```").step_by(2).collect();
        for flag in flags(&prose).into_iter().filter(|flag| flag.contains('.') || flag.starts_with("enable"))
        {
            assert!(known.contains(&flag) || OF_OTHERS.contains(&&*flag), "{name}: there is no --{flag}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} flags were found");
}
