//! Metrics to bytes: single pieces of a text page ([`mod@write`]), protobuf fields ([`wire`]), and whole families.
//!
//! [`MetricFamily`] is the value model; [`Encoder`] writes families in one protocol and escaping scheme. `text`,
//! `openmetrics` and `protobuf` hold one format each and share `sample`.

mod family;
mod openmetrics;
mod protobuf;
mod sample;
mod text;
pub mod wire;
pub mod write;

pub use family::{
    Bucket, HistogramValue, Metric, MetricFamily, MetricValue, NativeValue, Quantile, SummaryValue,
};

use crate::{EscapingScheme, Protocol};

/// Writes metric families in one protocol.
///
/// ```
/// use narthex_exposition::encode::{Encoder, Metric, MetricFamily, MetricValue};
/// use narthex_exposition::{EscapingScheme, Protocol};
/// use narthex_model::{Labels, MetricType};
///
/// let family = MetricFamily {
///     name: "http_requests_total".into(),
///     help: Some("Requests.".into()),
///     metric_type: MetricType::Counter,
///     metrics: vec![Metric::new(
///         Labels::from_pairs([("method", "GET")]),
///         MetricValue::Counter { value: 3.0, exemplar: None },
///     )],
///     ..MetricFamily::default()
/// };
/// let page = Encoder::new(Protocol::OpenMetrics100, EscapingScheme::AllowUtf8).page([&family]);
/// assert_eq!(
///     String::from_utf8_lossy(&page),
///     "# HELP http_requests Requests.\n# TYPE http_requests counter\nhttp_requests_total{method=\"GET\"} 3.0\n# EOF\n"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoder {
    protocol: Protocol,
    scheme: EscapingScheme,
}

impl Encoder {
    /// An encoder for this protocol, which writes names by this scheme.
    pub fn new(protocol: Protocol, scheme: EscapingScheme) -> Self {
        Self { protocol, scheme }
    }

    /// The `Content-Type` of what it writes.
    pub fn content_type(&self) -> &'static str {
        self.protocol.content_type(self.scheme)
    }

    /// Appends one family. Families of one page must have different names.
    pub fn family(&self, out: &mut Vec<u8>, family: &MetricFamily) {
        match self.protocol {
            Protocol::PrometheusProto => protobuf::family(out, family, self.scheme),
            Protocol::OpenMetrics100 | Protocol::OpenMetrics001 => {
                openmetrics::family(out, family, self.scheme)
            }
            Protocol::Text100 | Protocol::Text004 => text::family(out, family, self.scheme),
        }
    }

    /// Appends what ends a page: `# EOF` in OpenMetrics, else nothing.
    pub fn finish(&self, out: &mut Vec<u8>) {
        if self.protocol.is_openmetrics() {
            write::write_eof(out);
        }
    }

    /// A whole page.
    pub fn page<'a>(&self, families: impl IntoIterator<Item = &'a MetricFamily>) -> Vec<u8> {
        let mut out = Vec::new();
        for family in families {
            self.family(&mut out, family);
        }
        self.finish(&mut out);
        out
    }
}
