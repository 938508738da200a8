//! The classic text format, 0.0.4 and 1.0.0.
//!
//! As Prometheus reads it: blanks may stand between any two tokens, commas between labels may be missing, label values
//! may hold line breaks, timestamps are whole milliseconds and not negative, a NUL at the start of a line ends the page.

use narthex_model::{MetricType, Timestamp};

use super::ParserOptions;
use super::entry::{Entry, FamilyLabels, HelpEntry, KnownSample, SeriesEntry, Text, TypeEntry};
use super::error::Fault;
use super::float::{fast_decimal, parse_float};
use super::hash::series_hash;
use super::labels::Raw;
use super::lexer::{self, Syntax};

/// How labels are written in the classic format.
struct Classic;

impl Syntax for Classic {
    const BLANKS: bool = true;
    const NEWLINE_IN_VALUE: bool = true;
    const COMMA_REQUIRED: bool = false;
    const METRIC_NAME: bool = true;
    const TRAILING_COMMA: bool = true;
}

/// Reads one page.
#[derive(Debug, Clone)]
pub(super) struct TextParser<'a> {
    page: &'a [u8],
    /// Start of the line to read next.
    pos: usize,
    /// The type last declared; there are no units.
    family: FamilyLabels<'a>,
    /// That family's part of its series' hashes.
    salt: u64,
}

impl<'a> TextParser<'a> {
    pub(super) fn new(page: &'a [u8], options: ParserOptions) -> Self {
        let unit = options.type_and_unit_labels.then_some(&[][..]);
        let family = FamilyLabels { metric_type: MetricType::Unknown, unit };
        Self { page, pos: 0, family, salt: family.salt() }
    }

    /// The line at the cursor if its series has this length and hash; the cursor stays if not.
    #[inline]
    pub(super) fn try_known(&mut self, len: usize, hash: u64) -> Option<KnownSample<'a>> {
        let end = self.pos.checked_add(len)?;
        let series = self.page.get(self.pos..end)?;
        if series.first() == Some(&b'#') || series_hash(series) ^ self.salt != hash {
            return None;
        }
        let (value, timestamp, next) = self.value_and_time(end).ok()?;
        self.pos = next;
        Some(KnownSample { value, timestamp, start_timestamp: None, exemplar: None })
    }

    /// Where the line starts that is read next, if lines can be [passed over](Self::pass).
    #[inline]
    pub(super) fn position(&self) -> Option<usize> {
        self.family.unit.is_none().then_some(self.pos)
    }

    /// Moves on over `len` bytes. They must be whole lines without a series, read at the same place before: without labels
    /// for type and unit nothing depends on them.
    pub(super) fn pass(&mut self, len: usize) {
        self.pos += len;
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Entry<'a>, Fault>> {
        loop {
            let start = lexer::blanks::<Classic>(self.page, self.pos);
            match self.page.get(start) {
                None | Some(0) => return None,
                Some(b'\n') => self.pos = start + 1,
                Some(b'#') => return self.hash_line(start).transpose(),
                Some(_) => return Some(self.series(start)),
            }
        }
    }

    #[inline]
    fn series(&mut self, start: usize) -> Result<Entry<'a>, Fault> {
        let page = self.page;
        let name_end = lexer::metric_name(page, start);
        let mut end = name_end.unwrap_or(start);
        let brace = lexer::blanks::<Classic>(page, end);
        if page.get(brace) == Some(&b'{') {
            let (after, named) = lexer::label_set::<Classic>(page, brace + 1, name_end.is_some())?;
            if !named {
                return Err(Fault::new(start, "a metric name, in front of or in the braces"));
            }
            end = after;
        } else if name_end.is_none() {
            return Err(Fault::new(start, "a metric name, `{` or `#`"));
        }
        let (value, timestamp, next) = self.value_and_time(end)?;
        self.pos = next;
        Ok(Entry::Series(SeriesEntry {
            value,
            timestamp,
            start_timestamp: None,
            exemplar: None,
            series: Raw::Text(page.get(start..end).unwrap_or_default()),
            family: self.family,
        }))
    }

    /// What follows a series: the value, perhaps a timestamp, and the offset of the next line.
    #[inline]
    fn value_and_time(&self, pos: usize) -> Result<(f64, Option<Timestamp>, usize), Fault> {
        let page = self.page;
        let start = lexer::blanks::<Classic>(page, pos);
        let (value, end) = match fast_decimal(page, start) {
            Some((value, end)) if matches!(page.get(end), None | Some(b'\n' | b' ' | b'\t')) => (value, end),
            _ => slow_value(page, start)?,
        };
        let end = lexer::blanks::<Classic>(page, end);
        match page.get(end) {
            None => Ok((value, None, end)),
            Some(b'\n') => Ok((value, None, end + 1)),
            Some(_) => {
                let (timestamp, next) = timestamp(page, end)?;
                Ok((value, Some(timestamp), next))
            }
        }
    }

    /// A line that starts with `#`; `None` if it ends the page: a comment that starts with a NUL,
    /// or that has one and no blank behind the `#`.
    fn hash_line(&mut self, start: usize) -> Result<Option<Entry<'a>>, Fault> {
        let page = self.page;
        let rest = page.get(start..).unwrap_or_default();
        let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let keyword = lexer::blanks::<Classic>(page, start + 1);
        let word = page.get(keyword..).unwrap_or_default();
        let followed = matches!(word.get(4), Some(b' ' | b'\t'));
        let entry = if keyword > start + 1 && followed && word.starts_with(b"HELP") {
            self.help(lexer::blanks::<Classic>(page, keyword + 4))?
        } else if keyword > start + 1 && followed && word.starts_with(b"TYPE") {
            self.metric_type(lexer::blanks::<Classic>(page, keyword + 4))?
        } else {
            let comment = page.get(start..end).unwrap_or_default();
            let unblanked = keyword == start + 1 && memchr::memchr(0, comment).is_some();
            if unblanked || page.get(keyword) == Some(&0) {
                self.pos = page.len();
                return Ok(None);
            }
            self.pos = (end + 1).min(page.len());
            Entry::Comment(comment)
        };
        Ok(Some(entry))
    }

    fn help(&mut self, pos: usize) -> Result<Entry<'a>, Fault> {
        let (name, text, end) = self.metadata(pos, "a metric name after # HELP")?;
        lexer::check_utf8(self.page, end - text.len(), end, "a UTF-8 help text")?;
        self.pos = (end + 1).min(self.page.len());
        Ok(Entry::Help(HelpEntry { name: Text::Quoted(name), help: Text::Help(text) }))
    }

    fn metric_type(&mut self, pos: usize) -> Result<Entry<'a>, Fault> {
        let (name, text, end) = self.metadata(pos, "a metric name after # TYPE")?;
        let metric_type = match text {
            b"counter" => MetricType::Counter,
            b"gauge" => MetricType::Gauge,
            b"histogram" => MetricType::Histogram,
            b"summary" => MetricType::Summary,
            b"untyped" => MetricType::Unknown,
            _ => {
                let at = end - text.len();
                return Err(Fault::new(at, "one of the types counter, gauge, histogram, summary, untyped"));
            }
        };
        self.family.metric_type = metric_type;
        self.salt = self.family.salt();
        self.pos = (end + 1).min(self.page.len());
        Ok(Entry::Type(TypeEntry { name: Text::Quoted(name), metric_type }))
    }

    /// Name and text of a metadata line, and where the line ends. One blank (or, as in Prometheus, any one character that
    /// cannot belong to the name) stands between them.
    fn metadata(&self, pos: usize, expected: &'static str) -> Result<(&'a [u8], &'a [u8], usize), Fault> {
        let page = self.page;
        let (name, name_end) = family_name(page, pos).ok_or_else(|| Fault::new(pos, expected))?;
        let rest = page.get(name_end..).unwrap_or_default();
        let end = name_end + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let text = page.get(name_end + 1..end).unwrap_or_default();
        let blank = text.iter().all(|b| matches!(b, b' ' | b'\t'))
            && matches!(page.get(name_end), None | Some(b' ' | b'\t' | b'\n'));
        Ok((name, if blank { &[] } else { text }, end))
    }
}

