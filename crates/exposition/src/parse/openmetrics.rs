//! OpenMetrics text, 1.0.0 and 0.0.1, as Prometheus reads it; the specification's further rules are in `strict`.
//!
//! The start times that `_created` lines hold are `created`'s business.
//!
//! One blank between tokens and nowhere else, timestamps in seconds, exemplars, units, `# EOF` at the end.

use narthex_model::{MetricType, Timestamp};

use super::ParserOptions;
use super::entry::{
    Entry, ExemplarEntry, FamilyLabels, HelpEntry, KnownSample, SeriesEntry, Text, TypeEntry, UnitEntry,
};
use super::error::Fault;
use super::float::{fast_decimal, parse_float};
use super::hash::series_hash;
use super::labels::Raw;
use super::lexer::{self, Syntax};
use super::text::family_name;

/// How labels are written in OpenMetrics, as Prometheus takes them.
struct Lenient;

impl Syntax for Lenient {
    const BLANKS: bool = false;
    const NEWLINE_IN_VALUE: bool = false;
    const COMMA_REQUIRED: bool = true;
    const METRIC_NAME: bool = true;
    const TRAILING_COMMA: bool = true;
}

/// The same in an exemplar, which has no name.
struct LenientExemplar;

impl Syntax for LenientExemplar {
    const BLANKS: bool = false;
    const NEWLINE_IN_VALUE: bool = false;
    const COMMA_REQUIRED: bool = true;
    const METRIC_NAME: bool = false;
    const TRAILING_COMMA: bool = true;
}

/// How the specification's grammar writes labels.
struct Strict;

impl Syntax for Strict {
    const BLANKS: bool = false;
    const NEWLINE_IN_VALUE: bool = false;
    const COMMA_REQUIRED: bool = true;
    const METRIC_NAME: bool = true;
    const TRAILING_COMMA: bool = false;
}

/// The same in an exemplar.
struct StrictExemplar;

impl Syntax for StrictExemplar {
    const BLANKS: bool = false;
    const NEWLINE_IN_VALUE: bool = false;
    const COMMA_REQUIRED: bool = true;
    const METRIC_NAME: bool = false;
    const TRAILING_COMMA: bool = false;
}

/// What stands behind a series.
struct Tail<'a> {
    value: f64,
    timestamp: Option<Timestamp>,
    exemplar: Option<ExemplarEntry<'a>>,
    /// Start of the next line.
    next: usize,
}

/// Reads one page.
#[derive(Debug, Clone)]
pub(super) struct OpenMetricsLines<'a> {
    page: &'a [u8],
    /// Start of the line to read next.
    pos: usize,
    /// What was last declared.
    family: FamilyLabels<'a>,
    /// That family's part of its series' hashes.
    salt: u64,
    /// The family on the last metadata line.
    family_name: Text<'a>,
    /// Refuse what the grammar of the specification does not have, even if Prometheus takes it.
    strict: bool,
}

const NO_EOF: &str = "`# EOF` at the end of the page";

impl<'a> OpenMetricsLines<'a> {
    pub(super) fn new(page: &'a [u8], options: ParserOptions) -> Self {
        let unit = options.type_and_unit_labels.then_some(&[][..]);
        let family = FamilyLabels { metric_type: MetricType::Unknown, unit };
        let family_name = Text::Plain(b"");
        Self { page, pos: 0, family, salt: family.salt(), family_name, strict: options.strict }
    }

