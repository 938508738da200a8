//! One keep-alive connection, HTTP/1.1 or HTTP/2; used by `client`, owned by whoever talks to one server again and again.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use hyper::body::Incoming;
use tokio::io::{AsyncWriteExt, ReadBuf};

use crate::connect::{Connector, Origin, Stream};
use crate::http2::{self, Http2};
use crate::wire::head::{self, Ends, Received};
use crate::wire::pieces::Pieces;
use crate::wire::request::Message;
use crate::wire::{WireError, body};
use crate::{ClientError, Head};

/// A place for at most one idle connection. Dropping it closes the connection.
#[derive(Default)]
pub struct Connection {
    idle: Option<(Origin, Open)>,
}

/// A connection that stands.
enum Open {
    Http1(Box<dyn Stream>),
    Http2(Http2),
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
    async fn take(&mut self, origin: &Origin, message: &Message) -> Option<Open> {
        let (idle_origin, mut open) = self.idle.take()?;
        let stands = match &mut open {
            Open::Http1(stream) => message.idempotent || is_quiet(&mut **stream).await,
            Open::Http2(connection) => !connection.is_closed(),
        };
        (idle_origin == *origin && stands).then_some(open)
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
    answer: Answer,
}

enum Answer {
    Http1 { stream: Box<dyn Stream>, ends: Ends, keeps: bool, rest: Vec<u8> },
    Http2 { connection: Http2, body: Incoming },
}

impl Exchange {
    /// Appends the body to `out` and puts the connection back for the next request.
    pub(crate) async fn read(
        self,
        limit: usize,
        out: &mut Vec<u8>,
        connection: &mut Connection,
    ) -> Result<(), ClientError> {
        let kept = match self.answer {
            Answer::Http1 { mut stream, ends, keeps, rest } => {
                let start = out.len();
                out.extend_from_slice(&rest);
                let clean = body::read(&mut *stream, ends, limit, out, start).await?;
                (keeps && clean).then_some(Open::Http1(stream))
            }
            Answer::Http2 { connection, mut body } => {
                http2::read(&mut body, limit, out).await?;
                Some(Open::Http2(connection))
            }
        };
        connection.idle = kept.map(|open| (self.origin, open));
        Ok(())
    }

    /// The body for reading it piece by piece.
    pub(crate) fn into_pieces(self) -> BodyPieces {
        match self.answer {
            Answer::Http1 { stream, ends, rest, .. } => {
                BodyPieces::Http1 { stream, pieces: Pieces::new(ends, rest) }
            }
            Answer::Http2 { connection, body } => BodyPieces::Http2 { _connection: connection, body },
        }
    }
}

/// A body on its way, with its connection.
pub(crate) enum BodyPieces {
    /// HTTP/1.1
    Http1 {
        /// Where the rest comes from.
        stream: Box<dyn Stream>,
        /// What came, and where the body ends.
        pieces: Pieces,
    },
    /// HTTP/2
    Http2 {
        /// Kept open.
        _connection: Http2,
        /// The body.
        body: Incoming,
    },
}

impl BodyPieces {
    /// The next piece; `None` at the regular end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ClientError> {
        match self {
            Self::Http1 { stream, pieces } => Ok(pieces.next(&mut **stream).await?),
            Self::Http2 { body, .. } => http2::next(body).await,
        }
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
    if let Some(open) = connection.take(&origin, message).await {
        match ask(open, message).await {
            Ok((head, answer)) => return Ok((head, Exchange { origin, answer })),
            Err(ClientError::Broken(_) | ClientError::Http2(_)) if message.idempotent => {}
            Err(error) => return Err(error),
        }
    }
    let opened = connector.connect(&origin).await?;
    let open = if opened.http2 {
        Open::Http2(Http2::open(opened.stream).await?)
    } else {
        Open::Http1(opened.stream)
    };
    let (head, answer) = ask(open, message).await?;
    Ok((head, Exchange { origin, answer }))
}

async fn ask(open: Open, message: &Message) -> Result<(Head, Answer), ClientError> {
    match (open, &message.http2) {
        (Open::Http2(mut connection), Some(prepared)) => {
            let (head, body) = connection.ask(prepared.clone()).await?;
            Ok((head, Answer::Http2 { connection, body }))
        }
        (Open::Http1(mut stream), _) => {
            let Received { head, ends, keeps, rest } = ask_stream(&mut *stream, message).await?;
            Ok((head, Answer::Http1 { stream, ends, keeps, rest }))
        }
        // HTTP/2 is only offered where a message is prepared for it.
        (Open::Http2(_), None) => Err(ClientError::NotHttp("the server chose HTTP/2 unasked".to_owned())),
    }
}

async fn ask_stream(stream: &mut dyn Stream, message: &Message) -> Result<Received, WireError> {
    stream.write_all(message.bytes()).await?;
    stream.flush().await?;
    head::read(stream, message.bodiless).await
}
