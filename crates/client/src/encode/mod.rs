//! From families to the bytes of a page. Called by `registry` with the families in order of their names.
//!
//! Classic text of families with classic names is written directly (`text`); everything else goes through the value
//! model of the exposition crate (`value`).

mod lines;
mod text;
mod value;

use narthex_exposition::encode::{Encoder, MetricFamily};
pub use narthex_exposition::{EscapingScheme, Protocol};

use crate::family::Family;
pub(crate) use value::family as family_value;

/// A page under construction.
pub(crate) struct Page {
    out: Vec<u8>,
    encoder: Encoder,
    /// Whether text can be written the short way.
    is_text: bool,
}

impl Page {
    /// A page that will need about `capacity` bytes.
    pub(crate) fn new(protocol: Protocol, scheme: EscapingScheme, capacity: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity),
            encoder: Encoder::new(protocol, scheme),
            // By dots even `a_b` is escaped, which the short way does not do.
            is_text: matches!(protocol, Protocol::Text004 | Protocol::Text100)
                && scheme != EscapingScheme::Dots,
        }
    }

    /// Writes a registered family; nothing when it has no series.
    pub(crate) fn family(&mut self, family: &Family) {
        if self.is_text && text::can_write(family) {
            text::family(&mut self.out, family);
        } else {
            let family = value::family(family);
            self.collected(&family);
        }
    }

    /// Writes a family of values.
    pub(crate) fn collected(&mut self, family: &MetricFamily) {
        if !family.metrics.is_empty() {
            self.encoder.family(&mut self.out, family);
        }
    }

    /// The finished page.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.encoder.finish(&mut self.out);
        self.out
    }
}
