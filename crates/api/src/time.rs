//! Times and durations of requests, and RFC 3339 for answers.
//!
//! A time is seconds since the epoch with decimals, or RFC 3339; a duration is seconds, or `1h30m`. Milliseconds inside.

use narthex_model::{Timestamp, duration};

/// The earliest time a request can name.
pub(crate) const TIME_MIN: Timestamp = -9_223_372_036_854_775;
/// The latest time a request can name.
pub(crate) const TIME_MAX: Timestamp = 9_223_372_036_854_775;

/// How clients that print the extremes spell them.
const MIN_TEXT: &str = "-292273086-05-16T16:47:06Z";
const MAX_TEXT: &str = "292277025-08-18T07:12:54.999999999Z";

/// Reads a time.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("cannot parse \"{text}\" to a valid timestamp");
    if let Some(seconds) = parse_float(text) {
        let (whole, fraction) = (seconds.trunc(), seconds.fract());
        // The fraction is rounded to milliseconds on its own: a large whole part must not cost it digits.
        let ms = whole * 1000.0 + (fraction * 1000.0).round();
        if !ms.is_finite() || ms.abs() > TIME_MAX as f64 {
            return Err(wrong());
        }
        return Ok(ms as i64);
    }
    match text {
        MIN_TEXT => Ok(TIME_MIN),
        MAX_TEXT => Ok(TIME_MAX),
        _ => parse_rfc3339(text).ok_or_else(wrong),
    }
}

/// Reads a duration in milliseconds.
pub(crate) fn parse_duration(text: &str) -> Result<i64, String> {
    parse_duration_ns(text).map(|ns| ns / 1_000_000)
}

/// Reads a duration in nanoseconds.
pub(crate) fn parse_duration_ns(text: &str) -> Result<i64, String> {
    if let Some(seconds) = parse_float(text) {
        let ns = seconds * 1e9;
        if !(-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&ns) {
            return Err(format!("cannot parse \"{text}\" to a valid duration. It overflows int64"));
        }
        return Ok(ns as i64);
    }
    let wrong = || format!("cannot parse \"{text}\" to a valid duration");
    duration::parse_ms(text).map_err(|_| wrong())?.checked_mul(1_000_000).ok_or_else(wrong)
}

/// A float as Go reads it, as far as numbers in requests go; infinities and NaN count as floats there, too.
fn parse_float(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && !text.starts_with(char::is_whitespace);
    plain.then(|| text.parse::<f64>().ok()).flatten()
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut ms = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        let padded = format!("{:0<3}", &fraction[..digits]);
        ms = padded.get(..3)?.parse().ok()?;
        rest = &fraction[digits..];
    }
    let offset_minutes = match rest.as_bytes() {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes): (i64, i64) = (rest.get(1..3)?.parse().ok()?, rest.get(4..6)?.parse().ok()?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds - offset_minutes * 60) * 1000 + ms)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; the year starts in March so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Milliseconds since the epoch as RFC 3339 in UTC, always with three digits of the fraction.
pub(crate) fn rfc3339_ms(ms: Timestamp) -> String {
    let whole = rfc3339_ns(i128::from(ms.div_euclid(1_000)) * 1_000_000_000);
    format!("{}.{:03}Z", whole.trim_end_matches('Z'), ms.rem_euclid(1_000))
}

/// Nanoseconds since the epoch as RFC 3339 in UTC, trailing zeros of the fraction left out.
pub fn rfc3339_ns(ns: i128) -> String {
    let seconds = i64::try_from(ns.div_euclid(1_000_000_000)).unwrap_or_default();
    let fraction = ns.rem_euclid(1_000_000_000);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let time = seconds.rem_euclid(86_400);
    let mut text =
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", time / 3_600, time / 60 % 60, time % 60);
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_three_digits() {
        assert_eq!(rfc3339_ms(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339_ms(1_700_000_000_120), "2023-11-14T22:13:20.120Z");
        assert_eq!(rfc3339_ms(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn times() {
        for (text, ms) in [
            ("1704074407.123", 1_704_074_407_123),
            ("0", 0),
            ("-1.5", -1_500),
            ("1e9", 1_000_000_000_000),
            ("1970-01-01T00:00:01Z", 1_000),
            ("2015-06-03T13:21:58.555Z", 1_433_337_718_555),
            ("2015-06-03T14:21:58.555+01:00", 1_433_337_718_555),
            ("2024-02-29T00:00:00.5Z", 1_709_164_800_500),
            (MIN_TEXT, TIME_MIN),
            (MAX_TEXT, TIME_MAX),
        ] {
            assert_eq!(parse_time(text), Ok(ms), "{text}");
        }
        for text in
            ["", "abc", "30s", "2015-06-03", "2023-02-29T00:00:00Z", "2015-06-03T25:21:58Z", "NaN", "1e300"]
        {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, ms) in
            [("15", 15_000), ("0.5", 500), ("1h30m", 5_400_000), ("-1", -1_000), ("97.3", 97_300)]
        {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
        }
        assert_eq!(parse_duration("abc").unwrap_err(), "cannot parse \"abc\" to a valid duration");
        assert!(parse_duration("1e30").unwrap_err().ends_with("overflows int64"));
    }

    #[test]
    fn prints() {
        assert_eq!(rfc3339_ns(1_433_337_718_555_000_000), "2015-06-03T13:21:58.555Z");
        assert_eq!(rfc3339_ns(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339_ns(-1), "1969-12-31T23:59:59.999999999Z");
    }
}
