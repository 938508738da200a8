//! HTTP/2, for servers that choose it in the TLS handshake; called by `connection`.
//!
//! One request at a time over a connection that one caller owns, as with HTTP/1.1: no stream waits for another one's.
//!
//! Invariant: a connection's task ends with its [`Http2`].

use bytes::Bytes;
use http::header::{HOST, HeaderMap, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinHandle;

use crate::connect::Stream;
use crate::wire::head::BYTES_MAX;
use crate::{ClientError, Head, Request};

/// How much of a body may be under way without having been read.
const WINDOW_BYTES: u32 = 1 << 20;
/// A liar who announces much gets no more memory than this before it sends.
const OPENING_BID: u64 = 1 << 20;

/// A request ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// `request` to `host`, with all `headers`.
pub(crate) fn request(
    request: &Request,
    host: &HeaderValue,
    path: &str,
    mut headers: HeaderMap,
) -> Result<Prepared, ClientError> {
    let bad_url = || ClientError::BadUrl(request.url.clone());
    let uri = Uri::builder()
        .scheme(Scheme::HTTPS)
        .authority(Authority::try_from(host.as_bytes()).map_err(|_| bad_url())?)
        .path_and_query(PathAndQuery::try_from(path).map_err(|_| bad_url())?);
    let uri = uri.build().map_err(|_| bad_url())?;
    // The authority of the URI says it.
    headers.remove(HOST);
    Ok(Prepared { method: request.method.clone(), uri, headers, body: request.body.clone() })
}

/// An open connection.
pub(crate) struct Http2 {
    sender: SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
}

impl Drop for Http2 {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Http2 {
    /// Greets the server at the other end of `stream`.
    pub(crate) async fn open(stream: Box<dyn Stream>) -> Result<Self, ClientError> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .max_header_list_size(u32::try_from(BYTES_MAX).unwrap_or(u32::MAX));
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        // What ends the connection is the answer of the request under way, or it is idle and nobody's concern.
        let task = tokio::spawn(async { _ = connection.await });
        Ok(Self { sender, task })
    }

    /// Whether the server closed the connection, as far as is known now.
    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request; reads the head of the answer.
    pub(crate) async fn ask(&mut self, prepared: Prepared) -> Result<(Head, Incoming), ClientError> {
        let mut request = http::Request::new(Full::new(prepared.body));
        *request.method_mut() = prepared.method;
        *request.uri_mut() = prepared.uri;
        *request.headers_mut() = prepared.headers;
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        Ok((Head { status: parts.status, headers: parts.headers }, body))
    }
}

/// Appends the whole body to `out`; an error as soon as it is clear that it is larger than `limit` bytes.
pub(crate) async fn read(body: &mut Incoming, limit: usize, out: &mut Vec<u8>) -> Result<(), ClientError> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(ClientError::BodyTooLarge { limit });
    }
    let start = out.len();
    out.reserve(announced.min(OPENING_BID) as usize);
    while let Some(piece) = next(body).await? {
        if out.len() - start + piece.len() > limit {
            return Err(ClientError::BodyTooLarge { limit });
        }
        out.extend_from_slice(&piece);
    }
    Ok(())
}

/// The next piece of a body; `None` at its end.
pub(crate) async fn next(body: &mut Incoming) -> Result<Option<Bytes>, ClientError> {
    while let Some(frame) = body.frame().await {
        // What is no data is a trailer.
        if let Ok(piece) = frame?.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}
