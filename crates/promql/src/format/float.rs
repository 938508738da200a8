//! Floats as text: the forms of Go's `fmt` and `strconv` that messages, labels and printed expressions have.
//!
//! | form | used for |
//! |---|---|
//! | [`go_compact`] | annotations, errors, `fill`, histograms |
//! | [`go_fixed_shortest`] | number literals, labels made by `count_values` |
//! | [`go_significant`] | the largest difference of forced monotonicity |
//! | [`go_six_decimals`] | factors of smoothing |
//! | [`open_metrics_float`] | labels made by `histogram_quantiles` |

/// The first decimal exponent of the exponent form, when digits are as few as possible.
const EXPONENT_FROM: i32 = 6;

/// `%g` and `%v`: the shortest digits that read back, exponent form below 1e-4 and from 1e6.
pub(crate) fn go_compact(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let exponent = decimal_exponent(value);
    if (-4..EXPONENT_FROM).contains(&exponent) {
        format!("{value}")
    } else {
        with_go_exponent(&format!("{value:e}"))
    }
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

/// `%f`: six decimals, never an exponent.
pub(crate) fn go_six_decimals(value: f64) -> String {
    special(value).map_or_else(|| format!("{value:.6}"), str::to_owned)
}

/// As OpenMetrics writes the value of a `quantile` label: always with a point or an exponent.
pub(crate) fn open_metrics_float(value: f64) -> String {
    // Zero has no sign here.
    let text = go_compact(value + 0.0);
    if value.is_finite() && !text.contains(['.', 'e']) { text + ".0" } else { text }
}

/// Reads a float as Go does: decimal, `inf`, `infinity`, `nan` in any case. Hexadecimal floats are no bounds here.
pub(crate) fn parse_go_float(text: &str) -> Option<f64> {
    // Rust accepts exactly the same decimal forms and names.
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

    /// Printed by Go 1.24: `%v`, `strconv` with 'f' and the shortest digits, `%.2g`, `%f`.
    #[test]
    fn as_go_prints_them() {
        for (value, compact, fixed, significant, decimals) in [
            (0.0, "0", "0", "0", "0.000000"),
            (-0.0, "-0", "-0", "-0", "-0.000000"),
            (1.0, "1", "1", "1", "1.000000"),
            (0.0001, "0.0001", "0.0001", "0.0001", "0.000100"),
            (0.00012345, "0.00012345", "0.00012345", "0.00012", "0.000123"),
            (0.00001, "1e-05", "0.00001", "1e-05", "0.000010"),
            (0.000012345, "1.2345e-05", "0.000012345", "1.2e-05", "0.000012"),
            (1e-7, "1e-07", "0.0000001", "1e-07", "0.000000"),
            (10.0, "10", "10", "10", "10.000000"),
            (100_000.0, "100000", "100000", "1e+05", "100000.000000"),
            (123_456.5, "123456.5", "123456.5", "1.2e+05", "123456.500000"),
            (999_999.0, "999999", "999999", "1e+06", "999999.000000"),
            (1_000_000.0, "1e+06", "1000000", "1e+06", "1000000.000000"),
            (1_234_567.5, "1.2345675e+06", "1234567.5", "1.2e+06", "1234567.500000"),
            (9.9e20, "9.9e+20", "990000000000000000000", "9.9e+20", "990000000000000000000.000000"),
            (1e21, "1e+21", "1000000000000000000000", "1e+21", "1000000000000000000000.000000"),
            (
                9_007_199_254_740_992.0,
                "9.007199254740992e+15",
                "9007199254740992",
                "9e+15",
                "9007199254740992.000000",
            ),
            (0.1234567890123, "0.1234567890123", "0.1234567890123", "0.12", "0.123457"),
            (-1.001, "-1.001", "-1.001", "-1", "-1.001000"),
            (f64::NAN, "NaN", "NaN", "NaN", "NaN"),
            (f64::INFINITY, "+Inf", "+Inf", "+Inf", "+Inf"),
            (f64::NEG_INFINITY, "-Inf", "-Inf", "-Inf", "-Inf"),
        ] {
            assert_eq!(go_compact(value), compact);
            assert_eq!(go_fixed_shortest(value), fixed);
            assert_eq!(go_significant(value, 2), significant);
            assert_eq!(go_six_decimals(value), decimals);
        }
        assert_eq!(go_significant(5e-324, 2), "4.9e-324");
    }

    #[test]
    fn quantile_labels() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (1.0, "1.0"),
            (0.25, "0.25"),
            (0.00001, "1e-05"),
            (123_456.0, "123456.0"),
            (1_000_000.0, "1e+06"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(open_metrics_float(value), text);
        }
    }
}
