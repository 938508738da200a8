//! Least squares: the line through the samples of a window, for `deriv` and `predict_linear`.

use super::Kahan;

/// Slope per second, and the value at the time `origin`; at least one sample is needed.
pub(crate) fn linear_regression(timestamps: &[i64], values: &[f64], origin: i64) -> (f64, f64) {
    let first = values.first().copied().unwrap_or(f64::NAN);
    let (mut x_sum, mut y_sum) = (Kahan::default(), Kahan::default());
    let (mut xy_sum, mut xx_sum) = (Kahan::default(), Kahan::default());
    let mut constant = true;
    for (t, value) in timestamps.iter().zip(values) {
        constant &= *value == first || std::ptr::eq(value, &values[0]);
        let x = t.saturating_sub(origin) as f64 / 1e3;
        x_sum.add(x);
        y_sum.add(*value);
        xy_sum.add(x * value);
        xx_sum.add(x * x);
    }
    if constant {
        return if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) };
    }
    let n = values.len() as f64;
    let (x, y) = (x_sum.sum + x_sum.c, y_sum.sum + y_sum.c);
    let (xy, xx) = (xy_sum.sum + xy_sum.c, xx_sum.sum + xx_sum.c);
    let covariance = xy - x * y / n;
    let variance = xx - x * x / n;
    let slope = covariance / variance;
    (slope, y / n - slope * x / n)
}
