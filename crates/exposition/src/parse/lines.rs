//! The two text parsers behind one face, for what is built around them.

use super::created::OpenMetricsParser;
use super::entry::Entry;
use super::error::Fault;

use super::text::TextParser;

/// A parser that reads line by line; its entries borrow from the page only.
#[derive(Debug)]
pub(super) enum Lines<'a> {
    Text(TextParser<'a>),
    OpenMetrics(OpenMetricsParser<'a>),
}

impl<'a> Lines<'a> {
    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Entry<'a>, Fault>> {
        match self {
            Self::Text(parser) => parser.next(),
            Self::OpenMetrics(parser) => parser.next(),
        }
    }
}
