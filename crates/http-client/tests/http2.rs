//! The client against a server that speaks HTTP/2 by TLS: what is sent, how often is connected, limits, refusals.

mod support;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use narthex_http_client::{
    BasicAuth, Client, ClientError, Connection, HttpOptions, Request, Secret, SecretSource, TlsOptions,
};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use url::Url;

use support::{data, tls_server};

/// A server that tells what it was sent, over HTTP/2 if `offered` has it.
struct Server {
    url: Url,
    connections: Arc<AtomicUsize>,
    /// Ends the connections that stand.
    close: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start(offered: &[&str]) -> Self {
        let mut tls = tls_server("server", false);
        tls.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://{}/", listener.local_addr().expect("an address")).parse().expect("a URL");
        let (connections, close) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counted, closing) = (Arc::clone(&connections), Arc::clone(&close));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, closing) = (acceptor.clone(), Arc::clone(&closing));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    let serving = builder.serve_connection(TokioIo::new(stream), service_fn(answer));
                    tokio::select! {
                        // A client that goes is no fault of the server.
                        _ = serving => {}
                        () = closing.notified() => {}
                    }
                });
            }
        });
        Self { url, connections, close, task }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn answer(request: http::Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let text = match parts.uri.path() {
        "/large" => "x".repeat(100_000),
        "/old" => return Ok(redirect("/new?a=b")),
        _ => format!(
            "{:?} {} {} host={:?} auth={:?} agent={:?} body={}",
            parts.version,
            parts.method,
            parts.uri,
            parts.headers.get(HOST),
            parts.headers.get("authorization"),
            parts.headers.get(USER_AGENT),
            String::from_utf8_lossy(&body),
        ),
    };
    Ok(Response::new(Full::new(text.into())))
}

fn redirect(to: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert("location", HeaderValue::from_static(to));
    response
}

fn options() -> HttpOptions {
    let tls = TlsOptions { ca: Some(SecretSource::File(data("ca.pem"))), ..TlsOptions::default() };
    HttpOptions { tls, ..HttpOptions::default() }
}

async fn fetch(
    client: &Client,
    connection: &mut Connection,
    request: &Request,
) -> Result<String, ClientError> {
    let mut body = Vec::new();
    client.fetch(connection, request, 50_000, &mut body).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_server_that_chooses_it_is_spoken_to_in_http2() {
    let server = Server::start(&["h2", "http/1.1"]).await;
    let inline = |text: &str| SecretSource::Inline(Secret::new(text));
    let basic = BasicAuth { username: inline("u"), password: inline("p") };
    let client = Client::new(HttpOptions { basic_auth: Some(basic), ..options() });
    let mut connection = Connection::new();
    let headers = HeaderMap::from_iter([
        (USER_AGENT, HeaderValue::from_static("Prometheus/3.14.0")),
        (CONNECTION, HeaderValue::from_static("keep-alive")),
    ]);
    let mut request = Request::get(server.url.join("/metrics?a=b%20c").unwrap(), headers);
    for _ in 0..3 {
        let text = fetch(&client, &mut connection, &request).await.unwrap();
        let expected = format!(
            "HTTP/2.0 GET {} host=None auth=Some(Sensitive) agent=Some(\"Prometheus/3.14.0\") body=",
            request.url
        );
        assert_eq!(text.replace("\"Basic dTpw\"", "Sensitive"), expected);
    }
    request.method = Method::POST;
    request.body = Bytes::from_static(b"query=up");
    let text = fetch(&client, &mut connection, &request).await.unwrap();
    assert!(text.starts_with("HTTP/2.0 POST") && text.ends_with("body=query=up"), "{text}");
    request.url.set_path("/old");
    let text = fetch(&client, &mut connection, &request).await.unwrap();
    assert!(text.starts_with(&format!("HTTP/2.0 GET {}new?a=b ", server.url)), "{text}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn http1_where_the_server_or_the_options_want_it() {
    let server = Server::start(&["http/1.1"]).await;
    let request = Request::get(server.url.clone(), HeaderMap::new());
    let text = fetch(&Client::new(options()), &mut Connection::new(), &request).await.unwrap();
    assert!(text.starts_with(&format!("{:?} GET / ", Version::HTTP_11)), "{text}");
    let server = Server::start(&["h2", "http/1.1"]).await;
    let request = Request::get(server.url.clone(), HeaderMap::new());
    let client = Client::new(HttpOptions { http2: false, ..options() });
    let text = fetch(&client, &mut Connection::new(), &request).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 GET / "), "{text}");
}

#[tokio::test]
async fn limits_closed_connections_and_streams() {
    let server = Server::start(&["h2"]).await;
    let client = Client::new(options());
    let mut connection = Connection::new();
    let request = Request::get(server.url.clone(), HeaderMap::new());
    fetch(&client, &mut connection, &request).await.unwrap();
    server.close.notify_waiters();
    fetch(&client, &mut connection, &request).await.unwrap();
    assert_eq!(server.connections(), 2, "the connection that the server closed is replaced");
    let large = Request::get(server.url.join("/large").unwrap(), HeaderMap::new());
    let error = fetch(&client, &mut connection, &large).await.unwrap_err();
    assert!(matches!(error, ClientError::BodyTooLarge { limit: 50_000 }), "{error}");
    fetch(&client, &mut connection, &request).await.unwrap();
    assert_eq!(server.connections(), 3, "a body that was not read to its end costs its connection");
    let (head, mut stream) = client.open(&large).await.unwrap();
    assert_eq!(head.status, StatusCode::OK);
    let mut length = 0;
    while let Some(piece) = stream.chunk().await.unwrap() {
        length += piece.len();
    }
    assert_eq!(length, 100_000);
    let text = fetch(&client, &mut Connection::new(), &request).await.unwrap();
    assert!(text.starts_with("HTTP/2.0 "), "{text}");
}
