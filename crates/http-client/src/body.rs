//! Reading a body into the caller's buffer, limited; called by `client`.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::ClientError;

/// Appends the whole body to `out`; an error as soon as it is clear that it is larger than `limit` bytes.
pub(crate) async fn read(mut body: Incoming, limit: usize, out: &mut Vec<u8>) -> Result<(), ClientError> {
    let too_large = || ClientError::BodyTooLarge { limit };
    let announced = body.size_hint();
    if announced.lower() > limit as u64 {
        return Err(too_large());
    }
    let start = out.len();
    // Only as an opening bid: a liar who announces much gets no memory before it sends.
    out.reserve(usize::try_from(announced.lower()).unwrap_or(limit).min(1 << 20));
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            if out.len() - start + data.len() > limit {
                return Err(too_large());
            }
            out.extend_from_slice(data);
        }
    }
    Ok(())
}
