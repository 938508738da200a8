//! `GET /`: a small page for people: what this is, a form that predicts, and where to go on.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Html;

use super::Service;
use super::openapi::EXAMPLE;
use crate::patient::{FEATURES, Feature, Kind};

/// How the service's pages begin. The empty icon keeps browsers from asking for one.
pub(super) const HEAD: &str = concat!(
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
    "<link rel=icon href='data:,'><style>",
    include_str!("page.css"),
    "</style>"
);

const SCRIPT: &str = include_str!("form.js");

/// The page.
pub(super) async fn page(State(service): State<Service>) -> Html<String> {
    let fields: String =
        FEATURES.iter().zip(EXAMPLE).map(|(feature, example)| field(feature, example)).collect();
    Html(format!(
        "{HEAD}<title>Heart-disease prediction</title><h1>Heart-disease prediction</h1>\
         <p>Model <code>{}</code>, trained on the UCI Cleveland data (Janosi, Steinbrunn, Pfisterer, Detrano; CC BY 4.0). \
         An example of instrumentation; <strong>not for medical use</strong>.\
         <p><a href=docs>API</a> · <a href=health>health</a> · <a href=ready>ready</a> · <a href=metrics>metrics</a>\
         <form>{fields}<button>Predict</button></form><output aria-live=polite></output>\
         <script>{SCRIPT}</script></html>",
        service.model.version()
    ))
}

/// A field of the form: a choice among the categories, or a number.
fn field(feature: &Feature, example: f64) -> String {
    let Feature { name, about, .. } = feature;
    let mut html = format!("<div><label for={name}>{about} <code>{name}</code></label>");
    match feature.kind {
        Kind::Category(values) => {
            let _infallible = write!(html, "<select id={name} name={name}>");
            for (value, meaning) in values.iter().enumerate() {
                let selected = if value as f64 == example { " selected" } else { "" };
                let _infallible = write!(html, "<option value={value}{selected}>{value} {meaning}</option>");
            }
            html.push_str("</select>");
        }
        // Ranges are left to the service, so that one can see how it refuses.
        Kind::Number { .. } => {
            let _infallible =
                write!(html, "<input id={name} name={name} type=number step=any value={example}>");
        }
    }
    html + "</div>"
}
