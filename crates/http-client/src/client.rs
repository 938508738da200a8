//! The client: credentials, redirects and the body around one exchange.

use std::sync::Arc;

use http::header::{HeaderValue, PROXY_AUTHORIZATION};
use url::{Position, Url};

use crate::connect::{Connector, Origin};
use crate::connection::{self, Connection, Exchange};
use crate::dials::Dials;
use crate::oauth2::Tokens;
use crate::proxy::Proxy;
use crate::tls::Tls;
use crate::wire::request::Message;
use crate::{BodyStream, ClientError, Head, HttpOptions, Request, credentials, http2, redirect};

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
        Self::counting(options, Arc::default())
    }

    /// Makes a client whose connections are counted in `dials`.
    pub fn counting(options: HttpOptions, dials: Arc<Dials>) -> Self {
        let connector = Connector {
            tls: Tls::new(options.tls.clone()),
            proxy: Proxy::new(options.proxy.clone()),
            unix_socket: options.unix_socket.clone(),
            http2: options.http2,
            dials,
        };
        let tokens = options.oauth2.as_deref().cloned().map(Tokens::new);
        Self { inner: Arc::new(Inner { options, connector, tokens }) }
    }

    /// Where this client's connections are counted.
    pub fn dials(&self) -> &Arc<Dials> {
        &self.inner.connector.dials
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
        let (head, answer) = self.ask(connection, request, limit).await?;
        answer.read(limit, out, connection).await?;
        Ok(head)
    }

    /// Like [`fetch`](Self::fetch), but asks for the buffer only once the answer has begun: of many callers that wait
    /// for slow servers none holds one.
    pub async fn fetch_late(
        &self,
        connection: &mut Connection,
        request: &Request,
        limit: usize,
        buffer: impl FnOnce() -> Vec<u8>,
    ) -> Result<(Head, Vec<u8>), ClientError> {
        let (head, answer) = self.ask(connection, request, limit).await?;
        let mut out = buffer();
        answer.read(limit, &mut out, connection).await?;
        Ok((head, out))
    }

    /// Sends `request` over a connection of its own and gives the body as it comes. Redirects are not followed.
    pub async fn open(&self, request: &Request) -> Result<(Head, BodyStream), ClientError> {
        let origin = Origin::of(&request.url)?;
        let message = self.prepare(request, &origin, true).await?;
        let connector = &self.inner.connector;
        let (head, answer) = connection::send(connector, &mut Connection::new(), origin, &message).await?;
        Ok((head, BodyStream::new(answer)))
    }

    /// Sends `request` and follows redirects until an answer is to be read.
    async fn ask(
        &self,
        connection: &mut Connection,
        request: &Request,
        limit: usize,
    ) -> Result<(Head, Exchange), ClientError> {
        let first_origin = Origin::of(&request.url)?;
        let mut followed;
        let mut current = request;
        for _ in 0..=redirect::REDIRECTS_MAX {
            let origin = Origin::of(&current.url)?;
            let message = self.prepare(current, &origin, origin == first_origin).await?;
            let connector = &self.inner.connector;
            let (head, answer) = connection::send(connector, connection, origin, &message).await?;
            match redirect::next(current, &head)? {
                Some(next) if self.inner.options.follow_redirects => {
                    answer.read(limit, &mut Vec::new(), connection).await?;
                    followed = next;
                    current = &followed;
                }
                _ => return Ok((head, answer)),
            }
        }
        Err(ClientError::TooManyRedirects(redirect::REDIRECTS_MAX))
    }

    async fn prepare(
        &self,
        request: &Request,
        origin: &Origin,
        with_credentials: bool,
    ) -> Result<Message, ClientError> {
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
        let host = host_header(&request.url).ok_or_else(bad_url)?;
        let mut message = Message::new(&request.method, target, &host);
        let mut headers = request.headers.clone();
        if let Some(credentials) = proxy.and_then(credentials::basic_from_url) {
            let value = HeaderValue::from_str(&credentials).map_err(|_| bad_url())?;
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        if with_credentials {
            let tokens = self.inner.tokens.as_ref();
            credentials::add(&self.inner.options, tokens, &request.url, &mut headers).await?;
        }
        message.headers(&headers);
        message.finish(&request.method, &request.body);
        if origin.tls && self.inner.options.http2 {
            message.http2 = Some(http2::request(request, &host, path, headers)?);
        }
        Ok(message)
    }
}

/// `host` or `host:port`, without a default port.
fn host_header(url: &Url) -> Option<HeaderValue> {
    HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).ok()
}
