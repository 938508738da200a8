//! A real server on a free port: limits and shutdown.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use narthex_web::server::{self, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

async fn get_slow(address: std::net::SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4096];
    let n = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..n]).into_owned()
}

#[tokio::test]
async fn requests_under_way_end_before_the_server_does() {
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let (entered, mut inside) = watch::channel(false);
    let slow = get(move || async move {
        entered.send_replace(true);
        tokio::time::sleep(Duration::from_millis(200)).await;
        "done"
    });
    let router = Router::new().route("/slow", slow);
    let running = tokio::spawn(server::serve(vec![listener], router, Options::default(), stopped));
    let request = tokio::spawn(get_slow(address));
    inside.wait_for(|entered| *entered).await.unwrap();
    stop.send_replace(true);
    assert!(request.await.unwrap().ends_with("done"));
    running.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the listener is closed");
}

#[tokio::test]
async fn the_connection_limit_makes_the_next_one_wait() {
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let router = Router::new().route("/slow", get(|| async { "ok" }));
    let options = Options { connections_max: 1, ..Options::default() };
    let running = tokio::spawn(server::serve(vec![listener], router, options, stopped));
    let first = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let waiting = tokio::time::timeout(Duration::from_millis(100), second.read_to_string(&mut answer)).await;
    assert!(waiting.is_err(), "the second connection waits");
    drop(first);
    second.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"));
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = server::bind(&address).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on {address}: ")), "{error}");
}

/// What `curl -g` sends.
#[tokio::test]
async fn quotes_and_brackets_in_a_request_line_are_taken() {
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (_stop, stopped) = watch::channel(false);
    let echo = |uri: http::Uri, headers: http::HeaderMap| async move {
        format!("{uri} {}", headers["if-none-match"].to_str().unwrap())
    };
    let router = Router::new().route("/echo", get(echo));
    let running = tokio::spawn(server::serve(vec![listener], router, Options::default(), stopped));
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /echo?m[]=up{a=\"b\"}>0").await.unwrap();
        stream.flush().await.unwrap();
        stream.write_all(b"&c=<d> HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"<e>\"\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\"<e>\"") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n/echo?m[]=up{a=%22b%22}%3E0&c=%3Cd%3E \"<e>\""), "{answer}");
    }
    running.abort();
}
