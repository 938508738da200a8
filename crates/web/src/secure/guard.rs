//! The layer around a locked front's routes: headers, the rate limit, and who may come in.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::live::{Live, Ready};

/// Give it to `axum::middleware::from_fn_with_state`.
pub(crate) async fn guard(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let Ok(ready) = live.current() else {
        // The log has the reason; it may name files, which is nobody's business.
        return refuse(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = answer(&live, &ready, request, next).await;
    for (name, value) in &ready.config.headers {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

async fn answer(live: &Live, ready: &Ready, request: Request, next: Next) -> Response {
    if ready.bucket.as_ref().is_some_and(|bucket| !bucket.take(Instant::now())) {
        return refuse(StatusCode::TOO_MANY_REQUESTS);
    }
    let users = &ready.config.users;
    if !users.is_empty() {
        let (user, password) = credentials(request.headers()).unwrap_or_default();
        if !live.users.allows(users, &user, &password).await {
            let mut response = refuse(StatusCode::UNAUTHORIZED);
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
            return response;
        }
    }
    next.run(request).await
}

fn refuse(status: StatusCode) -> Response {
    let text = format!("{}\n", status.canonical_reason().unwrap_or_default());
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// User and password of `Authorization: Basic …`.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_credentials() {
        for (header, expected) in [
            ("Basic YW5uOmE6Yg==", Some(("ann", "a:b"))),
            ("basic YW5uOg==", Some(("ann", ""))),
            ("Basic YW5u", None),
            ("Basic ???", None),
            ("Bearer YW5uOg==", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(header));
            let found = credentials(&headers);
            assert_eq!(found.as_ref().map(|(u, p)| (u.as_str(), p.as_str())), expected, "{header}");
        }
        assert_eq!(credentials(&HeaderMap::new()), None);
    }
}
