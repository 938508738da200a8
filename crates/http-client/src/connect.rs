//! Opening connections: name → address → TCP → proxy's tunnel → TLS; called by `connection`.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use url::Url;

use crate::ClientError;
use crate::dials::{Dialed, Dials};
use crate::proxy::Proxy;
use crate::tls::{Tls, chose_http2};

/// Scheme, host and port: what a connection can be reused for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// The origin of a URL.
    pub(crate) fn of(url: &Url) -> Result<Self, ClientError> {
        let bad = || ClientError::BadUrl(url.clone());
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad()),
        };
        let host = url.host_str().ok_or_else(bad)?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().ok_or_else(bad)?;
        Ok(Self { tls, host, port })
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub(crate) fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Any stream of bytes both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// A stream over which an HTTP server answers.
pub(crate) struct Opened {
    pub(crate) stream: Box<dyn Stream>,
    /// Whether it speaks HTTP/2, else HTTP/1.1.
    pub(crate) http2: bool,
}

impl Opened {
    fn plain(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), http2: false }
    }
}

/// How to connect: TLS and proxy.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) tls: Tls,
    pub(crate) proxy: Proxy,
    /// Where the server is, if it is on this machine and not on the network.
    pub(crate) unix_socket: Option<PathBuf>,
    /// Whether HTTP/2 is offered in TLS handshakes.
    pub(crate) http2: bool,
    /// Where connections are counted.
    pub(crate) dials: Arc<Dials>,
}

impl Connector {
    /// Connects to `origin`.
    pub(crate) async fn connect(&self, origin: &Origin) -> Result<Opened, ClientError> {
        if let Some(path) = &self.unix_socket {
            let failed = |source| ClientError::Connect { address: path.display().to_string(), source };
            return Ok(Opened::plain(UnixStream::connect(path).await.map_err(failed)?));
        }
        let Some(proxy) = self.proxy.to(origin) else {
            let stream = self.tcp(origin).await?;
            return if origin.tls { self.secure(origin, stream).await } else { Ok(Opened::plain(stream)) };
        };
        let proxy_origin = Origin::of(proxy)?;
        let stream = self.tcp(&proxy_origin).await?;
        let mut stream: Box<dyn Stream> = if proxy_origin.tls {
            // A tunnel is asked for in HTTP/1.1.
            Box::new(self.tls.wrap(&proxy_origin.host, stream, false).await?)
        } else {
            Box::new(stream)
        };
        if origin.tls {
            self.proxy.tunnel(proxy, origin, &mut stream).await?;
            return self.secure(origin, stream).await;
        }
        Ok(Opened { stream, http2: false })
    }

    /// TLS with `origin` over `stream`.
    async fn secure(&self, origin: &Origin, stream: impl Stream + 'static) -> Result<Opened, ClientError> {
        let stream = self.tls.wrap(&origin.host, stream, self.http2).await?;
        Ok(Opened { http2: chose_http2(&stream), stream: Box::new(stream) })
    }

    /// A connected TCP stream to `origin`; tries every address of the name.
    async fn tcp(&self, origin: &Origin) -> Result<Dialed, ClientError> {
        let failed = |source| ClientError::Connect { address: origin.address(), source };
        let dialed = self.dials.dial(&origin.host, origin.port).await.map_err(failed)?;
        // Requests are single writes: waiting for more to send would only add delay.
        dialed.stream.set_nodelay(true).map_err(failed)?;
        Ok(dialed)
    }
}
