//! Where buckets begin and end.

use super::CUSTOM_BUCKETS_SCHEMA;

/// The upper bound of the positive bucket `index` of an exponential schema.
pub fn exponential_bound(index: i32, schema: i32) -> f64 {
    if schema < 0 {
        let exponent = i64::from(index) << (-schema).min(31);
        // 2^1024 is the end of the last finite bucket, and not a number that a float can hold.
        return if exponent == 1024 { f64::MAX } else { power_of_two(exponent) };
    }
    let schema = schema.min(30) as u32;
    let parts = 1_i64 << schema;
    let index = i64::from(index);
    let (whole, part) = (index.div_euclid(parts), index.rem_euclid(parts));
    if part == 0 && whole == 1024 {
        return f64::MAX;
    }
    if part == 0 {
        return power_of_two(whole);
    }
    // Two factors, because 2^1023 times the fraction is finite while 2^1024 is not.
    let fraction = (part as f64 / parts as f64).exp2();
    if whole > 0 { fraction * power_of_two(whole) } else { fraction * 0.5 * power_of_two(whole + 1) }
}

fn power_of_two(exponent: i64) -> f64 {
    f64::exp2(exponent.clamp(-1100, 1100) as f64)
}

/// The upper bound of bucket `index`: of a custom schema from `custom_values`, else exponential.
pub fn upper_bound(index: i32, schema: i32, custom_values: &[f64]) -> f64 {
    if schema != CUSTOM_BUCKETS_SCHEMA {
        return exponential_bound(index, schema);
    }
    match usize::try_from(index) {
        Ok(index) => custom_values.get(index).copied().unwrap_or(f64::INFINITY),
        Err(_) => f64::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bounds() {
        for (index, schema, bound) in [
            (0, 0, 1.0),
            (1, 0, 2.0),
            (-1, 0, 0.5),
            (1, -1, 4.0),
            (4, 2, 2.0),
            (2, 2, std::f64::consts::SQRT_2),
            (1024, 0, f64::MAX),
            (1025, 0, f64::INFINITY),
            (512, -1, f64::MAX),
            (256 * 1024, 8, f64::MAX),
        ] {
            let found = exponential_bound(index, schema);
            assert!(found == bound || (found - bound).abs() < 1e-15, "{index} {schema}: {found}");
        }
        assert!(exponential_bound(256 * 1024 - 1, 8).is_finite());
        assert_eq!(upper_bound(1, -53, &[1.0, 5.0]), 5.0);
        assert_eq!(upper_bound(2, -53, &[1.0, 5.0]), f64::INFINITY);
        assert_eq!(upper_bound(-1, -53, &[1.0]), f64::NEG_INFINITY);
    }
}
