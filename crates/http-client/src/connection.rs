//! One keep-alive HTTP/1.1 connection; used by `client`, owned by whoever talks to one server again and again.

use bytes::Bytes;
use http::{Request as HttpRequest, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::ClientError;
use crate::connect::{Connector, Origin};

type Sender = SendRequest<Full<Bytes>>;

/// A place for at most one idle connection. Dropping it closes the connection.
#[derive(Debug, Default)]
pub struct Connection {
    idle: Option<(Origin, Sender)>,
}

impl Connection {
    /// No connection yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes the idle connection, if there is one.
    pub fn close(&mut self) {
        self.idle = None;
    }

    /// The idle connection if it leads to `origin` and still stands.
    fn take(&mut self, origin: &Origin) -> Option<Sender> {
        let (idle_origin, sender) = self.idle.take()?;
        (idle_origin == *origin && !sender.is_closed()).then_some(sender)
    }
}

/// A connection in use: handed back by [`Exchange::keep`] after the body was read whole, else closed by dropping it.
pub(crate) struct Exchange {
    origin: Origin,
    sender: Sender,
}

impl Exchange {
    /// Puts the connection back for the next request.
    pub(crate) fn keep(self, connection: &mut Connection) {
        if !self.sender.is_closed() {
            connection.idle = Some((self.origin, self.sender));
        }
    }
}

/// Sends `request` over the idle connection or a new one.
///
/// A server may close an idle connection at the moment of use; an idempotent request is then sent once more over a
/// new connection.
pub(crate) async fn send(
    connector: &Connector,
    connection: &mut Connection,
    origin: Origin,
    request: HttpRequest<Full<Bytes>>,
) -> Result<(Response<Incoming>, Exchange), ClientError> {
    if let Some(mut sender) = connection.take(&origin) {
        let again = request.method().is_idempotent().then(|| request.clone());
        // Not ready means closed meanwhile: nothing was sent, so that any request may be sent again.
        if sender.ready().await.is_ok() {
            match sender.send_request(request).await {
                Ok(response) => return Ok((response, Exchange { origin, sender })),
                Err(error) => match again {
                    Some(request) => return send_new(connector, origin, request).await,
                    None => return Err(error.into()),
                },
            }
        }
        return send_new(connector, origin, request).await;
    }
    send_new(connector, origin, request).await
}

async fn send_new(
    connector: &Connector,
    origin: Origin,
    request: HttpRequest<Full<Bytes>>,
) -> Result<(Response<Incoming>, Exchange), ClientError> {
    let stream = connector.connect(&origin).await?;
    let (mut sender, driver) = http1::Builder::new().handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // The error of a broken connection reaches the request that waits on it.
        let _ = driver.await;
    });
    let response = sender.send_request(request).await?;
    Ok((response, Exchange { origin, sender }))
}
