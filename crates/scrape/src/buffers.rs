//! Reused page buffers, shared by all targets: a scrape allocates nothing of the size of its page.

use parking_lot::Mutex;

/// More idle buffers than this are freed.
const IDLE_MAX: usize = 64;
/// Larger buffers are freed after use, so that one huge page does not stay in memory.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// The idle buffers.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    idle: Mutex<Vec<Vec<u8>>>,
}

impl Buffers {
    /// An empty buffer.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.idle.lock().pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(crate) fn give(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() == 0 || buffer.capacity() > KEPT_BYTES_MAX {
            return;
        }
        buffer.clear();
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(buffer);
        }
    }
}
