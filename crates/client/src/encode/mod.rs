//! From families to the bytes of a page. Called by `registry` with the families in order of their names.
//!
//! Registered families are written straight from their cells: `text` (both text formats, with `histogram`) and `protobuf`, by
//! pieces that are made once a family (`template`) and copied fast (`lines`). Summaries, native histograms in protobuf and
//! what collectors bring go through the value model of the exposition crate (`value`).

mod histogram;
mod lines;
mod protobuf;
mod template;
#[cfg(test)]
mod tests;
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
    protocol: Protocol,
    scheme: EscapingScheme,
}

impl Page {
    /// A page that will need about `capacity` bytes.
    pub(crate) fn new(protocol: Protocol, scheme: EscapingScheme, capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), encoder: Encoder::new(protocol, scheme), protocol, scheme }
    }

    /// Writes a registered family; nothing when it has no series.
    pub(crate) fn family(&mut self, family: &Family) {
        if self.protocol == Protocol::PrometheusProto && protobuf::can_write(family) {
            protobuf::family(&mut self.out, family, self.scheme);
        } else if self.protocol != Protocol::PrometheusProto && text::can_write(family) {
            let style = text::Style { openmetrics: self.protocol.is_openmetrics(), scheme: self.scheme };
            text::family(&mut self.out, family, style);
        } else {
            self.collected(&value::family(family));
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
