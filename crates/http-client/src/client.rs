//! The client: credentials, redirects and the body around one exchange.

use std::sync::Arc;

use http::Request as HttpRequest;
use http::header::{HOST, HeaderValue};
use http_body_util::Full;
use url::{Position, Url};

use crate::connect::Origin;
use crate::connection::{self, Connection};
use crate::{ClientError, Head, HttpOptions, Request, body, credentials, redirect};

/// Options made ready; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    options: Arc<HttpOptions>,
}

impl Client {
    /// Makes a client.
    pub fn new(options: HttpOptions) -> Self {
        Self { options: Arc::new(options) }
    }

    /// Sends `request`, follows redirects if so configured, and appends the body as sent (still compressed) to `out`.
    ///
    /// `limit` bounds the body in bytes. Wrap the call in a timeout: it has none of its own. Dropping the future at
    /// any time is safe: the connection is then closed.
    pub async fn fetch(
        &self,
        connection: &mut Connection,
        request: &Request,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<Head, ClientError> {
        let first_origin = Origin::of(&request.url)?;
        let mut followed;
        let mut current = request;
        let start = out.len();
        for _ in 0..=redirect::REDIRECTS_MAX {
            let origin = Origin::of(&current.url)?;
            let http_request = self.prepare(current, origin == first_origin).await?;
            let (response, exchange) = connection::send(connection, origin, http_request).await?;
            let (parts, incoming) = response.into_parts();
            let head = Head { status: parts.status, headers: parts.headers };
            out.truncate(start);
            body::read(incoming, limit, out).await?;
            exchange.keep(connection);
            match redirect::next(current, &head)? {
                Some(next) if self.options.follow_redirects => {
                    followed = next;
                    current = &followed;
                }
                _ => return Ok(head),
            }
        }
        Err(ClientError::TooManyRedirects(redirect::REDIRECTS_MAX))
    }

    async fn prepare(
        &self,
        request: &Request,
        with_credentials: bool,
    ) -> Result<HttpRequest<Full<bytes::Bytes>>, ClientError> {
        let bad_url = || ClientError::BadUrl(request.url.clone());
        let target = &request.url[Position::BeforePath..Position::AfterQuery];
        let mut http_request = HttpRequest::builder()
            .method(&request.method)
            .uri(target)
            .body(Full::new(request.body.clone()))
            .map_err(|_| bad_url())?;
        let headers = http_request.headers_mut();
        headers.insert(HOST, host_header(&request.url).ok_or_else(bad_url)?);
        for (name, value) in &request.headers {
            headers.append(name, value.clone());
        }
        if with_credentials {
            credentials::add(&self.options, &request.url, headers).await?;
        }
        Ok(http_request)
    }
}

/// `host` or `host:port`, without a default port.
fn host_header(url: &Url) -> Option<HeaderValue> {
    HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).ok()
}
