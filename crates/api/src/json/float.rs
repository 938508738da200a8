//! Numbers of the API: float samples as strings, timestamps as seconds.
//!
//! The reference: Go's `strconv` with the shortest digits that come back as the same float, in decimal notation, except
//! below 1e-6 and from 1e21 on, where the form is `d.ddde±xx` with at least two digits of exponent. `NaN`, `+Inf`, `-Inf`.
//! Scalars and number literals of a syntax tree never have an exponent.
//! A timestamp is seconds with the milliseconds as three decimals, which are left out when they are zero.

use super::Writer;

/// Writes a sample's value: a string that holds a float.
#[inline]
pub fn write_float(out: &mut Writer, value: f64) {
    let bytes = out.value_bytes();
    bytes.push(b'"');
    push_float(bytes, value);
    bytes.push(b'"');
}

/// Writes milliseconds since the epoch as seconds.
#[inline]
pub fn write_timestamp(out: &mut Writer, ms: i64) {
    push_timestamp(out.value_bytes(), ms);
}

#[inline]
pub(super) fn push_timestamp(bytes: &mut Vec<u8>, ms: i64) {
    if ms < 0 {
        bytes.push(b'-');
    }
    let ms = ms.unsigned_abs();
    let (seconds, fraction) = (ms / 1000, (ms % 1000) as u32);
    bytes.extend_from_slice(itoa::Buffer::new().format(seconds).as_bytes());
    if fraction != 0 {
        let digit = |unit: u32| b'0' + (fraction / unit % 10) as u8;
        bytes.extend_from_slice(&[b'.', digit(100), digit(10), digit(1)]);
    }
}

/// Appends a float without quotes and without an exponent, however long that makes it: the form of scalars.
pub(crate) fn push_decimal(bytes: &mut Vec<u8>, value: f64) {
    use std::io::Write as _;

    if value.is_finite() {
        // Writing to memory cannot fail.
        let _ = write!(bytes, "{value}");
    } else {
        push_float(bytes, value);
    }
}

/// Up to here every whole number is exact and its digits are its shortest form.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Appends a float without quotes.
#[inline]
pub(crate) fn push_float(bytes: &mut Vec<u8>, value: f64) {
    if value.abs() < EXACT_MAX {
        let whole = value as i64;
        if whole as f64 == value && (whole != 0 || value.is_sign_positive()) {
            bytes.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
            return;
        }
    } else if !value.is_finite() {
        let text: &[u8] = match value {
            f64::INFINITY => b"+Inf",
            f64::NEG_INFINITY => b"-Inf",
            _ => b"NaN",
        };
        bytes.extend_from_slice(text);
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let magnitude = value.abs();
    // In this range there is no exponent, and no whole number is left that would end in `.0`.
    if (1e-4..1e15).contains(&magnitude) {
        debug_assert!(!text.contains('e') && !text.ends_with(".0"), "{text}");
        bytes.extend_from_slice(text.as_bytes());
    } else {
        lay_out(bytes, text, magnitude);
    }
}

/// Brings digits and exponent, in whatever notation `text` has them, into Go's.
#[cold]
fn lay_out(bytes: &mut Vec<u8>, text: &str, magnitude: f64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let joined = format!("{whole}{fraction}");
    exponent += whole.len() as i32;
    let leading_zeros = joined.len() - joined.trim_start_matches('0').len();
    exponent -= leading_zeros as i32;
    // Now the value is 0.digits × 10^exponent.
    let digits = joined.trim_matches('0');
    bytes.extend_from_slice(sign.as_bytes());
    if digits.is_empty() {
        bytes.push(b'0');
        return;
    }
    let (first, rest) = digits.split_at(1);
    let text = if !(1e-6..1e21).contains(&magnitude) {
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = exponent - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
    } else if exponent <= 0 {
        format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize))
    } else if digits.len() <= exponent as usize {
        format!("{digits}{}", "0".repeat(exponent as usize - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(exponent as usize);
        format!("{whole}.{fraction}")
    };
    bytes.extend_from_slice(text.as_bytes());
}

/// Appends a bare JSON number: the same form, except that Go's JSON encoder writes short exponents (`1e-7`).
pub(super) fn push_json_number(bytes: &mut Vec<u8>, value: f64) {
    let start = bytes.len();
    push_float(bytes, value);
    let length = bytes.len();
    if length - start >= 4
        && let Some([b'e', b'-', b'0', digit]) =
            bytes.get(length - 4..).map(|tail| [tail[0], tail[1], tail[2], tail[3]])
    {
        bytes.truncate(length - 2);
        bytes.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> String {
        let mut bytes = Vec::new();
        push_float(&mut bytes, value);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn floats_as_go_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (0.1, "0.1"),
            (1.5e-5, "0.000015"),
            (0.000001, "0.000001"),
            (9.99e-7, "9.99e-07"),
            (1e-7, "1e-07"),
            (5e-324, "5e-324"),
            (1e20, "100000000000000000000"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (9007199254740993.0, "9007199254740992"),
            (1e16, "10000000000000000"),
            (1234567.891, "1234567.891"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (0.10177669875599171, "0.10177669875599171"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn every_form_reads_back() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..200_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let value = f64::from_bits(seed);
            if value.is_finite() {
                assert_eq!(float(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }

    #[test]
    fn the_usual_range_needs_no_care() {
        let mut seed = 1_u64;
        for exponent in -4..=15 {
            for _ in 0..2_000 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let value = (seed >> 11) as f64 / (1_u64 << 53) as f64 * 10_f64.powi(exponent);
                let text = float(value);
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
                assert!(value < 1e-6 || !text.contains('e'), "{text}");
            }
            let text = float(10_f64.powi(exponent));
            assert!(!text.contains('e') && !text.ends_with(".0"), "{text}");
        }
    }

    #[test]
    fn timestamps() {
        for (ms, text) in
            [(1_704_074_407_123, "1704074407.123"), (60, "0.060"), (0, "0"), (-1_500, "-1.500"), (7_000, "7")]
        {
            let mut bytes = Vec::new();
            push_timestamp(&mut bytes, ms);
            assert_eq!(String::from_utf8(bytes).unwrap(), text);
        }
        let mut bytes = Vec::new();
        push_json_number(&mut bytes, 1.5e-7);
        assert_eq!(bytes, b"1.5e-7");
    }
}
