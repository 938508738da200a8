//! The layer around a tower service without a framework, as hyper would drive it.
#![cfg(feature = "tower")]

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Bytes;
use narthex_client::Registry;
use narthex_client::http::{Route, layer_for};
use tower::ServiceExt as _;
use tower_layer::Layer as _;

async fn answer(request: Request<Empty<Bytes>>) -> Result<Response<Full<Bytes>>, String> {
    let mut response = Response::new(Full::from("0123456789"));
    match request.uri().path() {
        "/known" => drop(response.extensions_mut().insert(Route::new("/{name}"))),
        "/broken" => return Err("broken".to_owned()),
        _ => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(response)
}

#[tokio::test]
async fn routes_come_from_extensions_and_failures_count() {
    let registry = Registry::new();
    let service = layer_for(&registry).layer(tower::service_fn(answer));
    let send = |path: &str, route: Option<Route>| {
        let mut request = Request::builder().method(Method::POST).uri(path).body(Empty::new()).unwrap();
        request.extensions_mut().extend(route.map_or_else(http::Extensions::new, |route| {
            let mut extensions = http::Extensions::new();
            extensions.insert(route);
            extensions
        }));
        service.clone().oneshot(request)
    };
    let body = send("/known", None).await.unwrap().into_body();
    assert_eq!(body.collect().await.unwrap().to_bytes().len(), 10);
    drop(send("/other", None).await.unwrap());
    drop(send("/known", Some(Route::new("early"))).await.unwrap());
    assert_eq!(send("/broken", None).await.map(drop), Err("broken".to_owned()));
    let page = registry.text();
    for line in [
        r#"http_requests_total{method="POST",endpoint="/{name}",status="200"} 1"#,
        r#"http_requests_total{method="POST",endpoint="unmatched",status="404"} 1"#,
        r#"http_requests_total{method="POST",endpoint="early",status="200"} 1"#,
        r#"http_requests_total{method="POST",endpoint="unmatched",status="500"} 1"#,
        r#"http_response_size_bytes_sum{method="POST",endpoint="/{name}"} 10"#,
        r#"http_response_size_bytes_sum{method="POST",endpoint="unmatched"} 0"#,
        "http_requests_in_flight 0",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} in {page}");
    }
}

#[cfg(feature = "tracing")]
#[tokio::test]
async fn a_duration_has_the_span_as_its_exemplar() {
    use narthex_client::tracing::ExemplarLayer;
    use tracing_subscriber::layer::SubscriberExt as _;

    let registry = Registry::new();
    let service = layer_for(&registry).layer(tower::service_fn(answer));
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(ExemplarLayer));
    let _span = tracing::info_span!("request", trace_id = "4bf92f35").entered();
    drop(service.oneshot(Request::get("/known").body(Empty::new()).unwrap()).await.unwrap());
    let protocol = narthex_client::Protocol::OpenMetrics100;
    let page = registry.encode(protocol, narthex_client::EscapingScheme::AllowUtf8);
    assert!(String::from_utf8_lossy(&page).contains("1 # {trace_id=\"4bf92f35\"} "));
}
