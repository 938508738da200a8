//! Functions of one float: `abs`, `ln`, `sin`, …

/// The function of this name.
pub(crate) fn lookup(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "exp" => f64::exp,
        "sqrt" => f64::sqrt,
        "ln" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => sinh,
        "cosh" => cosh,
        "tanh" => f64::tanh,
        "asinh" => asinh,
        "acosh" => f64::acosh,
        "atanh" => f64::atanh,
        "rad" => |value| value * std::f64::consts::PI / 180.0,
        "deg" => |value| value * 180.0 / std::f64::consts::PI,
        "sgn" => sgn,
        _ => return None,
    })
}

/// The sign: −1, 1, or the value itself when it is zero or NaN.
fn sgn(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// As the standard library's, and accurate for large values, too.
/// Beyond 21 half of `exp`, as the reference has it: infinite where `exp` is, a little before the hyperbolic sine itself.
fn sinh(value: f64) -> f64 {
    if value.abs() > 21.0 { (value.abs().exp() * 0.5).copysign(value) } else { value.sinh() }
}

/// As [`sinh`].
fn cosh(value: f64) -> f64 {
    if value.abs() > 21.0 { value.abs().exp() * 0.5 } else { value.cosh() }
}

fn asinh(value: f64) -> f64 {
    if value.abs() > (1_u64 << 28) as f64 {
        let magnitude = value.abs().ln() + std::f64::consts::LN_2;
        return magnitude.copysign(value);
    }
    value.asinh()
}

/// The larger of two numbers; NaN if either is, +0 over −0.
pub(crate) fn go_max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// The smaller of two numbers; NaN if either is, −0 under +0.
pub(crate) fn go_min(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
        f64::NEG_INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { a } else { b }
    } else if a < b {
        a
    } else {
        b
    }
}

/// `round(value, nearest)` for the inverse of `nearest`: ties go up.
pub(crate) fn round_to(value: f64, inverse: f64) -> f64 {
    (value * inverse + 0.5).floor() / inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_extremes() {
        assert!(go_max(f64::NAN, 1.0).is_nan() && go_min(1.0, f64::NAN).is_nan());
        assert_eq!(go_max(f64::NAN, f64::INFINITY), f64::INFINITY);
        assert_eq!(go_min(f64::NAN, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(go_max(-0.0, 0.0).to_bits(), 0);
        assert_eq!(round_to(2.5, 1.0), 3.0);
        assert!(sgn(f64::NAN).is_nan());
    }
}
