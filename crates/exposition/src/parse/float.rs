//! Numbers on text pages: what Go's `ParseFloat` accepts without hexadecimal and underscores, as Prometheus does.
//!
//! Two ways in: [`fast_decimal`] reads a plain decimal in place while looking for its end; [`parse_float`] judges a whole
//! token and is the reference. Whatever the first cannot do exactly it leaves to the second.

/// Powers of ten that are exact as `f64`.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Up to here every integer is an exact `f64`.
const EXACT_INTEGER_MAX: u64 = 1 << 53;

/// So many digits cannot overflow a `u64`.
const DIGITS_MAX: usize = 19;

/// Reads a decimal number at `start`; gives it and the offset behind it. `None` when there is none or when it cannot be
/// converted exactly by one multiplication or division (then [`parse_float`] decides).
#[inline]
pub(super) fn fast_decimal(page: &[u8], start: usize) -> Option<(f64, usize)> {
    let mut pos = start;
    let negative = page.get(pos) == Some(&b'-');
    if negative {
        pos += 1;
    }
    let mut mantissa = 0_u64;
    let first = pos;
    pos = take_digits(page, pos, &mut mantissa);
    let mut digits = pos - first;
    let mut exponent = 0_i32;
    if page.get(pos) == Some(&b'.') {
        pos += 1;
        let first = pos;
        pos = take_digits(page, pos, &mut mantissa);
        digits += pos - first;
        exponent = -((pos - first) as i32);
    }
    if digits == 0 || digits > DIGITS_MAX || mantissa > EXACT_INTEGER_MAX {
        return None;
    }
    if matches!(page.get(pos), Some(b'e' | b'E')) {
        let (power, end) = small_exponent(page, pos + 1)?;
        exponent += power;
        pos = end;
    }
    let magnitude = mantissa as f64;
    let value = if exponent == 0 {
        magnitude
    } else {
        let power = *EXACT_POWERS.get(exponent.unsigned_abs() as usize)?;
        if exponent < 0 { magnitude / power } else { magnitude * power }
    };
    Some((if negative { -value } else { value }, pos))
}

/// Appends the digits at `pos` to `mantissa` (which wraps around); gives the offset behind them.
#[inline]
fn take_digits(page: &[u8], mut pos: usize, mantissa: &mut u64) -> usize {
    while let Some(eight) = page.get(pos..).and_then(|rest| rest.first_chunk::<8>()) {
        let (value, count) = leading_digits(*eight);
        *mantissa = mantissa.wrapping_mul(SMALL_POWERS[count]).wrapping_add(value);
        pos += count;
        if count < 8 {
            return pos;
        }
    }
    while let Some(digit) = digit_at(page, pos) {
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        pos += 1;
    }
    pos
}

/// 10^0 … 10^8.
const SMALL_POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that the digits at the start of eight bytes make, and how many they are: all bytes in one word at once.
#[inline]
fn leading_digits(eight: [u8; 8]) -> (u64, usize) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Digits become 0 to 9; what is larger gets its highest bit set, the carry of which only reaches later bytes.
    let word = u64::from_le_bytes(eight) ^ (EACH * 0x30);
    let others = (word.wrapping_add(EACH * 0x76) | word) & (EACH * 0x80);
    let count = (others.trailing_zeros() / 8) as usize;
    // Without what follows the digits; they end up in the highest bytes, with zeros in front.
    let Some(word) = word.checked_shl(64 - 8 * count as u32) else { return (0, 0) };
    // Neighbours become one number: of two digits, then of four, then of eight.
    let pairs = (word.wrapping_mul(10)).wrapping_add(word >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100)).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let value = (fours.wrapping_mul(10_000)).wrapping_add(fours >> 32) & 0xffff_ffff;
    (value, count)
}

