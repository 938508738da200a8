//! Floats as text.

/// `%v`: the shortest digits that read back, exponent form below 1e-4 and from 1e21.
pub(crate) fn go_shortest(value: f64) -> String {
    shortest(value, 21)
}

fn shortest(value: f64, exponent_from: i32) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let exponent = decimal_exponent(value);
    if (-4..exponent_from).contains(&exponent) {
        format!("{value}")
    } else {
        with_go_exponent(&format!("{value:e}"))
    }
}

/// `%g`: the shortest digits that read back, exponent form below 1e-4 and from 1e6.
pub(crate) fn go_compact(value: f64) -> String {
    shortest(value, 6)
}

/// The shortest digits without ever an exponent, as label values made from numbers are written.
pub(crate) fn go_fixed_shortest(value: f64) -> String {
    special(value).map_or_else(|| format!("{value}"), str::to_owned)
}

/// `%.<digits>g`: so many significant digits, trailing zeros dropped.
pub(crate) fn go_significant(value: f64, digits: usize) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let rounded = format!("{value:.*e}", digits.saturating_sub(1));
    let exponent: i32 = rounded.rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let (mantissa, _) = rounded.split_once('e').unwrap_or((&rounded, ""));
        return with_go_exponent(&format!("{}e{exponent}", trim_zeros(mantissa)));
    }
    let places = (digits as i32 - 1 - exponent).max(0) as usize;
    trim_zeros(&format!("{value:.places$}")).to_owned()
}

/// As OpenMetrics writes the value of a `quantile` label: always with a point or an exponent.
pub(crate) fn open_metrics_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = go_shortest(value);
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// Reads a float as Go does: decimal, hexadecimal with exponent, `inf`, `infinity`, `nan` in any case, `_` not allowed.
pub(crate) fn parse_go_float(text: &str) -> Option<f64> {
    // Rust accepts exactly Go's decimal forms and names.
    text.parse().ok()
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("+Inf")
    } else if value == f64::NEG_INFINITY {
        Some("-Inf")
    } else {
        None
    }
}

fn decimal_exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// `1.5e-7` → `1.5e-07`: a sign and at least two digits.
fn with_go_exponent(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_prints_them() {
        for (value, text) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.001, "-1.001"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(go_shortest(value), text);
        }
        assert_eq!(go_compact(123_456.5), "123456.5");
        assert_eq!(go_compact(1_234_567.0), "1.234567e+06");
        assert_eq!(go_significant(0.123_456, 2), "0.12");
        assert_eq!(go_significant(123.0, 2), "1.2e+02");
        assert_eq!(go_significant(10.0, 2), "10");
        assert_eq!(go_significant(0.000_012, 2), "1.2e-05");
        assert_eq!(open_metrics_float(1.0), "1.0");
        assert_eq!(open_metrics_float(0.25), "0.25");
        assert_eq!(go_fixed_shortest(1e21), "1000000000000000000000");
    }
}
