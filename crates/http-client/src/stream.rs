//! Answers without an end: a body that is read piece by piece while the server keeps sending (watches).

use bytes::Bytes;

use crate::ClientError;
use crate::connection::Exchange;
use crate::wire::pieces::Pieces;

/// A body on its way. Dropping it closes its connection.
pub struct BodyStream {
    exchange: Exchange,
    pieces: Pieces,
}

impl BodyStream {
    pub(crate) fn new(mut exchange: Exchange) -> Self {
        let pieces = exchange.pieces();
        Self { exchange, pieces }
    }

    /// The next piece; `None` at the regular end. Wrap it in a timeout: a silent server is waited for for ever.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        Ok(self.pieces.next(self.exchange.stream()).await?)
    }
}

impl std::fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BodyStream").finish_non_exhaustive()
    }
}
