//! Numbers, strings and durations as Go prints them: what scripts that read promtool's output expect.

use std::io::Write as _;

use narthex_model::{FloatHistogram, Histogram};

/// `%g`: the shortest digits that read back, with an exponent below 1e-4 and from 1e6 (two digits at least) on.
pub(super) fn push_g(out: &mut Vec<u8>, value: f64) {
    let magnitude = value.abs();
    // Writing to memory cannot fail.
    let _ = if value.is_nan() {
        write!(out, "NaN")
    } else if value.is_infinite() {
        write!(out, "{}Inf", if value > 0.0 { '+' } else { '-' })
    } else if value == 0.0 || (1e-4..1e6).contains(&magnitude) {
        write!(out, "{value}")
    } else {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        write!(out, "{digits}e{sign}{exponent:0>2}")
    };
}

/// A string in double quotes with Go's escapes: what cannot be printed becomes `\x..`, `\u....` or `\U........`.
pub(super) fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for c in text.chars() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{b}' => "\\v",
            _ => "",
        };
        let _ = if !short.is_empty() {
            out.write_all(short.as_bytes())
        } else if is_printable(c) {
            out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())
        } else {
            match c as u32 {
                code @ ..0x80 => write!(out, "\\x{code:02x}"),
                code @ ..0x10000 => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            }
        };
    }
    out.push(b'"');
}

/// Whether a character is a letter, mark, number, punctuation, symbol or the space.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The standard library escapes exactly the others; a mark only where there is nothing in front of it.
    let mut buffer = [b'a'; 5];
    let (_, rest) = buffer.split_at_mut(1);
    let len = c.encode_utf8(rest).len() + 1;
    let text = buffer.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    text.escape_debug().nth(1) == Some(c)
}

/// Labels in braces, `separator` between them; names that are no classic ones in quotes if `quote_names`.
pub(super) fn push_labels<'a>(
    out: &mut Vec<u8>,
    labels: impl Iterator<Item = (&'a str, &'a str)>,
    separator: &str,
    quote_names: bool,
) {
    out.push(b'{');
    for (index, (name, value)) in labels.enumerate() {
        if index > 0 {
            out.extend_from_slice(separator.as_bytes());
        }
        if quote_names && !narthex_model::names::is_legacy_label_name(name) {
            push_quoted(out, name);
        } else {
            out.extend_from_slice(name.as_bytes());
        }
        out.push(b'=');
        push_quoted(out, value);
    }
    out.push(b'}');
}

/// A histogram with whole counts: `{count:4, sum:5, (1,2]:2}`.
pub(super) fn push_histogram(out: &mut Vec<u8>, histogram: &Histogram) {
    let _ = write!(out, "{{count:{}, sum:", histogram.count);
    push_g(out, histogram.sum);
    // The counts as whole numbers; going through floats would round large ones.
    let whole = |deltas: &[i64]| -> Vec<u64> {
        let mut count = 0_i64;
        deltas
            .iter()
            .map(|delta| {
                count = count.wrapping_add(*delta);
                count as u64
            })
            .collect()
    };
    let (negative, positive) = (whole(&histogram.negative_buckets), whole(&histogram.positive_buckets));
    let print = |out: &mut Vec<u8>, at: Place| {
        let _ = match at {
            Place::Negative(index) => write!(out, "{}", negative.get(index).copied().unwrap_or_default()),
            Place::Zero => write!(out, "{}", histogram.zero_count),
            Place::Positive(index) => write!(out, "{}", positive.get(index).copied().unwrap_or_default()),
        };
    };
    push_buckets(out, &histogram.to_float(), print);
}

/// A histogram with float counts.
pub(super) fn push_float_histogram(out: &mut Vec<u8>, histogram: &FloatHistogram) {
    out.extend_from_slice(b"{count:");
    push_g(out, histogram.count);
    out.extend_from_slice(b", sum:");
    push_g(out, histogram.sum);
    let print = |out: &mut Vec<u8>, at: Place| {
        let of = |list: &[f64], index: usize| list.get(index).copied().unwrap_or_default();
        push_g(
            out,
            match at {
                Place::Negative(index) => of(&histogram.negative_buckets, index),
                Place::Zero => histogram.zero_count,
                Place::Positive(index) => of(&histogram.positive_buckets, index),
            },
        );
    };
    push_buckets(out, histogram, print);
}

