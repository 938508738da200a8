//! Answers without an end: a body that is read piece by piece while the server keeps sending (watches).

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::ClientError;
use crate::connection::Exchange;

/// A body on its way. Dropping it closes its connection.
pub struct BodyStream {
    incoming: Incoming,
    // The connection lives as long as its sending half.
    _exchange: Exchange,
}

impl BodyStream {
    pub(crate) fn new(incoming: Incoming, exchange: Exchange) -> Self {
        Self { incoming, _exchange: exchange }
    }

    /// The next piece; `None` at the regular end. Wrap it in a timeout: a silent server is waited for for ever.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        while let Some(frame) = self.incoming.frame().await {
            // Trailers carry nothing that is wanted here.
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

impl std::fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BodyStream").finish_non_exhaustive()
    }
}
