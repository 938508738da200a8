//! From families to the bytes of a page. Called by `registry` with the families in order of their names.

mod text;

use crate::collectors::Collected;
use crate::family::Family;

pub use narthex_exposition::{EscapingScheme, Protocol};

/// A page under construction.
pub(crate) struct Page {
    out: Vec<u8>,
}

impl Page {
    pub(crate) fn new(_protocol: Protocol) -> Self {
        Self { out: Vec::with_capacity(4096) }
    }

    /// Writes a registered family.
    pub(crate) fn family(&mut self, family: &Family) {
        text::family(&mut self.out, family);
    }

    /// Writes a collected family.
    pub(crate) fn collected(&mut self, family: &Collected) {
        text::collected(&mut self.out, family);
    }

    /// The finished page.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }
}
