//! Cross-origin requests: which origins may read answers (`--web.cors.origin`), and the answer to a preflight.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use narthex_model::matcher::{Regex, RegexError};
use std::sync::Arc;

/// The origins that may read answers.
#[derive(Debug, Clone)]
pub struct CorsOrigin {
    /// `None` is any origin.
    pattern: Option<Arc<Regex>>,
}

impl CorsOrigin {
    /// The origins that match `pattern` as a whole; `.*` is any.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        if pattern == ".*" {
            return Ok(Self { pattern: None });
        }
        Ok(Self { pattern: Some(Arc::new(Regex::new(pattern)?)) })
    }

    fn headers(&self, origin: Option<&HeaderValue>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(origin) = origin else { return headers };
        let text = origin.to_str().unwrap_or_default();
        let allowed = match &self.pattern {
            Some(pattern) if !pattern.is_match(text) => return headers,
            _ => origin.clone(),
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        let fixed = [
            (ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Authorization, Content-Type, Origin"),
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
            (ACCESS_CONTROL_EXPOSE_HEADERS, "Date"),
            (VARY, "Origin"),
        ];
        headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
        headers
    }
}

/// The layer; give it to `axum::middleware::from_fn_with_state`.
pub(crate) async fn cors(State(origins): State<CorsOrigin>, request: Request, next: Next) -> Response {
    let headers = origins.headers(request.headers().get(ORIGIN));
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in &headers {
        response.headers_mut().append(name, value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        let any = CorsOrigin::new(".*").unwrap();
        let origin = HeaderValue::from_static("https://a.example");
        assert_eq!(any.headers(Some(&origin))[ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
        assert!(any.headers(None).is_empty());
        let one = CorsOrigin::new("https?://(a|b)\\.example").unwrap();
        assert_eq!(one.headers(Some(&origin))[ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
        assert!(one.headers(Some(&HeaderValue::from_static("https://evil.example"))).is_empty());
    }
}