    /// The name of the family on the last metadata line.
    pub(super) fn family(&self) -> Text<'a> {
        self.family_name
    }

    /// Where the line starts that is read next.
    pub(super) fn position(&self) -> usize {
        self.pos
    }

    /// Whether series get labels for the type and unit of their family.
    pub(super) fn has_metadata_labels(&self) -> bool {
        self.family.unit.is_some()
    }

    /// Moves on over `len` bytes.
    pub(super) fn pass(&mut self, len: usize) {
        self.pos += len;
    }

    /// The line at the cursor if its series has this length and hash; the cursor stays if not.
    #[inline]
    pub(super) fn try_known(&mut self, len: usize, hash: u64) -> Option<KnownSample<'a>> {
        let end = self.pos.checked_add(len)?;
        let series = self.page.get(self.pos..end)?;
        if series.first() == Some(&b'#') || series_hash(series) ^ self.salt != hash {
            return None;
        }
        let Tail { value, timestamp, exemplar, next } = self.tail(end).ok()?;
        self.pos = next;
        Some(KnownSample { value, timestamp, start_timestamp: None, exemplar })
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Entry<'a>, Fault>> {
        match self.page.get(self.pos) {
            None => Some(Err(Fault::new(self.pos, NO_EOF))),
            Some(b'#') => self.hash_line().transpose(),
            Some(_) => Some(self.series(self.pos).map(Entry::Series)),
        }
    }

    #[inline]
    fn series(&mut self, start: usize) -> Result<SeriesEntry<'a>, Fault> {
        let page = self.page;
        let name_end = lexer::metric_name(page, start);
        let mut end = name_end.unwrap_or(start);
        if page.get(end) == Some(&b'{') {
            let (after, named) = if self.strict {
                lexer::label_set::<Strict>(page, end + 1, name_end.is_some())?
            } else {
                lexer::label_set::<Lenient>(page, end + 1, name_end.is_some())?
            };
            if !named {
                return Err(Fault::new(start, "a metric name, in front of or in the braces"));
            }
            end = after;
        } else if name_end.is_none() {
            return Err(Fault::new(start, "a metric name, `{`, `# HELP`, `# TYPE`, `# UNIT` or `# EOF`"));
        }
        let Tail { value, timestamp, exemplar, next } = self.tail(end)?;
        self.pos = next;
        Ok(SeriesEntry {
            value,
            timestamp,
            start_timestamp: None,
            exemplar,
            series: Raw::Text(page.get(start..end).unwrap_or_default()),
            family: self.family,
        })
    }

    /// Reads ` value`, perhaps ` timestamp`, perhaps ` # exemplar`, and the line break.
    #[inline]
    fn tail(&self, pos: usize) -> Result<Tail<'a>, Fault> {
        let page = self.page;
        let (value, mut pos) =
            number(page, pos, "a blank and a value after the series", "a number as value")?;
        let mut timestamp = None;
        if page.get(pos) == Some(&b' ') && !starts_exemplar(page, pos) {
            let (seconds, end) = number(page, pos, "a timestamp", "a timestamp in seconds")?;
            timestamp = Some(milliseconds(seconds, pos + 1)?);
            pos = end;
        }
        match page.get(pos) {
            Some(b'\n') => Ok(Tail { value, timestamp, exemplar: None, next: pos + 1 }),
            Some(_) if starts_exemplar(page, pos) => {
                let (exemplar, next) = self.exemplar(pos + EXEMPLAR_START.len())?;
                Ok(Tail { value, timestamp, exemplar: Some(exemplar), next })
            }
            Some(_) => Err(Fault::new(pos, "an exemplar (` # {…} value`) or the end of the line")),
            None => Err(Fault::new(pos, NO_EOF)),
        }
    }

    /// Reads an exemplar from behind its opening brace.
    #[cold]
    fn exemplar(&self, start: usize) -> Result<(ExemplarEntry<'a>, usize), Fault> {
        let page = self.page;
        let (end, _) = if self.strict {
            lexer::label_set::<StrictExemplar>(page, start, true)?
        } else {
            lexer::label_set::<LenientExemplar>(page, start, true)?
        };
        let labels = page.get(start..end).unwrap_or_default();
        if let Some(at) = memchr::memchr(0, labels) {
            return Err(Fault::new(start + at, "an exemplar's label without NUL"));
        }
        let labels = Raw::Text(labels);
        let (value, mut pos) = number(
            page,
            end,
            "a blank and a value after the exemplar's labels",
            "a number as the exemplar's value",
        )?;
        let mut timestamp = None;
        if page.get(pos) == Some(&b' ') {
            let (seconds, end) = number(page, pos, "a timestamp", "the exemplar's timestamp in seconds")?;
            timestamp = Some(milliseconds(seconds, pos + 1)?);
            pos = end;
        }
        match page.get(pos) {
            Some(b'\n') => Ok((ExemplarEntry { value, timestamp, labels }, pos + 1)),
            Some(_) => Err(Fault::new(pos, "the end of the line after the exemplar")),
            None => Err(Fault::new(pos, NO_EOF)),
        }
    }

    /// A line that starts with `#`; `None` at the end of the page.
    fn hash_line(&mut self) -> Result<Option<Entry<'a>>, Fault> {
        let start = self.pos;
        let rest = self.page.get(start..).unwrap_or_default();
        let behind = start + b"# HELP ".len();
        match rest.get(..behind - start) {
            Some(b"# HELP ") => self.help(behind).map(Some),
            Some(b"# TYPE ") => self.metric_type(behind).map(Some),
            Some(b"# UNIT ") => self.unit(behind).map(Some),
            _ => match rest.strip_prefix(b"# EOF") {
                Some(b"" | b"\n") => Ok(None),
                Some(_) => Err(Fault::new(start + b"# EOF".len(), "nothing after `# EOF`")),
                None => Err(Fault::new(start, "`# HELP`, `# TYPE`, `# UNIT` or `# EOF`")),
            },
        }
    }

    fn help(&mut self, pos: usize) -> Result<Entry<'a>, Fault> {
        let (name, text, end) = self.metadata(pos, "a metric name after # HELP")?;
        lexer::check_utf8(self.page, end - text.len(), end, "a UTF-8 help text")?;
        self.enter(name);
        self.pos = end + 1;
        Ok(Entry::Help(HelpEntry { name, help: Text::Quoted(text) }))
    }

    fn metric_type(&mut self, pos: usize) -> Result<Entry<'a>, Fault> {
        let (name, text, end) = self.metadata(pos, "a metric name after # TYPE")?;
        // The model's reader also knows the classic word for unknown.
        let metric_type = MetricType::from_bytes(text).filter(|_| text != b"untyped").ok_or_else(|| {
            Fault::new(
                end - text.len(),
                "one of the types counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown",
            )
        })?;
        self.enter(name);
        self.family.metric_type = metric_type;
        self.salt = self.family.salt();
        self.pos = end + 1;
        Ok(Entry::Type(TypeEntry { name, metric_type }))
    }

    fn unit(&mut self, pos: usize) -> Result<Entry<'a>, Fault> {
        let (name, text, end) = self.metadata(pos, "a metric name after # UNIT")?;
        let Text::Quoted(name_bytes) = name else { return Err(Fault::new(pos, "a metric name")) };
        let is_suffix = name_bytes.strip_suffix(text).is_some_and(|front| front.ends_with(b"_"));
        if !text.is_empty() && !is_suffix {
            return Err(Fault::new(end - text.len(), "a unit that is the suffix of the metric name"));
        }
        self.enter(name);
        if self.family.unit.is_some() {
            self.family.unit = Some(text);
            self.salt = self.family.salt();
        }
        self.pos = end + 1;
        Ok(Entry::Unit(UnitEntry { name, unit: Text::Plain(text) }))
    }

    /// Comes to a metadata line of the family `name`: the unit of another one ends here. (Its type stays until there is
    /// another, as in Prometheus.)
    fn enter(&mut self, name: Text<'a>) {
        if self.family_name != name {
            self.family_name = name;
            if self.family.unit.is_some() {
                self.family.unit = Some(&[]);
                self.salt = self.family.salt();
            }
        }
    }

    /// Name and text of a metadata line, and where its line break stands.
    fn metadata(&self, pos: usize, expected: &'static str) -> Result<(Text<'a>, &'a [u8], usize), Fault> {
        let page = self.page;
        let (name, name_end) = family_name(page, pos).ok_or_else(|| Fault::new(pos, expected))?;
        if page.get(name_end) != Some(&b' ') {
            return Err(Fault::new(name_end, "a blank and a text after the metric name"));
        }
        let rest = page.get(name_end..).unwrap_or_default();
        let end = name_end + memchr::memchr(b'\n', rest).ok_or_else(|| Fault::new(page.len(), NO_EOF))?;
        Ok((Text::Quoted(name), page.get(name_end + 1..end).unwrap_or_default(), end))
    }
}

