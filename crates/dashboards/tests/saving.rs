//! Saving and adding dashboards: the file's order is kept, nobody's change is lost, and nothing is written where it must not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::Path;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use narthex_dashboards::library::{BuiltIn, Root};
use narthex_dashboards::{DataSource, Options, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const BUILT_IN: &[BuiltIn] = &[BuiltIn { name: "own.json", text: r#"{"title": "Own", "panels": []}"# }];

fn app(folder: &Path, writable: bool) -> Router {
    let source = DataSource::new("prometheus", "Prometheus", "http://127.0.0.1:1").unwrap();
    let root = Root { writable, ..Root::path(folder) };
    router(Options {
        roots: vec![root, Root::built_in(BUILT_IN)],
        sources: vec![source],
        route_prefix: String::new(),
    })
}

async fn send(app: &Router, method: &str, path: &str, kind: &str, body: String) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", kind);
    let answer = app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn json(app: &Router, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    send(app, method, path, "application/json", body.to_string()).await
}

#[tokio::test]
async fn a_change_goes_back_to_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    std::fs::write(&file, r#"{"uid": "a", "zeta": 1, "title": "A", "alpha": {"y": 1, "b": 2}}"#).unwrap();
    let app = app(folder.path(), true);
    let (_, shown) = json(&app, "GET", "/api/dashboards/a", &json!(null)).await;
    assert_eq!(shown["meta"]["writable"], true);

    let change = r#"{"zeta": 2, "title": "B", "alpha": {"y": 1, "b": 2}, "version": 0}"#.to_owned();
    let (status, saved) = send(&app, "PUT", "/api/dashboards/a", "application/json", change.clone()).await;
    assert_eq!((status, &saved), (StatusCode::OK, &json!({"uid": "a", "version": 1})));
    let text = std::fs::read_to_string(&file).unwrap();
    let order: Vec<_> =
        ["zeta", "title", "alpha", "\"y\"", "\"b\"", "uid"].map(|key| text.find(key).unwrap()).into();
    assert!(order.is_sorted(), "{text}");

    let (status, refused) = send(&app, "PUT", "/api/dashboards/a", "application/json", change).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "a refused change changes nothing");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test]
async fn a_new_dashboard_gets_a_file_and_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), true);
    let (status, made) =
        json(&app, "POST", "/api/dashboards", &json!({"title": "../My board", "panels": []})).await;
    assert_eq!((status, &made["uid"]), (StatusCode::CREATED, &json!("my-board")));
    assert!(folder.path().join("my-board.json").exists());
    let envelope = json!({"dashboard": {"title": "My board"}, "meta": {}});
    let (_, made) = json(&app, "POST", "/api/dashboards", &envelope).await;
    assert_eq!(made["uid"], "my-board-2");
    let (status, _) = json(&app, "POST", "/api/dashboards", &json!({"title": "x", "uid": "my-board"})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, refused) = json(&app, "POST", "/api/dashboards", &json!({"some": "thing"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let (_, list) = json(&app, "GET", "/api/dashboards", &json!(null)).await;
    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
}

#[tokio::test]
async fn what_is_not_writable_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), r#"{"uid": "a", "title": "A"}"#).unwrap();
    let locked = app(folder.path(), false);
    let dashboard = json!({"title": "B"});
    for (method, path) in
        [("PUT", "/api/dashboards/a"), ("PUT", "/api/dashboards/own"), ("POST", "/api/dashboards")]
    {
        let (status, refused) = json(&locked, method, path, &dashboard).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}: {refused}");
    }
    let (status, _) = json(&locked, "PUT", "/api/dashboards/none", &dashboard).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let open = app(folder.path(), true);
    let (status, _) = send(&open, "PUT", "/api/dashboards/a", "text/plain", dashboard.to_string()).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "another site's form must not save");
    let (status, _) = json(&open, "PUT", "/api/dashboards/own", &dashboard).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a built-in dashboard has no file");
}

#[tokio::test]
async fn a_file_takes_the_place_of_a_built_in_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), false);
    let (_, shown) = json(&app, "GET", "/api/dashboards/own", &json!(null)).await;
    assert_eq!(shown["dashboard"]["title"], "Own");
    std::fs::write(folder.path().join("x.json"), r#"{"uid": "own", "title": "Mine"}"#).unwrap();
    let app = self::app(folder.path(), false);
    let (_, shown) = json(&app, "GET", "/api/dashboards/own", &json!(null)).await;
    assert_eq!(shown["dashboard"]["title"], "Mine");
    let (_, problems) = json(&app, "GET", "/api/dashboards/problems", &json!(null)).await;
    assert_eq!(problems, json!([]));
}
