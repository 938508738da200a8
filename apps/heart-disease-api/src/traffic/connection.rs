//! One keep-alive connection to the API, opened again when it breaks.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::patients::Request;

/// A failed request.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// No connection.
    #[error("cannot connect to {0}: {1}")]
    Connect(String, std::io::Error),
    /// The exchange broke.
    #[error("the exchange broke: {0}")]
    Exchange(#[from] hyper::Error),
    /// The request could not be written.
    #[error("cannot make the request: {0}")]
    Request(#[from] http::Error),
}

/// A connection, open or not.
#[derive(Debug)]
pub(super) struct Connection {
    authority: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    /// Opens at the first request.
    pub(super) fn new(authority: String) -> Self {
        Self { authority, sender: None }
    }

    /// Sends one request, reads the whole answer, returns its status.
    pub(super) async fn send(&mut self, request: &Request) -> Result<u16, SendError> {
        let mut sender = match self.sender.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => self.open().await?,
        };
        let message = http::Request::builder()
            .method(request.method)
            .uri(request.path)
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(request.body.clone())))?;
        sender.ready().await?;
        let answer = sender.send_request(message).await?;
        let status = answer.status().as_u16();
        answer.into_body().collect().await?;
        self.sender = Some(sender);
        Ok(status)
    }

    async fn open(&self) -> Result<SendRequest<Full<Bytes>>, SendError> {
        let stream = TcpStream::connect(&self.authority)
            .await
            .map_err(|error| SendError::Connect(self.authority.clone(), error))?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Its end shows up as a closed sender at the next request.
        tokio::spawn(async move { connection.await.ok() });
        Ok(sender)
    }
}
