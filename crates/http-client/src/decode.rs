//! Content encodings: gzip and zstd → plain bytes, limited by what comes out (a small bomb can be a large page).

use std::io::{self, Read};

use crate::gunzip::gunzip;

/// Why a body cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Neither gzip nor zstd nor identity.
    #[error("unknown content encoding \"{0}\": expected gzip, zstd or identity")]
    UnknownEncoding(String),
    /// The compressed bytes are damaged.
    #[error("cannot decompress the {encoding} body: {source}")]
    Damaged {
        /// The encoding.
        encoding: &'static str,
        /// The decoder's reason.
        source: io::Error,
    },
    /// More comes out than the caller allows.
    #[error("the decompressed body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// Appends the decoded `body` to `out`. `Ok(false)` says that `body` is not encoded and nothing was appended.
pub fn decode(encoding: &str, body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<bool, DecodeError> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => return Ok(false),
        "gzip" | "x-gzip" => gunzip(body, limit, out)?,
        "zstd" => {
            let decoder = zstd::stream::read::Decoder::with_buffer(body)
                .map_err(|source| DecodeError::Damaged { encoding: "zstd", source })?;
            read_limited("zstd", decoder, limit, out)?;
        }
        _ => return Err(DecodeError::UnknownEncoding(encoding.to_owned())),
    }
    Ok(true)
}

fn read_limited(
    encoding: &'static str,
    decoder: impl Read,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder
        .take(one_more)
        .read_to_end(out)
        .map_err(|source| DecodeError::Damaged { encoding, source })?;
    if read > limit { Err(DecodeError::TooLarge { limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gunzip::tests::gzip;

    #[test]
    fn both_encodings_and_none() {
        let page = b"a 1\n".repeat(1000);
        for (encoding, body) in [("gzip", gzip(&page)), ("zstd", zstd::encode_all(&page[..], 1).unwrap())] {
            let mut out = Vec::new();
            assert!(decode(encoding, &body, page.len(), &mut out).unwrap(), "{encoding}");
            assert_eq!(out, page);
            let error = decode(encoding, &body, page.len() - 1, &mut Vec::new()).unwrap_err();
            assert!(matches!(error, DecodeError::TooLarge { limit: 3999 }), "{error}");
            let cut = &body[..body.len() / 2];
            let error = decode(encoding, cut, page.len(), &mut Vec::new()).unwrap_err();
            assert!(matches!(error, DecodeError::Damaged { .. }), "{error}");
            let twice = [&body[..], &body].concat();
            let mut out = b"before".to_vec();
            assert!(decode(encoding, &twice, 2 * page.len(), &mut out).unwrap());
            assert_eq!(out.len(), 6 + 2 * page.len(), "{encoding}: members follow each other");
        }
        assert!(!decode("identity", &page, 1, &mut Vec::new()).unwrap());
        assert!(decode("br", &page, 1, &mut Vec::new()).is_err());
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let bomb = gzip(&vec![0; 50 << 20]);
        let mut out = Vec::new();
        let error = decode("gzip", &bomb, 1 << 20, &mut out).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { .. }));
        assert!(out.len() <= (1 << 20) + 1);
    }
}
