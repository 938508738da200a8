//! The client: credentials, redirects and the body around one exchange.

use std::sync::Arc;

use http::Request as HttpRequest;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http_body_util::Full;
use url::{Position, Url};

use crate::connect::{Connector, Origin};
use crate::connection::{self, Connection};
use crate::oauth2::Tokens;
use crate::proxy::Proxy;
use crate::tls::Tls;
use crate::{BodyStream, ClientError, Head, HttpOptions, Request, body, credentials, redirect};

/// Options made ready; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: HttpOptions,
    connector: Connector,
    tokens: Option<Tokens>,
}

impl Client {
    /// Makes a client.
    pub fn new(options: HttpOptions) -> Self {
        let connector = Connector {
            tls: Tls::new(options.tls.clone()),
            proxy: Proxy::new(options.proxy.clone()),
            unix_socket: options.unix_socket.clone(),
        };
        let tokens = options.oauth2.as_deref().cloned().map(Tokens::new);
        Self { inner: Arc::new(Inner { options, connector, tokens }) }
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
            let http_request = self.prepare(current, &origin, origin == first_origin).await?;
            let connector = &self.inner.connector;
            let (response, exchange) = connection::send(connector, connection, origin, http_request).await?;
            let (parts, incoming) = response.into_parts();
            let head = Head { status: parts.status, headers: parts.headers };
            out.truncate(start);
            body::read(incoming, limit, out).await?;
            exchange.keep(connection);
            match redirect::next(current, &head)? {
                Some(next) if self.inner.options.follow_redirects => {
                    followed = next;
                    current = &followed;
                }
                _ => return Ok(head),
            }
        }
        Err(ClientError::TooManyRedirects(redirect::REDIRECTS_MAX))
    }

    /// Sends `request` over a connection of its own and gives the body as it comes. Redirects are not followed.
    pub async fn open(&self, request: &Request) -> Result<(Head, BodyStream), ClientError> {
        let origin = Origin::of(&request.url)?;
        let http_request = self.prepare(request, &origin, true).await?;
        let mut connection = Connection::new();
        let connector = &self.inner.connector;
        let (response, exchange) = connection::send(connector, &mut connection, origin, http_request).await?;
        let (parts, incoming) = response.into_parts();
        let head = Head { status: parts.status, headers: parts.headers };
        Ok((head, BodyStream::new(incoming, exchange)))
    }

    async fn prepare(
        &self,
        request: &Request,
        origin: &Origin,
        with_credentials: bool,
    ) -> Result<HttpRequest<Full<bytes::Bytes>>, ClientError> {
        let bad_url = || ClientError::BadUrl(request.url.clone());
        let path = &request.url[Position::BeforePath..Position::AfterQuery];
        // A proxy of plain requests is told the whole URL; through a tunnel it hears nothing.
        let proxy = self.inner.connector.proxy.to(origin).filter(|_| !origin.tls);
        let whole;
        let target = match proxy {
            Some(_) => {
                let host = &request.url[Position::BeforeHost..Position::AfterPort];
                whole = format!("http://{host}{path}");
                whole.as_str()
            }
            None => path,
        };
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
        if let Some(credentials) = proxy.and_then(credentials::basic_from_url) {
            let value = HeaderValue::from_str(&credentials).map_err(|_| bad_url())?;
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        if with_credentials {
            let tokens = self.inner.tokens.as_ref();
            credentials::add(&self.inner.options, tokens, &request.url, headers).await?;
        }
        Ok(http_request)
    }
}

/// `host` or `host:port`, without a default port.
fn host_header(url: &Url) -> Option<HeaderValue> {
    HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).ok()
}