/// The name in a metadata line, without quotes, and the offset behind it.
pub(super) fn family_name(page: &[u8], pos: usize) -> Option<(&[u8], usize)> {
    if page.get(pos) == Some(&b'"') {
        let end = lexer::quoted(page, pos, true, &mut false)?;
        return Some((page.get(pos + 1..end - 1)?, end));
    }
    let end = lexer::metric_name(page, pos)?;
    Some((page.get(pos..end)?, end))
}

/// The value at `start` by the general rules.
#[cold]
fn slow_value(page: &[u8], start: usize) -> Result<(f64, usize), Fault> {
    let rest = page.get(start..).unwrap_or_default();
    let len = rest.iter().position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'{')).unwrap_or(rest.len());
    let token = rest.get(..len).unwrap_or_default();
    if token.is_empty() {
        return Err(Fault::new(start, "a value after the series"));
    }
    let value = parse_float(token).ok_or_else(|| Fault::new(start, "a number as value"))?;
    Ok((value, start + len))
}

/// A timestamp up to the end of its line, and the offset of the next.
fn timestamp(page: &[u8], start: usize) -> Result<(Timestamp, usize), Fault> {
    let mut pos = start;
    let mut milliseconds: Timestamp = 0;
    while let Some(digit) = page.get(pos).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        milliseconds = milliseconds
            .checked_mul(10)
            .and_then(|ten| ten.checked_add(Timestamp::from(digit)))
            .ok_or_else(|| Fault::new(start, "a timestamp that fits in 64 bits"))?;
        pos += 1;
    }
    if pos == start {
        return Err(Fault::new(start, "a timestamp in whole milliseconds or the end of the line"));
    }
    pos = lexer::blanks::<Classic>(page, pos);
    match page.get(pos) {
        None => Ok((milliseconds, pos)),
        Some(b'\n') => Ok((milliseconds, pos + 1)),
        Some(_) => Err(Fault::new(pos, "the end of the line after the timestamp")),
    }
}
