//! The pieces of a text page: numbers as Go prints them, escaped strings, names, label pairs, metadata lines.
//!
//! Called by the family encoders beside this file and by the client library, which builds its cached text from them.
//! All of them append to a byte buffer and cannot fail.

use narthex_model::names::{is_legacy_label_name, is_legacy_metric_name};

/// Appends `value` as the classic text format has it: the shortest form that reads back the same, an exponent
/// below 1e-04 and from 1e+06 on, `+Inf`, `-Inf`, `NaN`.
///
/// ```
/// use narthex_exposition::encode::write::write_float;
/// let mut out = Vec::new();
/// for value in [0.5, 1.0, 1_000_000.0, 123_456_789.0, 1e-5, f64::INFINITY] {
///     write_float(&mut out, value);
///     out.push(b' ');
/// }
/// assert_eq!(out, b"0.5 1 1e+06 1.23456789e+08 1e-05 +Inf ");
/// ```
pub fn write_float(out: &mut Vec<u8>, value: f64) {
    if let Some(integer) = integer(value) {
        write_integer(out, integer);
    } else if value.is_finite() {
        write_shortest(out, value);
    } else {
        out.extend_from_slice(non_finite(value));
    }
}

/// Appends `value` as OpenMetrics has it: as [`write_float`], with `.0` where there would be neither point nor exponent.
pub fn write_openmetrics_float(out: &mut Vec<u8>, value: f64) {
    let start = out.len();
    write_float(out, value);
    let written = out.get(start..).unwrap_or_default();
    if value.is_finite() && !written.iter().any(|b| matches!(b, b'.' | b'e')) {
        out.extend_from_slice(b".0");
    }
}

/// Appends an unsigned integer.
pub fn write_uint(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a signed integer.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a timestamp in milliseconds as OpenMetrics' seconds, for example `1.520872607123e+09`.
pub fn write_openmetrics_timestamp(out: &mut Vec<u8>, timestamp_ms: i64) {
    write_openmetrics_float(out, timestamp_ms as f64 / 1000.0);
}

/// The value as an integer if it is one whose digits are also the shortest that read back as it; minus zero is none.
fn integer(value: f64) -> Option<i64> {
    const EXACT_MAX: u64 = 1 << 53;
    let integer = value as i64;
    let exact = integer as f64 == value && integer.unsigned_abs() < EXACT_MAX;
    (exact && !(integer == 0 && value.is_sign_negative())).then_some(integer)
}

/// An integer as Go's `%g` prints it: with an exponent from seven digits on.
fn write_integer(out: &mut Vec<u8>, integer: i64) {
    let mut buffer = itoa::Buffer::new();
    let magnitude = integer.unsigned_abs();
    if integer < 0 {
        out.push(b'-');
    }
    let digits = buffer.format(magnitude).as_bytes();
    if magnitude < 1_000_000 {
        return out.extend_from_slice(digits);
    }
    let exponent = digits.len() - 1;
    let used = digits.iter().rposition(|digit| *digit != b'0').unwrap_or(0);
    let (first, rest) = digits.get(..=used).and_then(<[u8]>::split_first).unwrap_or((&b'0', &[]));
    out.push(*first);
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest);
    }
    out.extend_from_slice(if exponent < 10 { b"e+0" } else { b"e+" });
    write_uint(out, exponent as u64);
}

fn non_finite(value: f64) -> &'static [u8] {
    match value {
        f64::INFINITY => b"+Inf",
        f64::NEG_INFINITY => b"-Inf",
        _ => b"NaN",
    }
}

