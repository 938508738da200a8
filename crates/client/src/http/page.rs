//! The page of a registry as an HTTP response, in the format and the coding that the request asks for.

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::Registry;

/// The page of `registry` as a response to a request with these headers.
///
/// `Accept` chooses one of the five protocols and the escaping scheme, `Accept-Encoding` one of the codings that the crate
/// was built with (features `gzip`, `zstd`).
pub fn respond(registry: &Registry, headers: &HeaderMap) -> Response<Vec<u8>> {
    let page = registry.page_for(&joined(headers, &header::ACCEPT));
    let coding = crate::io::coding::negotiate(&joined(headers, &header::ACCEPT_ENCODING));
    let (body, coding) = coding.apply(page.body);
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    // Which page it is depends on these headers: a cache in between has to know.
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    if let Some(name) = coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

/// The values of a header that may be given several times.
fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}
