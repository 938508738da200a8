//! The axum layer and handler, through a router.
#![cfg(feature = "axum")]
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Router, routing::get};
use http_body_util::BodyExt as _;
use narthex_client::Registry;
use tower::ServiceExt as _;

async fn fetch(app: &Router, path: &str) -> (StatusCode, Option<String>, String) {
    let response = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let content_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, content_type, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn requests_are_measured_by_route() {
    let registry = Registry::new();
    let app: Router = Router::new()
        .route("/patients/{id}", get(|| async { "ok" }))
        .layer(narthex_client::axum::layer_for(&registry))
        .route("/metrics", get(narthex_client::axum::handler_for(registry.clone())));
    for path in ["/patients/1", "/patients/2", "/wp-admin.php"] {
        fetch(&app, path).await;
    }
    let (status, content_type, page) = fetch(&app, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(content_type.unwrap().starts_with("text/plain; version=0.0.4"));
    for line in [
        r#"http_requests_total{method="GET",endpoint="/patients/{id}",status="200"} 2"#,
        r#"http_requests_total{method="GET",endpoint="unmatched",status="404"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",endpoint="/patients/{id}"} 2"#,
        "http_requests_in_flight 0",
    ] {
        assert!(page.contains(&format!("\n{line}\n")), "{line} in {page}");
    }
}
