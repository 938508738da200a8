//! The routes as a client sees them, without a socket: statuses, bodies, and what `/metrics` counts of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heart_disease_api::model::Model;
use heart_disease_api::routes::{BODY_SIZE_MAX, Service, router};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

fn app() -> Router {
    router(Service::new(Model::built_in().unwrap()))
}

async fn send(app: &Router, method: Method, path: &str, body: impl Into<Body>) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn example() -> Value {
    json!({"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150,
           "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1})
}

#[tokio::test]
async fn the_example_patient_gets_a_prediction() {
    let (status, body) = send(&app(), Method::POST, "/predict", example().to_string()).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["prediction"], 0);
    assert!((0.2..0.48).contains(&body["probability"].as_f64().unwrap()), "{body}");
    assert_eq!(body["contributions"].as_object().unwrap().len(), 13);
}

#[tokio::test]
async fn refused_requests_say_why() {
    let app = app();
    let mut bad = example();
    bad["age"] = json!(121);
    bad["thal"] = Value::Null;
    let (status, body) = send(&app, Method::POST, "/predict", bad.to_string()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["fields"][0]["field"], "age");
    assert_eq!(body["fields"][1]["field"], "thal");

    let large = vec![b' '; BODY_SIZE_MAX + 1];
    for (method, path, body, expected) in [
        (Method::POST, "/predict", b"age=63".to_vec(), StatusCode::BAD_REQUEST),
        (Method::POST, "/predict", Vec::new(), StatusCode::BAD_REQUEST),
        (Method::POST, "/predict", b"[]".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/predict", large, StatusCode::PAYLOAD_TOO_LARGE),
        (Method::GET, "/predict", Vec::new(), StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/nothing", Vec::new(), StatusCode::NOT_FOUND),
    ] {
        let (status, body) = send(&app, method.clone(), path, body).await;
        assert_eq!(status, expected, "{method} {path}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert!(body["error"].as_str().is_some_and(|error| error.len() > 10), "{body}");
    }
}

#[tokio::test]
async fn everything_is_counted() {
    let app = app();
    for _ in 0..3 {
        send(&app, Method::POST, "/predict", example().to_string()).await;
    }
    send(&app, Method::POST, "/predict", "{}").await;
    send(&app, Method::POST, "/predict", "x").await;
    send(&app, Method::GET, "/predict", "").await;
    send(&app, Method::GET, "/a/b/c", "").await;
    send(&app, Method::GET, "/health", "").await;
    send(&app, Method::GET, "/metrics", "").await;
    let (status, page) = send(&app, Method::GET, "/metrics", "").await;
    assert_eq!(status, StatusCode::OK);
    let value = |start: &str, labels: &[&str]| -> f64 {
        page.lines()
            .find(|line| line.starts_with(start) && labels.iter().all(|label| line.contains(label)))
            .unwrap_or_else(|| panic!("no {start} with {labels:?} in\n{page}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let requests = |endpoint: &str, status: &str| {
        value("http_requests_total{", &[&format!("endpoint=\"{endpoint}\""), &format!("status=\"{status}\"")])
    };
    assert_eq!(requests("/predict", "200"), 3.0);
    assert_eq!(requests("/predict", "422"), 1.0);
    assert_eq!(requests("/predict", "400"), 1.0);
    assert_eq!(requests("/predict", "405"), 1.0);
    assert_eq!(requests("unmatched", "404"), 1.0);
    assert_eq!(requests("/health", "200"), 1.0);
    assert_eq!(requests("/metrics", "200"), 1.0, "the scrape before, not the one that shows it");
    assert_eq!(value("predictions_total{", &["prediction=\"0\""]), 3.0);
    assert_eq!(value("prediction_duration_seconds_count", &[]), 3.0);
    assert_eq!(value("prediction_duration_seconds_bucket{", &["le=\"+Inf\""]), 3.0);
    assert_eq!(value("http_requests_in_flight", &[]), 1.0, "the one that shows it");
    for bound in ["0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1"] {
        value("prediction_duration_seconds_bucket{", &[&format!("le=\"{bound}")]);
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_order_or_refused_whole() {
    let app = app();
    let mut sick = example();
    for (name, value) in [("cp", 0), ("ca", 3), ("thal", 3), ("exang", 1)] {
        sick[name] = json!(value);
    }
    for body in [json!([example(), sick, example()]), json!({"patients": [example(), sick, example()]})] {
        let (status, answer) = send(&app, Method::POST, "/predict/batch", body.to_string()).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(status, StatusCode::OK, "{answer}");
        let list = answer["predictions"].as_array().unwrap();
        assert_eq!(list.iter().map(|p| p["prediction"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 0]);
        assert!(answer["model_version"].is_string() && list[0]["contributions"].is_object());
    }
    let mut bad = example();
    bad["age"] = json!(-1);
    let (status, answer) =
        send(&app, Method::POST, "/predict/batch", json!([example(), bad]).to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert_eq!(
        (&answer["patients"][0]["patient"], &answer["patients"][0]["fields"][0]["field"]),
        (&json!(1), &json!("age"))
    );
    let many = json!(vec![example(); 1001]).to_string();
    for (body, expected) in [
        (json!(5).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        (json!([]).to_string(), StatusCode::OK),
        (many, StatusCode::PAYLOAD_TOO_LARGE),
        ("[".to_owned(), StatusCode::BAD_REQUEST),
    ] {
        let (status, answer) = send(&app, Method::POST, "/predict/batch", body).await;
        assert_eq!(status, expected, "{answer}");
    }
    let (_, page) = send(&app, Method::GET, "/metrics", "").await;
    assert!(
        page.contains("prediction_duration_seconds_count 6\n"),
        "only what was answered is counted:\n{page}"
    );
}

#[tokio::test]
async fn drift_and_the_model_are_on_the_page() {
    let app = app();
    send(&app, Method::POST, "/predict", example().to_string()).await;
    let (_, page) = send(&app, Method::GET, "/metrics", "").await;
    assert!(page.contains("heart_disease_model_info{") && page.contains("version=\"logistic-1\""), "{page}");
    for feature in heart_disease_api::patient::FEATURES {
        let line = format!("prediction_feature_rank_count{{feature=\"{}\"}} 1\n", feature.name);
        assert!(page.contains(&line), "no {line}");
    }
    assert!(page.contains("prediction_probability_bucket{le=\"0.3\"} 0\n"), "{page}");
    assert!(page.contains("prediction_probability_bucket{le=\"0.4\"} 1\n"), "{page}");
}

#[tokio::test]
async fn requests_have_ids_that_lead_to_their_exemplar() {
    let app = app();
    let request = |id: &str, accept: &str, path: &str| {
        let method = if path == "/predict" { Method::POST } else { Method::GET };
        let body = if path == "/predict" { example().to_string() } else { String::new() };
        let request = Request::builder().method(method).uri(path).header("x-request-id", id);
        request.header("accept", accept).body(Body::from(body)).unwrap()
    };
    let answer = app.clone().oneshot(request("my-id-7", "*/*", "/predict")).await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "my-id-7");
    let long = "x".repeat(65);
    let answer = app.clone().oneshot(request(&long, "*/*", "/health")).await.unwrap();
    assert_eq!(answer.headers()["x-request-id"].len(), 16, "an id that cannot be used is replaced");
    let openmetrics = "application/openmetrics-text; version=1.0.0";
    let answer = app.clone().oneshot(request("a", openmetrics, "/metrics")).await.unwrap();
    let page = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&page).contains("# {request_id=\"my-id-7\"}"));
}

#[tokio::test]
async fn the_pages_and_the_description_agree_with_the_checks() {
    let app = app();
    let (status, text) = send(&app, Method::GET, "/openapi.json", "").await;
    assert_eq!(status, StatusCode::OK);
    let document: Value = serde_json::from_str(&text).unwrap();
    let patient = &document["components"]["schemas"]["Patient"];
    assert_eq!(patient["required"].as_array().unwrap().len(), 13);
    let (status, answer) = send(&app, Method::POST, "/predict", patient["example"].to_string()).await;
    assert_eq!(status, StatusCode::OK, "the example of the description: {answer}");
    for (path, described) in document["paths"].as_object().unwrap() {
        let method = if described["post"].is_object() { Method::POST } else { Method::GET };
        let (status, _) = send(&app, method, path, "").await;
        assert_ne!(status, StatusCode::NOT_FOUND, "{path}");
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    for (path, expected) in
        [("/", "<form>"), ("/docs", "/predict/batch"), ("/ready", "ready"), ("/health", "ok")]
    {
        let (status, page) = send(&app, Method::GET, path, "").await;
        assert!(status == StatusCode::OK && page.contains(expected), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_service_that_stops_is_not_ready_but_answers() {
    let service = Service::new(Model::built_in().unwrap());
    let app = router(service.clone());
    service.stop();
    let (status, _) = send(&app, Method::GET, "/ready", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = send(&app, Method::POST, "/predict", example().to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = send(&app, Method::GET, "/health", "").await;
    assert_eq!(status, StatusCode::OK, "it still lives");
}

#[tokio::test]
async fn the_collected_request_variants_get_their_status() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/heart/predict_request_variants.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: the request variants are not beside the checkout (shared/corpora/heart)");
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let app = app();
    let mut checked = 0;
    for variant in file["variants"].as_array().unwrap() {
        let mut body = file["base"].clone();
        for (name, value) in variant["change"].as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        if let Some(name) = variant["drop"].as_str() {
            body.as_object_mut().unwrap().remove(name);
        }
        let (status, answer) = send(&app, Method::POST, "/predict", body.to_string()).await;
        if let Some(expected) = variant["expected_status"].as_u64() {
            assert_eq!(u64::from(status.as_u16()), expected, "{variant}: {answer}");
            checked += 1;
        }
        assert!(
            status == StatusCode::OK || status == StatusCode::UNPROCESSABLE_ENTITY,
            "{variant}: {answer}"
        );
    }
    assert!(checked > 20);
}
