//! A scripted HTTP server, and one look at what a configuration finds.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use narthex_discovery::{DiscoveryConfig, TargetGroup, discover_once};
use narthex_model::Labels;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// What the server sends.
pub(crate) enum Answer {
    /// 200 with this body.
    Ok(String),
    /// 200 with headers and this body.
    With(Vec<(&'static str, String)>, String),
    /// 201 with headers and this body.
    Created(Vec<(&'static str, String)>, String),
    /// Another status with this body.
    Status(u16, String),
    /// 200, these pieces, then the end of the connection.
    Pieces(Vec<String>),
    /// 200, these pieces, then silence.
    Hang(Vec<String>),
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: Url,
    /// The requests as they came: head and body.
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("the test is set up well").clone()
    }

    /// The first request whose first line contains `part`.
    pub(crate) fn request(&self, part: &str) -> String {
        let requests = self.requests();
        let found = requests
            .iter()
            .find(|request| request.lines().next().expect("the test is set up well").contains(part));
        found.unwrap_or_else(|| panic!("no request with {part} in {requests:#?}")).clone()
    }
}

/// Answers by path (without query).
pub(crate) async fn serve(answers: &[(&'static str, &'static str)]) -> Server {
    let answers: BTreeMap<&str, &str> = answers.iter().copied().collect();
    serve_with(move |request| {
        let path = request.split([' ', '?']).nth(1).unwrap_or_default();
        match answers.get(path) {
            Some(body) => Answer::Ok((*body).to_owned()),
            None => Answer::Status(404, String::new()),
        }
    })
    .await
}

/// Answers as `script` says; it is given the whole request.
pub(crate) async fn serve_with(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the test is set up well");
    let url = format!("http://{}", listener.local_addr().expect("the test is set up well"))
        .parse()
        .expect("the test is set up well");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, script) = (Arc::clone(&seen), Arc::new(script));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (log, script) = (Arc::clone(&log), Arc::clone(&script));
            tokio::spawn(async move {
                let request = read_request(&mut stream).await;
                log.lock().expect("the test is set up well").push(request.clone());
                let (status, headers, body, pieces, hang) = match script(&request) {
                    Answer::Ok(body) => (200, Vec::new(), Some(body), Vec::new(), false),
                    Answer::With(headers, body) => (200, headers, Some(body), Vec::new(), false),
                    Answer::Created(headers, body) => (201, headers, Some(body), Vec::new(), false),
                    Answer::Status(status, body) => (status, Vec::new(), Some(body), Vec::new(), false),
                    Answer::Pieces(pieces) => (200, Vec::new(), None, pieces, false),
                    Answer::Hang(pieces) => (200, Vec::new(), None, pieces, true),
                };
                let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                if let Some(body) = &body {
                    head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
                } else {
                    head.push_str("\r\n");
                }
                let _ = stream.write_all(head.as_bytes()).await;
                for piece in pieces {
                    let _ = stream.write_all(piece.as_bytes()).await;
                    let _ = stream.flush().await;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                if hang {
                    // Until the client closes.
                    let _ = stream.read(&mut [0; 16]).await;
                }
            });
        }
    });
    Server { url, seen }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => bytes.extend_from_slice(&buffer[..read]),
            _ => return text,
        }
    }
}

/// The value of a request's header.
pub(crate) fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {request}"))
}

/// The path of a request.
pub(crate) fn path(request: &str) -> &str {
    request.split([' ', '?']).nth(1).unwrap_or_default()
}

/// The groups that a configuration finds.
pub(crate) async fn found(config: DiscoveryConfig) -> Vec<Arc<TargetGroup>> {
    discover_once(vec![config], Duration::from_secs(20)).await
}

/// The labels of all targets, with those of their group.
pub(crate) async fn targets(config: DiscoveryConfig) -> Vec<BTreeMap<String, String>> {
    let groups = found(config).await;
    let merged = |group: &TargetGroup, target: &Labels| {
        group.labels.iter().chain(target.iter()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    };
    groups.iter().flat_map(|group| group.targets.iter().map(|target| merged(group, target))).collect()
}

/// Compares a target with the lines `name = value`, sorted by name; `prefix` is cut off the names.
pub(crate) fn assert_labels(target: &BTreeMap<String, String>, prefix: &str, expected: &str) {
    let shown: Vec<String> = target
        .iter()
        .map(|(name, value)| format!("{} = {value}", name.strip_prefix(prefix).unwrap_or(name)))
        .collect();
    let mut expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    expected.sort_unstable();
    let mut shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    shown.sort_unstable();
    assert_eq!(shown, expected, "{shown:#?}");
}
