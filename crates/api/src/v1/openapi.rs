//! `openapi.yaml`: this API, described for machines. The text is `openapi.yaml` beside this file.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const TEXT: &str = include_str!("openapi.yaml");

/// The endpoint.
pub(crate) async fn openapi() -> Response {
    let headers = [
        (CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (CACHE_CONTROL, "no-cache, no-store, must-revalidate"),
    ];
    (headers, TEXT).into_response()
}

#[cfg(test)]
mod tests {
    use super::TEXT;

    /// The routes of the router, taken from its source, and the paths of the text are the same.
    #[test]
    fn describes_every_route() {
        let source = include_str!("../router.rs");
        let routes = source.split("fn v1_routes").nth(1).unwrap().split("\n}\n").next().unwrap();
        let mut routes: Vec<_> = routes
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|path| path.starts_with('/'))
            .map(ToOwned::to_owned)
            .collect();
        let mut described: Vec<_> = TEXT
            .lines()
            .filter_map(|line| line.strip_prefix("  /")?.strip_suffix(':'))
            .map(|path| format!("/{path}"))
            .collect();
        routes.sort();
        described.sort();
        assert!(routes.len() > 25);
        assert_eq!(described, routes);
    }
}
