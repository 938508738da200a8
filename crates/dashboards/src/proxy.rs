//! `api/datasources/{uid}/proxy/api/v1/…`: passes a request on to a data source and its answer back.
//!
//! Only the read side of the API goes through: queries, metadata, status. Credentials stay here: the browser's cookies and
//! authorization are not passed on.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, VARY};
use http::{Method, StatusCode};
use narthex_http_client::{ClientError, Request};
use tower::ServiceExt as _;
use url::Url;

use crate::problem::Refusal;
use crate::routes::Shared;
use crate::source::OpenSource;

/// The largest answer of a data source, in bytes as sent (compressed if it compresses).
const ANSWER_SIZE_MAX: usize = 256 << 20;

/// Answers as the data source does; 404, 502 or 504 when it cannot be asked.
pub(crate) async fn proxy(
    State(shared): State<Shared>,
    Path((uid, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let source = shared.source(&uid).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no data source \"{uid}\""),
            "The dashboard names a data source that this server does not have: choose another one.",
        )
    })?;
    if !matches!(method, Method::GET | Method::HEAD | Method::POST) || !is_read(&path) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!("{method} {path} does not go through the proxy"),
            "Only the reading part of the API is passed on.",
        ));
    }
    let request = Request {
        url: target(&source.source.url, &path, query.as_deref()),
        method,
        headers: passed_on(&headers),
        body,
    };
    let answer = tokio::time::timeout(source.source.timeout, ask(source, &request)).await;
    match answer {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Refusal::new(
            StatusCode::BAD_GATEWAY,
            format!(
                "the data source {} at {} cannot be asked: {error}",
                source.source.name, source.source.url
            ),
            "Check that it is running and that the address is right.",
        )),
        Err(_) => Err(Refusal::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!(
                "the data source {} did not answer within {:?}",
                source.source.name, source.source.timeout
            ),
            "Ask for less: a shorter range, a longer step, fewer series.",
        )),
    }
}

async fn ask(source: &OpenSource, request: &Request) -> Result<Response, ClientError> {
    if let Some(routes) = &source.source.local {
        return Ok(ask_local(routes.clone(), request).await);
    }
    let mut connection = source.connection();
    let mut body = Vec::new();
    let head = source.client.fetch(&mut connection, request, ANSWER_SIZE_MAX, &mut body).await?;
    source.keep(connection);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = head.status;
    for name in [CONTENT_TYPE, CONTENT_ENCODING, VARY] {
        if let Some(value) = head.headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response)
}

/// Asks routes in this process; they cannot fail, only answer.
async fn ask_local(routes: Router, request: &Request) -> Response {
    let url = &request.url;
    let uri = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut asked = http::Request::new(Body::from(request.body.clone()));
    *asked.method_mut() = request.method.clone();
    *asked.headers_mut() = request.headers.clone();
    // A URL's path and query are valid in a request line.
    *asked.uri_mut() = uri.parse().unwrap_or_default();
    match routes.oneshot(asked).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Whether `path` (below `api/v1/`) only reads.
fn is_read(path: &str) -> bool {
    !path.starts_with("admin/") && path != "write" && !path.starts_with("otlp/") && !path.contains("..")
}

fn target(base: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{prefix}/api/v1/{path}"));
    url.set_query(query);
    url
}

fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in [ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE] {
        if let Some(value) = headers.get(&name) {
            kept.insert(name, value.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_below_a_path() {
        let base = Url::parse("http://h:1/prom/").unwrap();
        assert_eq!(target(&base, "query", Some("a=b")).as_str(), "http://h:1/prom/api/v1/query?a=b");
        let base = Url::parse("http://h:1").unwrap();
        assert_eq!(target(&base, "label/a b/values", None).as_str(), "http://h:1/api/v1/label/a%20b/values");
    }

    #[test]
    fn only_reading_goes_through() {
        assert!(is_read("query_range") && is_read("status/buildinfo"));
        assert!(!is_read("admin/tsdb/delete_series") && !is_read("write") && !is_read("a/../admin"));
    }
}
