//! Taking the frames of a chunked body out of the buffer it was read into.
//!
//! `length in hex · [;extension] CRLF · data · CRLF …`, ended by a chunk of length 0, trailer lines and an empty line.

use super::WireError;

/// Lines between the data (lengths with extensions, trailers) may have this many bytes in all per chunk.
const LINE_BYTES_MAX: usize = 16 << 10;
/// Hexadecimal digits that a length may have.
const DIGITS_MAX: u32 = 15;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A digit of a length, or what follows the digits.
    Length {
        digits: u32,
    },
    /// Blanks behind a length.
    Padding,
    /// The rest of a length's line.
    Extension,
    Data,
    /// The line break behind the data.
    AfterData,
    /// A trailer line; whether it has a byte yet.
    Trailer {
        empty: bool,
    },
    Nothing,
}

/// How far a body was read.
#[derive(Debug)]
pub(super) struct Chunks {
    next: Next,
    /// Bytes of data that are missing of the current chunk.
    missing: u64,
    line_bytes: usize,
}

impl Default for Chunks {
    fn default() -> Self {
        Self { next: Next::Length { digits: 0 }, missing: 0, line_bytes: 0 }
    }
}

impl Chunks {
    /// Whether the body was read to its end.
    pub(super) fn is_finished(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Moves the data in `raw` to its front. Gives how much data there is, and how much of `raw` belongs to the body.
    pub(super) fn unframe(&mut self, raw: &mut [u8]) -> Result<(usize, usize), WireError> {
        let (mut kept, mut at) = (0, 0);
        while at < raw.len() && self.next != Next::Nothing {
            if self.next == Next::Data {
                let len = usize::try_from(self.missing).unwrap_or(usize::MAX).min(raw.len() - at);
                raw.copy_within(at..at + len, kept);
                kept += len;
                at += len;
                self.missing -= len as u64;
                if self.missing == 0 {
                    self.next = Next::AfterData;
                    self.line_bytes = 0;
                }
                continue;
            }
            let byte = raw.get(at).copied().unwrap_or_default();
            at += 1;
            self.line_bytes += 1;
            if self.line_bytes > LINE_BYTES_MAX {
                return Err(bad("the lines between its chunks are too long"));
            }
            self.next = self.after(byte)?;
        }
        Ok((kept, at))
    }

    /// What comes behind a byte that is not data.
    fn after(&mut self, byte: u8) -> Result<Next, WireError> {
        let line_end = |missing: u64| if missing == 0 { Next::Trailer { empty: true } } else { Next::Data };
        Ok(match (self.next, byte) {
            (Next::Length { digits }, _) if byte.is_ascii_hexdigit() => {
                if digits == DIGITS_MAX {
                    return Err(bad("a chunk's length is too large"));
                }
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                self.missing = self.missing << 4 | u64::from(digit);
                Next::Length { digits: digits + 1 }
            }
            (Next::Length { digits: 1.. }, b'\n') => line_end(self.missing),
            (Next::Length { digits: 1.. } | Next::Padding, b'\r' | b';') => Next::Extension,
            (Next::Length { digits: 1.. } | Next::Padding, b' ' | b'\t') => Next::Padding,
            (Next::Padding, _) => return Err(bad("a chunk has two lengths")),
            (Next::Length { .. }, _) => return Err(bad("a chunk has no length")),
            (Next::Extension, b'\n') => line_end(self.missing),
            (Next::Extension, _) => Next::Extension,
            (Next::AfterData, b'\r') => Next::AfterData,
            (Next::AfterData, b'\n') => Next::Length { digits: 0 },
            (Next::AfterData, _) => return Err(bad("a chunk is longer than its length")),
            (Next::Trailer { empty: true }, b'\n') => Next::Nothing,
            (Next::Trailer { .. }, b'\n') => Next::Trailer { empty: true },
            (Next::Trailer { empty }, b'\r') => Next::Trailer { empty },
            (Next::Trailer { .. }, _) => Next::Trailer { empty: false },
            (Next::Data | Next::Nothing, _) => self.next,
        })
    }
}

fn bad(reason: &str) -> WireError {
    WireError::NotHttp(reason.to_owned())
}
