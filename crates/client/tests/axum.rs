//! The axum layer and handler, through a router.
#![cfg(feature = "axum")]
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Router, routing::get};
use http_body_util::BodyExt as _;
use narthex_client::{Counter, Families, Gauge, Registry};
use tower::ServiceExt as _;

async fn send(app: &Router, request: Request) -> (StatusCode, HeaderMap, Bytes) {
    let response = app.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

async fn fetch(app: &Router, path: &str) -> (StatusCode, String) {
    let (status, _, body) = send(app, Request::get(path).body(Body::empty()).unwrap()).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn page_of(registry: &Registry) -> Router {
    Router::new().route("/metrics", get(narthex_client::axum::handler_for(registry.clone())))
}

fn assert_lines(page: &str, lines: &[&str]) {
    for line in lines {
        assert!(page.lines().any(|found| found == *line), "{line} in {page}");
    }
}

#[tokio::test]
async fn requests_are_measured_by_route() {
    let registry = Registry::new();
    let nested = Router::new().route("/{id}", get(|| async { "12345" }));
    let app: Router = Router::new()
        .nest("/patients", nested)
        .layer(narthex_client::axum::layer_for(&registry))
        .route("/metrics", get(narthex_client::axum::handler_for(registry.clone())));
    for path in ["/patients/1", "/patients/2", "/wp-admin.php"] {
        fetch(&app, path).await;
    }
    let invented = Request::builder().method("BREW").uri("/patients/1").body(Body::empty()).unwrap();
    assert_eq!(send(&app, invented).await.0, StatusCode::METHOD_NOT_ALLOWED);
    let (status, page) = fetch(&app, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert_lines(
        &page,
        &[
            r#"http_requests_total{method="GET",endpoint="/patients/{id}",status="200"} 2"#,
            r#"http_requests_total{method="GET",endpoint="unmatched",status="404"} 1"#,
            r#"http_requests_total{method="other",endpoint="/patients/{id}",status="405"} 1"#,
            r#"http_request_duration_seconds_count{method="GET",endpoint="/patients/{id}"} 2"#,
            r#"http_response_size_bytes_sum{method="GET",endpoint="/patients/{id}"} 10"#,
            r#"http_response_size_bytes_bucket{method="GET",endpoint="/patients/{id}",le="100"} 2"#,
            "http_requests_in_flight 0",
        ],
    );
}

#[tokio::test]
async fn a_request_is_in_flight_until_its_body_is_gone() {
    let registry = Registry::new();
    let app = || {
        Router::new().route("/", get(|| async { "four" })).layer(narthex_client::axum::layer_for(&registry))
    };
    // Two layers in one registry share the gauge.
    let apps = [app(), app()];
    let send = |app: &Router| app.clone().oneshot(Request::get("/").body(Body::empty()).unwrap());
    let in_flight = |expected: u32| {
        assert_lines(&registry.text(), &[&format!("http_requests_in_flight {expected}")]);
    };
    in_flight(0);
    let first = send(&apps[0]).await.unwrap();
    in_flight(1);
    let second = send(&apps[1]).await.unwrap();
    in_flight(2);
    assert_eq!(first.into_body().collect().await.unwrap().to_bytes(), "four");
    in_flight(1);
    // A client that goes away before the answer.
    drop(send(&apps[0]));
    in_flight(1);
    // The end on another thread than the beginning.
    std::thread::spawn(|| drop(second)).join().unwrap();
    in_flight(0);
}

#[tokio::test]
async fn a_removed_series_of_requests_starts_again() {
    let registry = Registry::new();
    let app = Router::new()
        .route("/{id}", get(|| async { "four" }))
        .layer(narthex_client::axum::layer_for(&registry));
    let requests = Counter::new("http_requests_total", "")
        .with_labels(["method", "endpoint", "status"])
        .register_in(&registry);
    for expected in [1, 2] {
        fetch(&app, "/a").await;
        assert_eq!(requests.with(["GET", "/{id}", "200"]).get(), expected);
    }
    assert!(requests.remove(["GET", "/{id}", "200"]));
    for expected in [1, 2] {
        fetch(&app, "/a").await;
        assert_eq!(requests.with(["GET", "/{id}", "200"]).get(), expected);
    }
    assert_lines(&registry.text(), &[r#"http_response_size_bytes_count{method="GET",endpoint="/{id}"} 4"#]);
}

#[tokio::test]
async fn the_page_is_what_the_scraper_asks_for() {
    let registry = Registry::new();
    Gauge::new("room.temperature", "").register_in(&registry).set(1.0);
    let app = page_of(&registry);
    let proto = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    for (accept, content_type, line) in [
        ("", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", "room_temperature 1"),
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8",
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            "{\"room.temperature\"} 1",
        ),
        (
            "text/plain;version=1.0.0;escaping=dots",
            "text/plain; version=1.0.0; charset=utf-8; escaping=dots",
            "room_dot_temperature 1",
        ),
        (
            "text/plain;version=0.0.4;q=0.3, application/openmetrics-text;version=1.0.0;escaping=values;q=0.7",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
            "U__room_2e_temperature 1.0",
        ),
        (
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores",
            "# EOF",
        ),
        (
            proto,
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores",
            "",
        ),
    ] {
        let request = Request::get("/metrics").header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        let (_, headers, body) = send(&app, request).await;
        let found = headers[header::CONTENT_TYPE].to_str().unwrap();
        assert_eq!(found.replace("; ", ";"), content_type.replace("; ", ";"), "{accept}");
        let page = String::from_utf8_lossy(&body);
        assert!(line.is_empty() || page.lines().any(|found| found == line), "{accept}: {page}");
    }
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn the_page_is_compressed_on_request() {
    let registry = Registry::new();
    Gauge::new("g", "").register_in(&registry).set(1.0);
    let request = || Request::get("/metrics").header(header::ACCEPT_ENCODING, "gzip");
    let (_, headers, body) = send(&page_of(&registry), request().body(Body::empty()).unwrap()).await;
    assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(headers[header::VARY], "accept, accept-encoding");
    let mut page = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*body), &mut page).unwrap();
    assert_eq!(page, registry.text());
}

#[tokio::test]
async fn asynchronous_collectors_run_before_the_page() {
    let registry = Registry::new();
    let (send, receive) = tokio::sync::watch::channel(1.0);
    for name in ["first", "second"] {
        let receive = receive.clone();
        registry.collect_with_async(move || {
            let receive = receive.clone();
            async move {
                tokio::task::yield_now().await;
                let mut families = Families::default();
                families.gauge("jobs", "Jobs.").sample([("queue", name)], *receive.borrow());
                families
            }
        });
    }
    let app = page_of(&registry);
    assert_lines(&fetch(&app, "/metrics").await.1, &["jobs{queue=\"first\"} 1", "jobs{queue=\"second\"} 1"]);
    send.send_replace(5.0);
    assert!(
        registry.text().contains("jobs{queue=\"first\"} 1\n"),
        "a page without a refresh has the last values"
    );
    assert_lines(&fetch(&app, "/metrics").await.1, &["jobs{queue=\"first\"} 5", "jobs{queue=\"second\"} 5"]);
}

#[test]
fn a_whole_program_is_at_most_eight_lines() {
    let example = include_str!("../examples/axum_shortest.rs");
    let lines = example.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//!"));
    assert!(lines.count() <= 8, "{example}");
    let guide = include_str!("../src/docs.md");
    for line in example.lines().filter(|line| !line.starts_with("//!")) {
        assert!(guide.contains(line.trim()), "the guide shows the example, but not {line}");
    }
}