const EXEMPLAR_START: &[u8] = b" # {";

#[inline]
fn starts_exemplar(page: &[u8], pos: usize) -> bool {
    page.get(pos + 1) == Some(&b'#') && page.get(pos..).is_some_and(|rest| rest.starts_with(EXEMPLAR_START))
}

/// A blank and a number up to the next blank or line break.
#[inline]
fn number(
    page: &[u8],
    pos: usize,
    missing: &'static str,
    malformed: &'static str,
) -> Result<(f64, usize), Fault> {
    if page.get(pos) != Some(&b' ') {
        return Err(Fault::new(pos, missing));
    }
    match fast_decimal(page, pos + 1) {
        Some((value, end)) if matches!(page.get(end), Some(b'\n' | b' ')) => Ok((value, end)),
        _ => slow_number(page, pos + 1, missing, malformed),
    }
}

#[cold]
fn slow_number(
    page: &[u8],
    start: usize,
    missing: &'static str,
    malformed: &'static str,
) -> Result<(f64, usize), Fault> {
    let rest = page.get(start..).unwrap_or_default();
    let len = memchr::memchr2(b' ', b'\n', rest).unwrap_or(rest.len());
    if len == 0 {
        return Err(Fault::new(start, missing));
    }
    let value =
        parse_float(rest.get(..len).unwrap_or_default()).ok_or_else(|| Fault::new(start, malformed))?;
    Ok((value, start + len))
}

/// Seconds as milliseconds, cut off; what is beyond all times is the earliest of them, as in Prometheus.
fn milliseconds(seconds: f64, at: usize) -> Result<Timestamp, Fault> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if !seconds.is_finite() {
        return Err(Fault::new(at, "a finite timestamp"));
    }
    let milliseconds = seconds * 1000.0;
    Ok(if milliseconds < BEYOND { milliseconds as Timestamp } else { Timestamp::MIN })
}
