//! `GET /`: a small page for people: what this is, the features, how to ask.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Html;

use super::Service;
use crate::patient::{FEATURES, Kind};

const EXAMPLE: &str = r#"curl -X POST http://localhost:8000/predict \
  -H "Content-Type: application/json" \
  -d '{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0,
       "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}'"#;

/// The page.
pub(super) async fn page(State(service): State<Service>) -> Html<String> {
    let mut rows = String::new();
    for feature in FEATURES {
        let range = match feature.kind {
            Kind::Category(max) => format!("0 to {max}"),
            Kind::Number { min, max } if max == f64::MAX => format!("{min} or more"),
            Kind::Number { min, max } => format!("{min} to {max}"),
        };
        let _infallible =
            write!(rows, "<tr><td><code>{}</code><td>{range}<td>{}", feature.name, feature.about);
    }
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Heart-disease prediction</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:48rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}}\
         td{{padding:.15rem 1rem .15rem 0;vertical-align:top}}pre{{overflow:auto}}</style>\
         <h1>Heart-disease prediction</h1>\
         <p>Model <code>{}</code>, trained on the UCI Cleveland data. An example of instrumentation; not for medical use.\
         <p><a href=health>health</a> · <a href=metrics>metrics</a>\
         <h2>POST /predict</h2><table>{rows}</table><pre>{EXAMPLE}</pre></html>",
        service.model.version()
    ))
}
