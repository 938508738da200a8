//! Decompressing a body (snappy, block format) within a limit, into memory that later requests use again.

use parking_lot::Mutex;

/// The largest body as sent, in bytes.
pub const BODY_BYTES_MAX: usize = 32 << 20;
/// The largest body after decompression, in bytes.
pub const DECODED_BYTES_MAX: usize = 128 << 20;
/// How many buffers are kept for later requests.
const KEPT_BUFFERS: usize = 8;
/// The largest buffer that is kept.
const KEPT_BYTES: usize = 4 << 20;

/// Buffers between requests.
#[derive(Debug, Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// Calls `with` with the decompressed body.
    pub(super) fn decoded<T>(&self, body: &[u8], with: impl FnOnce(&[u8]) -> T) -> Result<T, String> {
        let corrupt = |_| "s2: corrupt input".to_owned();
        if body.is_empty() {
            return Err("s2: corrupt input".to_owned());
        }
        let len = snap::raw::decompress_len(body).map_err(corrupt)?;
        // Nothing that snappy writes is packed more than 1:64 or so; an announced size beyond that is a lie.
        if len > DECODED_BYTES_MAX || len / 256 > body.len() {
            return Err(format!(
                "s2: decoded block of {len} bytes is too large; at most {DECODED_BYTES_MAX} are taken"
            ));
        }
        let mut buffer = self.0.lock().pop().unwrap_or_default();
        buffer.resize(len, 0);
        let result = snap::raw::Decoder::new().decompress(body, &mut buffer).map_err(corrupt);
        let result = result.map(|len| with(buffer.get(..len).unwrap_or_default()));
        let mut kept = self.0.lock();
        if kept.len() < KEPT_BUFFERS && buffer.capacity() <= KEPT_BYTES {
            kept.push(buffer);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_corruption() {
        let buffers = Buffers::default();
        let packed = snap::raw::Encoder::new().compress_vec(b"hello hello hello").unwrap();
        assert_eq!(buffers.decoded(&packed, <[u8]>::to_vec), Ok(b"hello hello hello".to_vec()));
        assert!(buffers.decoded(b"", <[u8]>::to_vec).is_err());
        assert_eq!(
            buffers.decoded(b"\xff\x06\x00\x00sNaPpY", <[u8]>::len),
            Err("s2: corrupt input".to_owned())
        );
        // It announces 100 MB and holds nothing.
        let liar = [0x80, 0xc2, 0xd7, 0x2f, 0];
        assert!(buffers.decoded(&liar, <[u8]>::len).unwrap_err().contains("too large"));
        assert_eq!(buffers.decoded(&packed, <[u8]>::len), Ok(17), "buffers are used again");
    }
}