/// The shortest digits, laid out as Go's `%g`: scientific if the decimal exponent is below -4 or at least 6.
fn write_shortest(out: &mut Vec<u8>, value: f64) {
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value == 0.0 {
        out.push(b'0');
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let (digits, len, point) = decimal(buffer.format_finite(value.abs()).as_bytes());
    let digits = digits.get(..len).unwrap_or_default();
    let (first, rest) = digits.split_first().unwrap_or((&b'0', &[]));
    let exponent = point - 1;
    if !(-4..6).contains(&exponent) {
        out.push(*first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        let magnitude = u64::from(exponent.unsigned_abs());
        if magnitude < 10 {
            out.push(b'0');
        }
        write_uint(out, magnitude);
    } else if point <= 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', point.unsigned_abs() as usize));
        out.extend_from_slice(digits);
    } else {
        let point = point as usize;
        let (whole, fraction) = digits.split_at(point.min(len));
        out.extend_from_slice(whole);
        out.extend(std::iter::repeat_n(b'0', point - whole.len()));
        if !fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
    }
}

/// The most digits of a shortest representation, plus the zeros that a printer may put around them.
const DIGITS_MAX: usize = 40;

/// Significant digits (no zeros at either end), how many, and where the decimal point stands relative to the first.
fn decimal(printed: &[u8]) -> ([u8; DIGITS_MAX], usize, i32) {
    let mut digits = [b'0'; DIGITS_MAX];
    let (mut len, mut point, mut seen_point) = (0, 0, false);
    let mut bytes = printed.iter();
    let mut exponent = 0_i32;
    for &byte in bytes.by_ref() {
        match byte {
            b'.' => seen_point = true,
            b'0' if len == 0 => point -= i32::from(seen_point),
            b'0'..=b'9' => {
                if let Some(slot) = digits.get_mut(len) {
                    *slot = byte;
                    len += 1;
                }
                point += i32::from(!seen_point);
            }
            _ => break,
        }
    }
    let mut negative = false;
    for &byte in bytes {
        match byte {
            b'-' => negative = true,
            b'0'..=b'9' => exponent = exponent * 10 + i32::from(byte - b'0'),
            _ => {}
        }
    }
    while len > 1 && digits.get(len - 1) == Some(&b'0') {
        len -= 1;
    }
    (digits, len, point + if negative { -exponent } else { exponent })
}

/// Appends `value` with `\`, `"` and newline escaped: a label value (without its quotes), a quoted name, OpenMetrics help.
pub fn write_escaped_label_value(out: &mut Vec<u8>, value: &str) {
    write_escaped(out, value, true);
}

/// Appends `help` with `\` and newline escaped, as the classic text format has it.
pub fn write_escaped_help(out: &mut Vec<u8>, help: &str) {
    write_escaped(out, help, false);
}

fn write_escaped(out: &mut Vec<u8>, text: &str, quotes: bool) {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr3(b'\\', b'\n', if quotes { b'"' } else { b'\\' }, rest) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else { break };
        out.extend_from_slice(match byte {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        });
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Appends a metric name, in quotes and escaped when it is not a classic one.
pub fn write_metric_name(out: &mut Vec<u8>, name: &str) {
    if is_legacy_metric_name(name) { out.extend_from_slice(name.as_bytes()) } else { write_quoted(out, name) }
}

/// Appends a label name, in quotes and escaped when it is not a classic one.
pub fn write_label_name(out: &mut Vec<u8>, name: &str) {
    if is_legacy_label_name(name) { out.extend_from_slice(name.as_bytes()) } else { write_quoted(out, name) }
}

/// Appends `name="value"`, without a comma.
pub fn write_label(out: &mut Vec<u8>, name: &str, value: &str) {
    write_label_name(out, name);
    out.push(b'=');
    write_quoted(out, value);
}

fn write_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped_label_value(out, text);
    out.push(b'"');
}

/// Appends the series `name{labels}` that a sample line starts with; a name that is not a classic one goes, quoted, into
/// the braces.
///
/// ```
/// use narthex_exposition::encode::write::write_series;
/// let mut out = Vec::new();
/// write_series(&mut out, "up", [("job", "a\"b")]);
/// out.push(b' ');
/// write_series(&mut out, "my.metric", [("l", "v")]);
/// assert_eq!(out, br#"up{job="a\"b"} {"my.metric",l="v"}"#);
/// ```
pub fn write_series<'a>(out: &mut Vec<u8>, name: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut separator = b'{';
    if is_legacy_metric_name(name) {
        out.extend_from_slice(name.as_bytes());
    } else {
        out.push(b'{');
        write_quoted(out, name);
        separator = b',';
    }
    let mut open = separator == b',';
    for (label, value) in labels {
        out.push(separator);
        write_label(out, label, value);
        separator = b',';
        open = true;
    }
    if open {
        out.push(b'}');
    }
}

/// Appends a `# HELP` line of the classic text format.
pub fn write_help(out: &mut Vec<u8>, name: &str, help: &str) {
    write_metadata_start(out, b"# HELP ", name);
    write_escaped_help(out, help);
    out.push(b'\n');
}

/// Appends a `# HELP` line of OpenMetrics, which escapes quotes too.
pub fn write_openmetrics_help(out: &mut Vec<u8>, name: &str, help: &str) {
    write_metadata_start(out, b"# HELP ", name);
    write_escaped_label_value(out, help);
    out.push(b'\n');
}

/// Appends a `# TYPE` line; `type_name` as the format calls it (`untyped` or `unknown`, …).
pub fn write_type(out: &mut Vec<u8>, name: &str, type_name: &str) {
    write_metadata_start(out, b"# TYPE ", name);
    out.extend_from_slice(type_name.as_bytes());
    out.push(b'\n');
}

/// Appends a `# UNIT` line (OpenMetrics).
pub fn write_unit(out: &mut Vec<u8>, name: &str, unit: &str) {
    write_metadata_start(out, b"# UNIT ", name);
    write_escaped_label_value(out, unit);
    out.push(b'\n');
}

/// Appends the line that ends an OpenMetrics page.
pub fn write_eof(out: &mut Vec<u8>) {
    out.extend_from_slice(b"# EOF\n");
}

fn write_metadata_start(out: &mut Vec<u8>, keyword: &[u8], name: &str) {
    out.extend_from_slice(keyword);
    write_metric_name(out, name);
    out.push(b' ');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_as_go_prints_them() {
        let cases = [
            (0.0, "0", "0.0"),
            (-0.0, "-0", "-0.0"),
            (1.0, "1", "1.0"),
            (-1.0, "-1", "-1.0"),
            (0.5, "0.5", "0.5"),
            (0.1, "0.1", "0.1"),
            (123.456, "123.456", "123.456"),
            (999_999.0, "999999", "999999.0"),
            (999_999.5, "999999.5", "999999.5"),
            (1e6, "1e+06", "1e+06"),
            (-1e6, "-1e+06", "-1e+06"),
            (1_234_567.0, "1.234567e+06", "1.234567e+06"),
            (2.478268416e9, "2.478268416e+09", "2.478268416e+09"),
            (1e21, "1e+21", "1e+21"),
            (1e100, "1e+100", "1e+100"),
            (1.7976931348623157e308, "1.7976931348623157e+308", "1.7976931348623157e+308"),
            (5e-324, "5e-324", "5e-324"),
            (0.0001, "0.0001", "0.0001"),
            (0.00012345, "0.00012345", "0.00012345"),
            (0.00001, "1e-05", "1e-05"),
            (1.5e-7, "1.5e-07", "1.5e-07"),
            (100_000.0, "100000", "100000.0"),
            (9_007_199_254_740_993.0, "9.007199254740992e+15", "9.007199254740992e+15"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NEG_INFINITY, "-Inf", "-Inf"),
            (f64::NAN, "NaN", "NaN"),
        ];
        for (value, classic, openmetrics) in cases {
            assert_eq!(printed(|out| write_float(out, value)), classic);
            assert_eq!(printed(|out| write_openmetrics_float(out, value)), openmetrics);
        }
        assert_eq!(printed(|out| write_openmetrics_timestamp(out, 1_520_872_607_123)), "1.520872607123e+09");
    }

    #[test]
    fn escapes() {
        assert_eq!(printed(|out| write_escaped_label_value(out, "a\\b\"c\nd")), r#"a\\b\"c\nd"#);
        assert_eq!(printed(|out| write_help(out, "x", "a\\b\"c\nd")), "# HELP x a\\\\b\"c\\nd\n");
        assert_eq!(printed(|out| write_openmetrics_help(out, "x.y", "\"")), "# HELP \"x.y\" \\\"\n");
        assert_eq!(printed(|out| write_series(out, "up", [])), "up");
        assert_eq!(printed(|out| write_series(out, "a b", [])), r#"{"a b"}"#);
        assert_eq!(printed(|out| write_label(out, "a:b", "")), r#""a:b"="""#);
    }

    proptest! {
        #[test]
        fn every_number_reads_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let text = printed(|out| write_float(out, value));
            let back: f64 = text.parse().unwrap();
            prop_assert!(back.to_bits() == bits || (value.is_nan() && back.is_nan()), "{}", text);
        }
    }
}
