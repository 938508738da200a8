//! `GET /docs`: the API for people, from the same tables as `/openapi.json`.

use std::fmt::Write as _;

use axum::response::Html;

use super::index::HEAD;
use super::openapi::OPERATIONS;
use crate::patient::{FEATURES, Kind};

/// The page.
pub(super) async fn page() -> Html<String> {
    let mut operations = String::new();
    for operation in &OPERATIONS {
        let _infallible = write!(
            operations,
            "<h2><code>{} {}</code></h2><p>{}<table>",
            operation.method.to_uppercase(),
            operation.path,
            operation.about
        );
        for (status, about) in operation.answers {
            let _infallible = write!(operations, "<tr><td><code>{status}</code><td>{about}");
        }
        operations.push_str("</table>");
    }
    let mut features = String::new();
    for feature in FEATURES {
        let _infallible = write!(
            features,
            "<tr><td><code>{}</code><td class=range>{}<td>{}",
            feature.name,
            range(feature.kind),
            feature.described()
        );
    }
    Html(format!(
        "{HEAD}<title>API of the heart-disease prediction</title>\
         <h1>API</h1><p>For machines: <a href=openapi.json>openapi.json</a>. An answer carries the id of its request as \
         <code>x-request-id</code>. <a href=.>Back</a>{operations}\
         <h2>A patient</h2><table>{features}</table></html>"
    ))
}

/// What a feature may hold, in words.
fn range(kind: Kind) -> String {
    match kind {
        Kind::Category(values) => format!("0 to {}", values.len() - 1),
        Kind::Number { min, max } if max == f64::MAX => format!("{min} or more"),
        Kind::Number { min, max } => format!("{min} to {max}"),
    }
}
