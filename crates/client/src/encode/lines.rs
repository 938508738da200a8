//! Writes lines from short pieces, fast: pieces are padded, so that each is copied by a few moves of fixed size, into a
//! small buffer that stays in the cache and is handed on when it is full.

/// Pieces are copied this many bytes at a time.
const STEP: usize = 16;
/// Bytes of the buffer.
const SIZE: usize = 16 * 1024;
/// The longest piece that goes through the buffer.
const PIECE_MAX: usize = 1024;
/// Longest decimal form of a `u64`.
const DIGITS_MAX: usize = 20;

/// Bytes with padding behind them.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    padded: Vec<u8>,
    len: usize,
}

impl Piece {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut piece = Self::default();
        piece.push(bytes);
        piece
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.padded[..self.len]
    }

    pub(super) fn clear(&mut self) {
        self.padded.clear();
        self.len = 0;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.padded.truncate(self.len);
        self.padded.extend_from_slice(bytes);
        self.len += bytes.len();
        self.padded.resize(self.len.next_multiple_of(STEP), 0);
    }
}

/// Appends to a page.
pub(super) struct Lines<'a> {
    out: &'a mut Vec<u8>,
    buffer: Box<[u8; SIZE]>,
    filled: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, buffer: Box::new([0; SIZE]), filled: 0 }
    }

    /// Appends a piece.
    #[inline]
    pub(super) fn piece(&mut self, piece: &Piece) {
        self.padded(&piece.padded, piece.len);
    }

    /// Appends the first `len` bytes of `padded`, whose length is a whole number of steps.
    #[inline]
    fn padded(&mut self, padded: &[u8], len: usize) {
        if len > PIECE_MAX {
            return self.long(&padded[..len]);
        }
        self.make_room(PIECE_MAX + STEP);
        let (steps, _) = padded.as_chunks::<STEP>();
        let mut at = self.filled;
        for step in steps {
            if let Some(place) = self.buffer.get_mut(at..at + STEP) {
                place.copy_from_slice(step);
            }
            at += STEP;
        }
        self.filled += len;
    }

    /// Appends the first `len` bytes of `words`, which end in padding to a whole word.
    #[inline]
    pub(super) fn words(&mut self, words: &[u8], len: usize) {
        if len > PIECE_MAX {
            return self.long(&words[..len]);
        }
        self.make_room(PIECE_MAX + STEP);
        let (words, _) = words.as_chunks::<8>();
        let mut at = self.filled;
        for word in words {
            if let Some(place) = self.buffer.get_mut(at..at + 8) {
                place.copy_from_slice(word);
            }
            at += 8;
        }
        self.filled += len;
    }

    /// Appends a number.
    #[inline]
    pub(super) fn uint(&mut self, value: u64) {
        self.make_room(DIGITS_MAX);
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(value).as_bytes();
        if let Some(place) = self.buffer.get_mut(self.filled..self.filled + digits.len()) {
            match digits {
                [one] => place[0] = *one,
                digits => place.copy_from_slice(digits),
            }
        }
        self.filled += digits.len();
    }

    /// Appends the end of a line.
    #[inline]
    pub(super) fn end(&mut self) {
        self.make_room(1);
        if let Some(byte) = self.buffer.get_mut(self.filled) {
            *byte = b'\n';
        }
        self.filled += 1;
    }

    /// Appends what `write` writes.
    pub(super) fn direct(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.flush();
        write(self.out);
    }

    #[inline]
    fn make_room(&mut self, len: usize) {
        if self.filled + len > SIZE {
            self.flush();
        }
    }

    #[cold]
    fn long(&mut self, bytes: &[u8]) {
        self.flush();
        self.out.extend_from_slice(bytes);
    }

    #[inline(never)]
    fn flush(&mut self) {
        self.out.extend_from_slice(&self.buffer[..self.filled]);
        self.filled = 0;
    }
}

impl Drop for Lines<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_arrive_in_order() {
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        let mut lines = Lines::new(&mut out);
        for len in (0_usize..100).chain([1023, 1024, 1025, 20_000]).cycle().take(700) {
            let bytes: Vec<u8> = (0..len).map(|i| b'a' + (i % 26) as u8).collect();
            lines.piece(&Piece::new(&bytes));
            expected.extend_from_slice(&bytes);
            let mut words = bytes.clone();
            words.resize(len.next_multiple_of(8), 0);
            lines.words(&words, len);
            expected.extend_from_slice(&bytes);
            lines.uint(len as u64 * 7);
            expected.extend_from_slice((len * 7).to_string().as_bytes());
            lines.end();
            expected.push(b'\n');
            lines.direct(|out| out.push(b'!'));
            expected.push(b'!');
        }
        drop(lines);
        assert!(out == expected);
    }
}
