//! Pages to entries: [`Parser`] and what it gives out.
//!
//! Where is what: `text` and `openmetrics` read lines, `lexer` has the scanning they share, `float` the numbers,
//! `labels` decodes on request, `error` describes refusals, `hash` recognises known series.
//!
//! Invariants:
//! * Entries borrow from the page (or from the parser), nothing is allocated per sample of a text page.
//! * After the end or an error a parser gives `None` for ever.

mod entry;
mod error;
mod float;
mod hash;
mod labels;
mod lexer;
mod openmetrics;
mod text;

pub use entry::{
    Entry, ExemplarEntry, HelpEntry, HistogramEntry, KnownSample, NativeHistogram, SeriesEntry, TypeEntry,
    UnitEntry,
};
pub use error::ParseError;
pub use hash::series_hash;

use crate::Protocol;
use openmetrics::OpenMetricsParser;
use text::TextParser;

/// What a parser does beyond its protocol.
#[derive(Debug, Clone, Copy, Default)]
pub struct ParserOptions {
    /// OpenMetrics: hold the page to the whole specification instead of to what Prometheus takes.
    pub strict: bool,
    /// OpenMetrics: look ahead for `_created` lines and give their time with the samples they belong to.
    pub start_timestamps: bool,
    /// OpenMetrics: leave out `_created` lines of counters, histograms and summaries.
    pub skip_created: bool,
}

/// Pulls entries from one page.
///
/// ```
/// use narthex_exposition::{Entry, Parser, ParserOptions, Protocol};
///
/// let page = b"# TYPE http_requests_total counter\nhttp_requests_total{method=\"GET\"} 27\n";
/// let mut parser = Parser::new(page, Protocol::Text004, ParserOptions::default());
/// let mut labels = narthex_model::LabelsBuilder::new();
/// while let Some(entry) = parser.next() {
///     if let Entry::Series(sample) = entry? {
///         sample.labels_into(&mut labels);
///         assert_eq!(labels.build().to_string(), r#"{__name__="http_requests_total", method="GET"}"#);
///         assert_eq!(sample.value, 27.0);
///     }
/// }
/// # Ok::<(), narthex_exposition::ParseError>(())
/// ```
#[derive(Debug)]
pub struct Parser<'a> {
    page: &'a [u8],
    inner: Inner<'a>,
    done: bool,
}

#[derive(Debug)]
enum Inner<'a> {
    Text(TextParser<'a>),
    OpenMetrics(OpenMetricsParser<'a>),
}

impl<'a> Parser<'a> {
    /// A parser at the start of `page`.
    pub fn new(page: &'a [u8], protocol: Protocol, options: ParserOptions) -> Self {
        let inner = if protocol.is_openmetrics() {
            Inner::OpenMetrics(OpenMetricsParser::new(page, options.strict))
        } else {
            Inner::Text(TextParser::new(page))
        };
        Self { page, inner, done: false }
    }

    /// The next entry; `None` at the end of the page and after an error.
    #[expect(
        clippy::should_implement_trait,
        reason = "an entry may borrow from the parser, an Iterator's item cannot"
    )]
    pub fn next(&mut self) -> Option<Result<Entry<'_>, ParseError>> {
        if self.done {
            return None;
        }
        let next = match &mut self.inner {
            Inner::Text(parser) => parser.next(),
            Inner::OpenMetrics(parser) => parser.next(),
        };
        match next {
            Some(Ok(entry)) => Some(Ok(entry)),
            Some(Err(fault)) => {
                self.done = true;
                Some(Err(ParseError::in_text(self.page, fault)))
            }
            None => {
                self.done = true;
                None
            }
        }
    }

    /// The scraper's shortcut: if the line at the cursor starts with a series text of `len` bytes whose
    /// [`series_hash`] is `hash` (as remembered from the last page at this position), reads only what follows it and
    /// moves on. `None`, with the cursor where it was, in any other case: then [`next`](Self::next) tells what stands
    /// there.
    ///
    /// Metadata lines are never known. Protobuf pages have no lines: always `None`.
    #[inline]
    pub fn try_known(&mut self, len: usize, hash: u64) -> Option<KnownSample<'_>> {
        match &mut self.inner {
            Inner::Text(parser) => parser.try_known(len, hash),
            Inner::OpenMetrics(parser) => parser.try_known(len, hash),
        }
    }
}
