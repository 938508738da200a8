//! Grafana's provisioning files as its documentation writes them, and a data source in the same process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Request;
use http_body_util::BodyExt as _;
use narthex_dashboards::library::Place;
use narthex_dashboards::{DataSource, Options, provisioning, router};
use tower::ServiceExt as _;

fn folder(sources: &str, dashboards: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("datasources", sources), ("dashboards", dashboards)] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("a.yaml"), text).unwrap();
    }
    folder
}

#[test]
fn files_of_grafana_are_read() {
    let sources = "apiVersion: 1
deleteDatasources:
  - name: Old
    orgId: 1
datasources:
  - name: Loki
    type: loki
    url: http://loki:3100
  - name: Main Prometheus
    type: prometheus
    access: proxy
    orgId: 1
    url: http://prometheus:9090/prom
    basicAuth: true
    basicAuthUser: reader
    jsonData:
      timeInterval: 30s
      httpMethod: POST
      tlsSkipVerify: true
      httpHeaderName1: X-Scope-OrgID
      exemplarTraceIdDestinations: [{name: traceID, datasourceUid: tempo}]
    secureJsonData:
      basicAuthPassword: s3cret
      httpHeaderValue1: team-a
  - {name: Second, type: prometheus, uid: second, url: 'http://other:9090', isDefault: true}
";
    let dashboards = "apiVersion: 1
providers:
  - name: default
    orgId: 1
    folder: Services
    type: file
    disableDeletion: false
    updateIntervalSeconds: 10
    allowUiUpdates: true
    options: {path: /var/lib/grafana/dashboards, foldersFromFilesStructure: true}
";
    let folder = folder(sources, dashboards);
    let read = provisioning::read(folder.path()).unwrap();
    let [first, second] = read.sources.as_slice() else { panic!("{:?}", read.sources) };
    assert_eq!((first.uid.as_str(), first.is_default), ("second", true), "the default comes first");
    assert_eq!((second.uid.as_str(), second.name.as_str()), ("main-prometheus", "Main Prometheus"));
    assert_eq!(second.url.as_str(), "http://prometheus:9090/prom");
    assert_eq!(second.scrape_interval, "30s");
    assert!(second.http.basic_auth.is_some() && second.http.tls.insecure_skip_verify);
    assert!(second.http.headers.contains_key("X-Scope-OrgID"));
    assert!(!format!("{second:?}").contains("s3cret"), "secrets are not printed");
    let [root] = read.roots.as_slice() else { panic!("{:?}", read.roots) };
    assert!(matches!(&root.place, Place::Path(path) if path.ends_with("dashboards")));
    assert!(root.writable && root.subfolders && root.folder == "Services");
    assert_eq!(read.remarks.len(), 2, "{:?}", read.remarks);
    assert!(read.remarks[0].contains("Loki") && read.remarks[1].contains("is not there"));
}

#[test]
fn mistakes_are_named() {
    for (sources, dashboards, expected) in [
        ("datasources:\n  - {name: a, type: prometheus, url: nowhere}\n", "", "nowhere"),
        ("", "providers:\n  - name: p\n", "options.path"),
        ("datasources: 5\n", "", "a.yaml"),
        (
            "datasources:\n  - {name: a, type: prometheus, url: 'http://a', jsonData: {timeInterval: soon}}\n",
            "",
            "timeInterval",
        ),
        (
            "datasources:\n  - {name: a, type: prometheus, url: 'http://a'}\n  - {name: A, type: prometheus, url: 'http://b'}\n",
            "",
            "uid",
        ),
    ] {
        let sources = if sources.is_empty() { "datasources: []\n" } else { sources };
        let dashboards = if dashboards.is_empty() { "providers: []\n" } else { dashboards };
        let folder = folder(sources, dashboards);
        let error = provisioning::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("a.yaml"), "{error}");
    }
    assert!(provisioning::read(std::path::Path::new("/no/such/folder")).is_err());
}

#[tokio::test]
async fn a_server_in_the_same_process_is_asked_directly() {
    let server =
        Router::new().route("/base/api/v1/query", get(|uri: http::Uri| async move { uri.to_string() }));
    let source = DataSource::local("own", "This server", server, "/base").unwrap();
    let app = router(Options {
        roots: Vec::new(),
        sources: vec![source],
        route_prefix: "/base/dashboards".to_owned(),
    });
    let path = "/base/dashboards/api/datasources/default/proxy/api/v1/query?query=up%7Ba%3D%22b%22%7D";
    for page in ["/base/dashboards/", "/base/dashboards/d/x"] {
        let answer = app.clone().oneshot(Request::get(page).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
    }
    let missing = Request::get("/base/dashboards/assets/none.js").body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(missing).await.unwrap().status(), 404, "a missing file is no page");
    let answer = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "/base/api/v1/query?query=up%7Ba%3D%22b%22%7D");
}
