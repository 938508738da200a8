//! The handler for `GET /metrics`.

use ::axum::http::{HeaderMap, HeaderValue, header};
use ::axum::response::{IntoResponse, Response};

use crate::{Registry, default_registry};

/// Serves the default registry in the format that the request asks for.
pub async fn handler(headers: HeaderMap) -> Response {
    respond(default_registry(), &headers)
}

/// A handler that serves `registry`.
///
/// ```
/// use axum::{Router, routing::get};
/// let registry = narthex_client::Registry::new();
/// let app: Router = Router::new().route("/metrics", get(narthex_client::axum::handler_for(registry)));
/// ```
pub fn handler_for(
    registry: Registry,
) -> impl Fn(HeaderMap) -> std::future::Ready<Response> + Clone + Send + Sync + 'static {
    move |headers| std::future::ready(respond(&registry, &headers))
}

/// The page of `registry` as a response to a request with these headers.
pub fn respond(registry: &Registry, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = registry.page_for(accept);
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    // Which page it is depends on these headers: a cache in between has to know.
    let vary = (header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    #[cfg(feature = "gzip")]
    if accepts_gzip(headers)
        && let Some(body) = gzip(&page.body)
    {
        let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return ([content_type, vary, encoding], body).into_response();
    }
    ([content_type, vary], page.body).into_response()
}

/// Whether `Accept-Encoding` names gzip (or everything) with a weight above 0.
#[cfg(feature = "gzip")]
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for coding in values.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        if name.eq_ignore_ascii_case("gzip") {
            return weight > 0.0;
        }
        if name == "*" {
            any = Some(weight > 0.0);
        }
    }
    any.unwrap_or(false)
}

/// The fastest level: it gets most of what there is to get, and a page is compressed at every scrape.
#[cfg(feature = "gzip")]
fn gzip(page: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(page).ok()?;
    encoder.finish().ok()
}
