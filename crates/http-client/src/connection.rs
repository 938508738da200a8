//! One keep-alive HTTP/1.1 connection; used by `client`, owned by whoever talks to one server again and again.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncWriteExt, ReadBuf};

use crate::connect::{Connector, Origin, Stream};
use crate::wire::head::{self, Ends, Received};
use crate::wire::pieces::Pieces;
use crate::wire::request::Message;
use crate::wire::{WireError, body};
use crate::{ClientError, Head};

/// A place for at most one idle connection. Dropping it closes the connection.
#[derive(Default)]
pub struct Connection {
    idle: Option<(Origin, Box<dyn Stream>)>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let origin = self.idle.as_ref().map(|(origin, _)| origin);
        f.debug_struct("Connection").field("idle", &origin).finish()
    }
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

    /// The idle connection if it leads to `origin`. A message that must not be sent twice gets it only if it still stands.
    async fn take(&mut self, origin: &Origin, message: &Message) -> Option<Box<dyn Stream>> {
        let (idle_origin, mut stream) = self.idle.take()?;
        let usable = idle_origin == *origin && (message.idempotent || is_quiet(&mut *stream).await);
        usable.then_some(stream)
    }
}

/// Whether nothing came and the peer did not close, as far as is known now.
async fn is_quiet(stream: &mut dyn Stream) -> bool {
    let mut byte = [0; 1];
    poll_fn(|context| {
        let read = Pin::new(&mut *stream).poll_read(context, &mut ReadBuf::new(&mut byte));
        Poll::Ready(read.is_pending())
    })
    .await
}

/// An answer whose body was not read yet. Dropping it closes the connection.
pub(crate) struct Exchange {
    origin: Origin,
    stream: Box<dyn Stream>,
    ends: Ends,
    keeps: bool,
    rest: Vec<u8>,
}

impl Exchange {
    /// The body's beginning and its end, for reading it piece by piece.
    pub(crate) fn pieces(&mut self) -> Pieces {
        Pieces::new(self.ends, std::mem::take(&mut self.rest))
    }

    /// Where the rest of the body comes from.
    pub(crate) fn stream(&mut self) -> &mut dyn Stream {
        &mut *self.stream
    }

    /// Appends the body to `out` and puts the connection back for the next request.
    pub(crate) async fn read(
        mut self,
        limit: usize,
        out: &mut Vec<u8>,
        connection: &mut Connection,
    ) -> Result<(), ClientError> {
        let start = out.len();
        out.extend_from_slice(&self.rest);
        let clean = body::read(&mut *self.stream, self.ends, limit, out, start).await?;
        if self.keeps && clean {
            connection.idle = Some((self.origin, self.stream));
        }
        Ok(())
    }
}

/// Sends `message` over the idle connection or a new one; reads the head of the answer.
///
/// A server may close an idle connection at the moment of use; an idempotent request is then sent once more over a
/// new connection.
pub(crate) async fn send(
    connector: &Connector,
    connection: &mut Connection,
    origin: Origin,
    message: &Message,
) -> Result<(Head, Exchange), ClientError> {
    if let Some(mut stream) = connection.take(&origin, message).await {
        match ask(&mut *stream, message).await {
            Ok(received) => return Ok(exchange(origin, stream, received)),
            Err(WireError::Io(_)) if message.idempotent => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut stream = connector.connect(&origin).await?;
    let received = ask(&mut *stream, message).await?;
    Ok(exchange(origin, stream, received))
}

async fn ask(stream: &mut dyn Stream, message: &Message) -> Result<Received, WireError> {
    stream.write_all(message.bytes()).await?;
    stream.flush().await?;
    head::read(stream, message.bodiless).await
}

fn exchange(origin: Origin, stream: Box<dyn Stream>, received: Received) -> (Head, Exchange) {
    let Received { head, ends, keeps, rest } = received;
    (head, Exchange { origin, stream, ends, keeps, rest })
}
