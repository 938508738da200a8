//! The front as a browser sees it: lists, dashboards, broken files, the proxy and its refusals.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use narthex_dashboards::library::Root;
use narthex_dashboards::{DataSource, Options, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn ask(app: &Router, method: &str, path: &str, body: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn ask_json(app: &Router, path: &str) -> (StatusCode, Value) {
    let (status, body) = ask(app, "GET", path, "").await;
    (status, serde_json::from_str(&body).unwrap())
}

fn app(folder: &Path, source: &str, prefix: &str) -> Router {
    let source = DataSource::new("prometheus", "Prometheus", source).unwrap();
    router(Options {
        roots: vec![Root::path(folder)],
        sources: vec![source],
        route_prefix: prefix.to_owned(),
    })
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("infra")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.json", r#"{"uid": "a", "title": "First", "tags": ["x"], "panels": []}"#);
    write("infra/Node (full).json", r#"{"title": "Node", "rows": []}"#);
    write("wrapped.json", r#"{"meta": {}, "dashboard": {"uid": "w", "title": "Wrapped"}}"#);
    write("broken.json", "{\n  \"title\": oops\n}");
    write("twice.json", r#"{"uid": "a", "title": "Second", "panels": []}"#);
    write("other.json", r#"[1, 2]"#);
    write("readme.txt", "not looked at");
    folder
}

#[tokio::test]
async fn dashboards_are_listed_and_broken_files_reported() {
    let folder = folder();
    let app = app(folder.path(), "http://127.0.0.1:1", "");
    let (status, list) = ask_json(&app, "/api/dashboards").await;
    assert_eq!(status, StatusCode::OK);
    let uids: Vec<_> = list.as_array().unwrap().iter().map(|d| d["uid"].as_str().unwrap()).collect();
    assert_eq!(uids, ["a", "w", "node-full"]);
    assert_eq!(list[2]["folder"], "infra");
    assert_eq!(list[0]["tags"], json!(["x"]));
    let (_, problems) = ask_json(&app, "/api/dashboards/problems").await;
    let problems = problems.as_array().unwrap();
    assert_eq!(problems.len(), 3, "{problems:?}");
    let broken = problems.iter().find(|p| p["file"].as_str().unwrap().ends_with("broken.json")).unwrap();
    assert_eq!(broken["line"], 2);
    let (_, one) = ask_json(&app, "/api/dashboards/w").await;
    assert_eq!(one["dashboard"]["title"], "Wrapped");
    let (status, refused) = ask_json(&app, "/api/dashboards/nope").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(refused["hint"].is_string());
}

#[tokio::test]
async fn the_proxy_passes_reading_requests_on() {
    let upstream = Router::new()
        .route("/prom/api/v1/query", get(|uri: http::Uri| async move { uri.to_string() }))
        .route("/prom/api/v1/query", post(|body: String| async move { (StatusCode::BAD_REQUEST, body) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, upstream).await });
    let folder = folder();
    let app = app(folder.path(), &format!("http://127.0.0.1:{port}/prom/"), "/dash");
    let base = "/dash/api/datasources/prometheus/proxy/api/v1";
    let (status, body) = ask(&app, "GET", &format!("{base}/query?query=up%7B%7D"), "").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "/prom/api/v1/query?query=up%7B%7D"));
    let (status, body) = ask(&app, "POST", &format!("{base}/query"), "query=x").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::BAD_REQUEST, "query=x"),
        "an error is passed on as it is"
    );
    let (status, _) = ask(&app, "POST", &format!("{base}/admin/tsdb/snapshot"), "").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = ask(&app, "GET", "/dash/api/datasources/other/proxy/api/v1/query", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, sources) = ask_json(&app, "/dash/api/datasources").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(sources[0]["isDefault"], true);
    assert!(!sources.to_string().contains(&port.to_string()), "addresses stay on the server");
}

#[tokio::test]
async fn a_source_that_is_away_is_said_so() {
    let folder = folder();
    let app = app(folder.path(), "http://127.0.0.1:1", "");
    let (status, refused) = ask_json(&app, "/api/datasources/default/proxy/api/v1/query?query=1").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(refused["error"].as_str().unwrap().contains("Prometheus"), "{refused}");
    let (status, _) = ask(&app, "GET", "/-/healthy", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(DataSource::new("a", "a", "localhost:9090").is_err());
}

#[tokio::test]
async fn below_a_prefix_the_start_page_has_its_slash() {
    let folder = folder();
    let app = app(folder.path(), "http://127.0.0.1:1", "/base/dashboards");
    for (path, status, place) in [
        ("/base/dashboards", StatusCode::MOVED_PERMANENTLY, Some("dashboards/")),
        ("/base/dashboards/", StatusCode::OK, None),
        ("/base/dashboards/d/a/first", StatusCode::OK, None),
        ("/base", StatusCode::NOT_FOUND, None),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let location = response.headers().get("location").map(|place| place.to_str().unwrap());
        assert_eq!(location, place, "{path}");
    }
}
