//! Pages to entries: [`Parser`] and what it gives out.
//!
//! Where is what: `text` and `openmetrics` read lines (`lines` is either), `lexer` has the scanning they share, `float` the
//! numbers; `protobuf` reads messages. `labels` decodes on request, `error` describes refusals, `hash` recognises known
//! series. Around them: `created` finds start times, `strict` holds a page to OpenMetrics' rules, `nhcb` turns classic
//! histograms into native ones.
//!
//! Invariants:
//! * Entries borrow from the page (or from the parser), nothing is allocated per sample of a text page.
//! * After the end or an error a parser gives `None` for ever.

mod compact;
mod created;
mod entry;
mod error;
mod float;
mod hash;
mod labels;
mod lexer;
mod lines;
mod nhcb;
mod openmetrics;
mod protobuf;
mod strict;
mod text;

pub use entry::{
    Entry, ExemplarEntry, HelpEntry, HistogramEntry, KnownSample, NativeHistogram, SeriesEntry, TypeEntry,
    UnitEntry,
};
pub use error::ParseError;
pub use hash::series_hash;

use crate::Protocol;
use created::OpenMetricsParser;
use lines::Lines;
use nhcb::NhcbParser;
use openmetrics::OpenMetricsLines;
use protobuf::ProtobufParser;
use strict::StrictParser;
use text::TextParser;

/// What a parser does beyond its protocol. All off is what Prometheus does by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParserOptions {
    /// OpenMetrics: hold the page to the whole specification instead of to what Prometheus takes.
    pub strict: bool,
    /// OpenMetrics: look ahead for `_created` lines and give their time with the samples they belong to. (Protobuf has
    /// start times with the samples.)
    pub start_timestamps: bool,
    /// OpenMetrics: leave out `_created` lines of counters, histograms and summaries.
    pub skip_created: bool,
    /// Protobuf: do as if messages had no native histograms (`scrape_native_histograms: false`).
    pub ignore_native: bool,
    /// Classic histograms come as native ones with custom bounds (`convert_classic_histograms_to_nhcb`).
    pub convert_classic: bool,
    /// Series get the labels `__type__` and `__unit__`, if their family has them (`type-and-unit-labels`); labels of these
    /// names on the page give way.
    pub type_and_unit_labels: bool,
    /// Beside a native histogram, read or converted, the classic series come too (`always_scrape_classic_histograms`).
    pub keep_classic: bool,
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
    Strict(Box<StrictParser<'a>>),
    Nhcb(Box<NhcbParser<'a>>),
    Protobuf(Box<ProtobufParser<'a>>),
}

impl<'a> Parser<'a> {
    /// A parser at the start of `page`.
    pub fn new(page: &'a [u8], protocol: Protocol, options: ParserOptions) -> Self {
        let openmetrics = || OpenMetricsParser::new(page, options);
        let inner = match protocol {
            Protocol::PrometheusProto => Inner::Protobuf(Box::new(ProtobufParser::new(page, options))),
            Protocol::OpenMetrics100 | Protocol::OpenMetrics001 if options.strict => {
                Inner::Strict(Box::new(StrictParser::new(OpenMetricsLines::new(page, options))))
            }
            Protocol::OpenMetrics100 | Protocol::OpenMetrics001 if options.convert_classic => {
                let lines = Lines::OpenMetrics(openmetrics());
                Inner::Nhcb(Box::new(NhcbParser::new(lines, options.keep_classic)))
            }
            Protocol::OpenMetrics100 | Protocol::OpenMetrics001 => Inner::OpenMetrics(openmetrics()),
            Protocol::Text100 | Protocol::Text004 if options.convert_classic => {
                let lines = Lines::Text(TextParser::new(page, options));
                Inner::Nhcb(Box::new(NhcbParser::new(lines, options.keep_classic)))
            }
            Protocol::Text100 | Protocol::Text004 => Inner::Text(TextParser::new(page, options)),
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
            Inner::Strict(parser) => parser.next(),
            Inner::Nhcb(parser) => parser.next(),
            Inner::Protobuf(parser) => match parser.next() {
                Some(Err(fault)) => {
                    self.done = true;
                    return Some(Err(ParseError::in_binary(self.page, fault)));
                }
                next => next,
            },
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
    /// [`hash`](SeriesEntry::hash) is `hash` (as remembered from the last page at this position), reads only what follows
    /// it and moves on. `None`, with the cursor where it was, in any other case: then [`next`](Self::next) tells what stands
    /// there.
    ///
    /// Metadata lines are never known. Protobuf pages have no lines: always `None`, as with options that look at more
    /// than one line.
    #[inline]
    pub fn try_known(&mut self, len: usize, hash: u64) -> Option<KnownSample<'_>> {
        match &mut self.inner {
            Inner::Text(parser) => parser.try_known(len, hash),
            Inner::OpenMetrics(parser) => parser.try_known(len, hash),
            Inner::Strict(_) | Inner::Nhcb(_) | Inner::Protobuf(_) => None,
        }
    }

    /// Where the line starts that is read next; `None` when lines cannot be [passed over](Self::try_metadata), because the
    /// protocol has no lines or the options look at more than one.
    #[inline]
    pub fn position(&self) -> Option<usize> {
        match &self.inner {
            _ if self.done => None,
            Inner::Text(parser) => parser.position(),
            Inner::OpenMetrics(parser) => parser.position(),
            Inner::Strict(_) | Inner::Nhcb(_) | Inner::Protobuf(_) => None,
        }
    }

    /// The scraper's shortcut for metadata: if the next `len` bytes are those with this [`series_hash`], which were whole
    /// lines of metadata when they were read last, moves on over them. `false`, with the cursor where it was, in any other
    /// case.
    pub fn try_metadata(&mut self, len: usize, hash: u64) -> bool {
        let Some(start) = self.position() else { return false };
        let lines = start.checked_add(len).and_then(|end| self.page.get(start..end));
        if !lines.is_some_and(|lines| lines.first() == Some(&b'#') && series_hash(lines) == hash) {
            return false;
        }
        match &mut self.inner {
            Inner::Text(parser) => parser.pass(len),
            Inner::OpenMetrics(parser) => parser.pass(len),
            Inner::Strict(_) | Inner::Nhcb(_) | Inner::Protobuf(_) => return false,
        }
        true
    }

    /// Whether the line that is read next is one of metadata or a comment.
    pub fn is_at_metadata(&self) -> bool {
        self.position().is_some_and(|start| self.page.get(start) == Some(&b'#'))
    }
}
