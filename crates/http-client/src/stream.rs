//! Answers without an end: a body that is read piece by piece while the server keeps sending (watches).

use bytes::Bytes;

use crate::ClientError;
use crate::connection::{BodyPieces, Exchange};

/// A body on its way. Dropping it closes its connection.
pub struct BodyStream {
    pieces: BodyPieces,
}

impl BodyStream {
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self { pieces: exchange.into_pieces() }
    }

    /// The next piece; `None` at the regular end. Wrap it in a timeout: a silent server is waited for for ever.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        self.pieces.next().await
    }
}

impl std::fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BodyStream").finish_non_exhaustive()
    }
}
