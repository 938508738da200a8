//! Prometheus' duration syntax (`5m`, `1h30m`, `1500ms`), read and written.
//!
//! Called by the configuration, the flags, the HTTP API and PromQL. Units descend, each occurs at most once:
//! `y` = 365 d, `w` = 7 d, `d` = 24 h, `h`, `m`, `s`, `ms`. The bare string `0` is zero. No sign, no fraction.

use std::fmt;
use std::time::Duration;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationError {
    /// The empty string.
    Empty,
    /// Not `<number><unit>…`, or units out of order.
    Syntax(String),
    /// More than 292 years.
    Overflow(String),
}

impl std::error::Error for DurationError {}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => {
                f.write_str("empty duration: write a number with a unit, for example 15s or 1h30m")
            }
            Self::Syntax(text) => write!(
                f,
                "\"{text}\" is not a duration: expected numbers with the units y, w, d, h, m, s, ms in this order, \
                 for example 15s or 1h30m"
            ),
            Self::Overflow(text) => {
                write!(f, "duration \"{text}\" is out of range: the longest is about 292 years")
            }
        }
    }
}

const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a duration.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    parse_ms(text).map(|ms| Duration::from_millis(ms.unsigned_abs()))
}

/// Reads a duration as milliseconds; never negative.
pub fn parse_ms(text: &str) -> Result<i64, DurationError> {
    match text {
        "" => return Err(DurationError::Empty),
        "0" => return Ok(0),
        _ => {}
    }
    let syntax = || DurationError::Syntax(text.to_owned());
    let overflow = || DurationError::Overflow(text.to_owned());
    let mut rest = text;
    let mut total: u64 = 0;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() {
            return Err(syntax());
        }
        let offset = UNITS.iter().skip(next_unit).position(|(name, _)| *name == unit).ok_or_else(syntax)?;
        let (_, factor) = UNITS.get(next_unit + offset).ok_or_else(syntax)?;
        next_unit += offset + 1;
        let number: u64 = number.parse().map_err(|_| overflow())?;
        total = number.checked_mul(*factor).and_then(|ms| total.checked_add(ms)).ok_or_else(overflow)?;
        rest = tail;
    }
    // Nanoseconds must fit an i64, as in Prometheus.
    if total > i64::MAX as u64 / 1_000_000 {
        return Err(overflow());
    }
    i64::try_from(total).map_err(|_| overflow())
}

/// Writes milliseconds the way Prometheus prints a duration: `0s`, `15s`, `1h30m`, `1d`, `-5m`.
///
/// Years and weeks are only used when nothing smaller remains: 90 days are easier to read than `12w6d`.
pub fn format_ms(ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let mut out = String::new();
    if ms < 0 {
        out.push('-');
    }
    let mut rest = ms.unsigned_abs();
    for (index, (unit, factor)) in UNITS.iter().enumerate() {
        let exact_only = index < 2;
        if exact_only && !rest.is_multiple_of(*factor) {
            continue;
        }
        let count = rest / factor;
        if count > 0 {
            out.push_str(&count.to_string());
            out.push_str(unit);
            rest -= count * factor;
        }
    }
    out
}

/// Writes a duration as [`format_ms`] does; parts of a millisecond are cut.
pub fn format(duration: Duration) -> String {
    format_ms(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        for (text, ms) in [
            ("0", 0),
            ("0s", 0),
            ("15s", 15_000),
            ("1h30m", 5_400_000),
            ("1y2w3d4h5m6s7ms", 31_536_000_000 + 2 * 604_800_000 + 3 * 86_400_000 + 4 * 3_600_000 + 306_007),
            ("100ms", 100),
        ] {
            assert_eq!(parse_ms(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn refuses() {
        for text in
            ["", "1", "s", "1.5h", "-1m", "1m1h", "1m1m", "1x", "5 m", "1ms1s", "99999999999y", "300y"]
        {
            assert!(parse_ms(text).is_err(), "{text}");
        }
    }

    #[test]
    fn writes() {
        for (ms, text) in [
            (0, "0s"),
            (1, "1ms"),
            (15_000, "15s"),
            (300_000, "5m"),
            (5_400_000, "1h30m"),
            (86_400_000, "1d"),
            (90_000_000, "1d1h"),
            (7_776_000_000, "90d"),
            (604_800_000, "1w"),
            (31_536_000_000, "1y"),
            (-300_000, "-5m"),
        ] {
            assert_eq!(format_ms(ms), text);
        }
    }
}