#[inline]
fn digit_at(page: &[u8], pos: usize) -> Option<u64> {
    let digit = page.get(pos)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// The exponent at `pos`, at most three digits, and the offset behind it.
fn small_exponent(page: &[u8], mut pos: usize) -> Option<(i32, usize)> {
    let negative = match page.get(pos)? {
        b'-' => true,
        b'+' => false,
        _ => {
            pos -= 1;
            false
        }
    };
    pos += 1;
    let (mut exponent, first) = (0, pos);
    while let Some(digit) = digit_at(page, pos) {
        exponent = exponent * 10 + digit as i32;
        pos += 1;
        if pos - first > 3 {
            return None;
        }
    }
    (pos > first).then_some((if negative { -exponent } else { exponent }, pos))
}

/// The number that `token` is, if Prometheus takes it as one. A number too large for an `f64` is none.
pub(super) fn parse_float(token: &[u8]) -> Option<f64> {
    let (negative, rest) = match token {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let is = |word: &str| rest.eq_ignore_ascii_case(word.as_bytes());
    let magnitude = if is("inf") || is("infinity") {
        f64::INFINITY
    } else if rest.len() == token.len() && is("nan") {
        narthex_model::sample::NORMAL_NAN
    } else if matches!(rest.first()?, b'0'..=b'9' | b'.') {
        fast_float2::parse::<f64, _>(rest).ok().filter(|value| value.is_finite())?
    } else {
        return None;
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// The number that a label's value is: all that Go's `ParseFloat` takes, also underscores between digits and hexadecimal
/// numbers, which [`parse_float`] refuses.
pub(super) fn parse_go_float(token: &[u8]) -> Option<f64> {
    if !token.iter().any(|byte| matches!(byte, b'_' | b'x' | b'X')) {
        return parse_float(token);
    }
    let (sign, rest) = match token {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    };
    let hexadecimal = matches!(rest, [b'0', b'x' | b'X', ..]);
    let digits = without_underscores(rest, hexadecimal)?;
    let magnitude = if hexadecimal {
        parse_hexadecimal(digits.get(2..)?)?
    } else {
        parse_float(&digits).filter(|_| digits.first().is_some_and(|byte| *byte != b'+' && *byte != b'-'))?
    };
    Some(sign * magnitude)
}

/// Takes out the underscores, which must stand between digits (or between `0x` and a digit).
fn without_underscores(text: &[u8], hexadecimal: bool) -> Option<Vec<u8>> {
    let digit = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_digit() || (hexadecimal && byte.is_ascii_hexdigit()))
    };
    let mut out = Vec::with_capacity(text.len());
    for (index, byte) in text.iter().enumerate() {
        if *byte != b'_' {
            out.push(*byte);
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| text.get(before));
        let follows_prefix = hexadecimal && index == 2;
        if !(follows_prefix || digit(before)) || !digit(text.get(index + 1)) {
            return None;
        }
    }
    Some(out)
}

/// `1.8p-3` (what follows `0x`); the exponent must be there.
fn parse_hexadecimal(text: &[u8]) -> Option<f64> {
    const EXPONENT_MAX: i64 = 10_000;
    let split = text.iter().position(|byte| matches!(byte, b'p' | b'P'))?;
    let (mantissa, exponent) = (text.get(..split)?, text.get(split + 1..)?);
    let (negative, digits) = match exponent {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let power =
        digits.iter().fold(0, |power, digit| (power * 10 + i64::from(digit - b'0')).min(EXPONENT_MAX));
    let mut power = if negative { -power } else { power };
    let (mut value, mut point, mut any) = (0_u64, false, false);
    for byte in mantissa {
        if *byte == b'.' {
            if point {
                return None;
            }
            point = true;
            continue;
        }
        let digit = u64::from(char::from(*byte).to_digit(16)?);
        any = true;
        if value >> 59 == 0 {
            value = value << 4 | digit;
            power -= if point { 4 } else { 0 };
        } else {
            // Beyond the precision: only whether anything stands there counts.
            value |= u64::from(digit != 0);
            power += if point { 0 } else { 4 };
        }
    }
    if !any {
        return None;
    }
    Some(scale(value, power)?).filter(|value| value.is_finite())
}

/// `value` times two to the `power`, rounded once; `None` when the power is out of sight.
fn scale(value: u64, power: i64) -> Option<f64> {
    const MANTISSA_BITS: i64 = 53;
    const LOWEST_POWER: i64 = -1074;
    if value == 0 {
        return Some(0.0);
    }
    let bits = 64 - i64::from(value.leading_zeros());
    // So many bits do not fit.
    let drop = (bits - MANTISSA_BITS).max(LOWEST_POWER - power).max(0);
    let (kept, power) = if drop >= 64 {
        (u64::from(drop == 64 && value > 1 << 63), LOWEST_POWER)
    } else {
        let (kept, rest) = (value >> drop, value & ((1_u64 << drop) - 1));
        let half = (1_u64 << drop) >> 1;
        let up = drop > 0 && (rest > half || (rest == half && kept & 1 == 1));
        (kept + u64::from(up), power + drop)
    };
    // Both factors are exact, and so is every product: no rounding is left to do.
    let exact = |power: i64| f64::from_bits(((power + 1023) as u64) << 52);
    let kept = kept as f64;
    Some(match power {
        -1022..=971 => kept * exact(power),
        972.. => f64::INFINITY,
        _ => kept * exact(-537) * exact((power + 537).max(-1022)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepts_what_go_accepts() {
        let cases: [(&str, f64); 20] = [
            ("0", 0.0),
            ("-0", -0.0),
            ("+1", 1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("00000000000000000000000000000001.2e-1", 0.12),
            ("1e5", 1e5),
            ("1E+05", 1e5),
            ("1.5e-07", 1.5e-7),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("0.1234567890123456789", 0.123_456_789_012_345_68),
            ("1e-999", 0.0),
            ("1e22", 1e22),
            ("1e23", 1e23),
            ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
            ("inf", f64::INFINITY),
            ("+Inf", f64::INFINITY),
            ("-INFINITY", f64::NEG_INFINITY),
            ("4.9e-324", 5e-324),
            ("9007199254740993", 9_007_199_254_740_992.0),
        ];
        for (text, expected) in cases {
            let value = parse_float(text.as_bytes()).unwrap();
            assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
        }
        for nan in ["nan", "NaN", "NAN"] {
            assert_eq!(parse_float(nan.as_bytes()).unwrap().to_bits(), 0x7ff8_0000_0000_0001);
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        let bad = [
            "", "+", "-", ".", "e5", "1e", "1e+", "1_2", "0x1", "0x1p-3", "0b1", "0o1", "1e999", "+nan",
            "-NaN", "infin", "++1", "1 ", " 1", "1.2.3", "true", "1,5", "1f", "--inf", "é", "1\r",
        ];
        for text in bad {
            assert_eq!(parse_float(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn labels_take_all_of_go() {
        let cases: [(&str, f64); 12] = [
            ("0x1p-2", 0.25),
            ("-0X1.8p1", -3.0),
            ("0x_1p0", 1.0),
            ("1_000.5", 1000.5),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.8p-1075", 5e-324),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("0xffffffffffffffffffp0", 4_722_366_482_869_645_213_696.0),
            ("0x0p99999", 0.0),
            ("+Inf", f64::INFINITY),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_go_float(text.as_bytes()).map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
        for text in
            ["_1", "1_", "1__0", "0x1", "0xp1", "0x1p", "0x1p1024", "1_e5", "x", "--1_0", "0x1.1.1p0", "i_nf"]
        {
            assert_eq!(parse_go_float(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_agrees(text in "-?[0-9]{0,20}(\\.[0-9]{0,20})?([eE][+-]?[0-9]{1,4})?[ x]?") {
            if let Some((value, end)) = fast_decimal(text.as_bytes(), 0) {
                let expected = parse_float(&text.as_bytes()[..end]);
                prop_assert_eq!(expected.map(f64::to_bits), Some(value.to_bits()));
            }
        }

        #[test]
        fn printed_numbers_come_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let mut text = Vec::new();
            crate::encode::write::write_float(&mut text, value);
            let back = parse_float(&text).unwrap();
            prop_assert!(back.to_bits() == bits || (value.is_nan() && back.is_nan()));
        }
    }
}