/// Which bucket of a histogram.
enum Place {
    Negative(usize),
    Zero,
    Positive(usize),
}

/// The buckets that are not empty, upwards, and the closing brace.
fn push_buckets(out: &mut Vec<u8>, histogram: &FloatHistogram, print: impl Fn(&mut Vec<u8>, Place)) {
    let negative = histogram.negative_bucket_iter().into_iter().enumerate();
    let mut buckets: Vec<_> = negative.map(|(index, bucket)| (bucket, Place::Negative(index))).collect();
    buckets.reverse();
    buckets.push((histogram.zero_bucket(), Place::Zero));
    let positive = histogram.positive_bucket_iter().into_iter().enumerate();
    buckets.extend(positive.map(|(index, bucket)| (bucket, Place::Positive(index))));
    for (bucket, place) in buckets.into_iter().filter(|(bucket, _)| bucket.count != 0.0) {
        out.extend_from_slice(if bucket.lower_inclusive { b", [" } else { b", (" });
        push_g(out, bucket.lower);
        out.push(b',');
        push_g(out, bucket.upper);
        out.extend_from_slice(if bucket.upper_inclusive { b"]:" } else { b"):" });
        print(out, place);
    }
    out.push(b'}');
}

/// Milliseconds as Go prints a duration: `1h59m45.001s`, `5ms`, `0s`.
pub(super) fn go_duration(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    if ms == 0 {
        return "0s".to_owned();
    }
    if ms < 1000 {
        return format!("{sign}{ms}ms");
    }
    let (hours, minutes, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    let seconds = format!("{}s", rest as f64 / 1000.0);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}"),
        (0, _) => format!("{sign}{minutes}m{seconds}"),
        _ => format!("{sign}{hours}h{minutes}m{seconds}"),
    }
}

/// Bytes as the sum of binary units: `1MiB512KiB`.
pub(super) fn human_bytes(bytes: u64) -> String {
    let units = ["EiB", "PiB", "TiB", "GiB", "MiB", "KiB", "B"];
    let mut text = String::new();
    for (unit, shift) in units.iter().zip((0..=60).rev().step_by(10)) {
        let count = bytes >> shift & if shift == 60 { u64::MAX } else { 1023 };
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0B".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_as_go_prints_them() {
        for (value, want) in [
            (1e5, "100000"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (1e21, "1e+21"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (0.000_123_45, "0.00012345"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
            (-0.0, "-0"),
            (5e-324, "5e-324"),
            (-1e100, "-1e+100"),
        ] {
            assert_eq!(text(|out| push_g(out, value)), want);
        }
    }

    #[test]
    fn strings_as_go_quotes_them() {
        let quoted = text(|out| {
            push_quoted(out, "a\u{a0}\u{200b}\u{301}é\u{7f}\0\u{85}\u{1F600}\u{fffd}\u{E0001}\u{2028}'\"\\");
        });
        let want = r#""a\u00a0\u200b"#.to_owned() + "\u{301}é" + r"\x7f\x00\u0085" + "\u{1F600}\u{fffd}";
        assert_eq!(quoted, want + r#"\U000e0001\u2028'\"\\""#);
    }

    #[test]
    fn durations_and_sizes() {
        for (ms, want) in [
            (0, "0s"),
            (7, "7ms"),
            (1500, "1.5s"),
            (60_000, "1m0s"),
            (7_185_001, "1h59m45.001s"),
            (7_200_000, "2h0m0s"),
            (-90_000, "-1m30s"),
        ] {
            assert_eq!(go_duration(ms), want);
        }
        for (bytes, want) in
            [(0, "0B"), (1024, "1KiB"), (1_573_888, "1MiB513KiB"), (1 << 60, "1EiB"), (5, "5B")]
        {
            assert_eq!(human_bytes(bytes), want);
        }
    }

    #[test]
    fn histograms_keep_large_counts_exact() {
        let histogram = Histogram {
            count: (1 << 60) + 1,
            sum: 1e9,
            zero_count: 2,
            zero_threshold: 0.001,
            positive_spans: vec![narthex_model::Span { offset: 0, length: 2 }],
            positive_buckets: vec![(1 << 60) + 1, -(1 << 60)],
            ..Histogram::default()
        };
        assert_eq!(
            text(|out| push_histogram(out, &histogram)),
            "{count:1152921504606846977, sum:1e+09, [-0.001,0.001]:2, (0.5,1]:1152921504606846977, (1,2]:1}"
        );
    }
}
