//! Compresses text answers with gzip or deflate when the client takes it; a layer around a front's routes.
//!
//! Level 1: on answers of this kind higher levels cost several times the CPU for a few per cent of size. Large answers
//! are compressed on a blocking thread, so that a big query does not hold up the others.

use std::io::Write as _;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, Method};
use http_body::Body as _;

/// Below this size compression does not pay.
const SIZE_MIN: usize = 1_024;
/// From this size on compression happens on a blocking thread.
const BLOCKING_MIN: usize = 64 * 1_024;

/// The layer (gzip, or deflate for those who take only that); give it to `axum::middleware::from_fn`.
pub async fn compress(request: Request, next: Next) -> Response {
    let coding = Coding::of(request.headers()).filter(|_| request.method() != Method::HEAD);
    let response = next.run(request).await;
    let size = response.body().size_hint().exact().and_then(|size| usize::try_from(size).ok());
    let Some(size) = size.filter(|size| *size >= SIZE_MIN && is_text(response.headers())) else {
        return response;
    };
    let Some(coding) = coding else { return response };
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, size).await else {
        // The body was already complete in memory, so this cannot be reached by a client.
        return Response::from_parts(parts, Body::empty());
    };
    let packed = if size >= BLOCKING_MIN {
        let copy = plain.clone();
        tokio::task::spawn_blocking(move || coding.pack(&copy))
            .await
            .unwrap_or_else(|_| plain.to_vec().into())
    } else {
        coding.pack(&plain)
    };
    if packed.len() >= plain.len() {
        return Response::from_parts(parts, Body::from(plain));
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// A way to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// What a request takes, gzip first.
    fn of(headers: &HeaderMap) -> Option<Self> {
        [Self::Gzip, Self::Deflate].into_iter().find(|coding| accepts(headers, coding.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    fn pack(self, plain: &[u8]) -> Bytes {
        let out = Vec::with_capacity(plain.len() / 8 + 64);
        let packed = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(out, Compression::fast());
                encoder.write_all(plain).and_then(|()| encoder.finish())
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(out, Compression::fast());
                encoder.write_all(plain).and_then(|()| encoder.finish())
            }
        };
        // Writing into a vector cannot fail; should it ever, the plain bytes are longer and win.
        packed.map_or_else(|_| Bytes::copy_from_slice(plain), Bytes::from)
    }
}

/// Whether a request takes gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    accepts(headers, "gzip")
}

/// Whether a request takes `name`: it or `*` with a quality above 0.
fn accepts(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|item| {
            let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
            let quality = parameters.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            let coding = coding.trim();
            (coding == name || coding == "*") && quality.unwrap_or(1.0) > 0.0
        })
    })
}

fn is_text(headers: &HeaderMap) -> bool {
    let already = headers.contains_key(CONTENT_ENCODING) || headers.contains_key(ETAG);
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !already && (kind.starts_with("application/json") || kind.starts_with("text/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiates() {
        for (header, accepted) in
            [("gzip", true), ("deflate, gzip;q=0.5", true), ("gzip;q=0", false), ("*", true), ("br", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(accepts_gzip(&headers), accepted, "{header}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
        let mut headers = HeaderMap::new();
        for (header, coding) in
            [("deflate", Some(Coding::Deflate)), ("deflate, gzip", Some(Coding::Gzip)), ("br", None)]
        {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(Coding::of(&headers), coding);
        }
    }
}
