//! Exposition bytes to entries and back: text 0.0.4 and 1.0.0, OpenMetrics 1.0, delimited protobuf.
//!
//! * [`Protocol`], [`ContentType`]: the five scrape protocols and how HTTP names them; [`accept_header`] and
//!   [`negotiate`] are the two sides of the agreement.
//! * [`EscapingScheme`], [`escape_name`], [`unescape_name`]: UTF-8 names for peers that only know classic ones.
//! * [`Parser`]: pulls borrowed [`Entry`]s from a page; [`Parser::try_known`] is the scraper's shortcut.
//! * [`encode`]: writers for single pieces of a page, and whole [`encode::MetricFamily`]s in each
//!   protocol; [`read_families`] is the way back.
//!
//! Called by `scrape` (parsing), `client` (writing), `api` (federation, self metrics). No I/O.
//!
//! Invariants:
//! * No input makes anything here panic; a refused page is a [`ParseError`] with its place.
//! * Parsing allocates nothing per sample in the text formats.

mod collect;
pub mod encode;
mod escaping;
mod negotiate;
pub mod parse;
mod protocol;

pub use collect::read_families;
pub use escaping::{EscapingScheme, escape_label_name, escape_name, unescape_name};
pub use negotiate::{accept_header, negotiate};
pub use parse::{
    Entry, ExemplarEntry, HelpEntry, HistogramEntry, KnownSample, NativeHistogram, ParseError, Parser,
    ParserOptions, SeriesEntry, TypeEntry, UnitEntry, series_hash,
};
pub use protocol::{ContentType, ContentTypeError, Protocol};
