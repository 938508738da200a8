//! Where buckets begin and end.

use std::sync::LazyLock;

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
    let fraction = match FRACTIONS.get(schema as usize).and_then(|fractions| fractions.get(part as usize)) {
        Some(fraction) => *fraction,
        None => (part as f64 / parts as f64).exp2(),
    };
    // Two factors, because 2^1023 times the fraction is finite while 2^1024 is not.
    if whole > 0 { fraction * power_of_two(whole) } else { fraction * 0.5 * power_of_two(whole + 1) }
}

/// The bounds in `[1, 2)` of the schemas from 0 on, to the last bit those that Prometheus works with: every second one is
/// that of the schema before, the others are the one in front of them times the schema's growth factor. (They are up to
/// four units in the last place away from the nearest float.)
static FRACTIONS: LazyLock<Vec<Vec<f64>>> = LazyLock::new(|| {
    let mut all = vec![vec![1.0]];
    for factor in FACTORS {
        let coarser = all.last().cloned().unwrap_or_default();
        all.push(coarser.into_iter().flat_map(|bound| [bound, bound * factor]).collect());
    }
    all
});

/// 2^(1/2), 2^(1/4), … 2^(1/256).
const FACTORS: [f64; 8] = [
    std::f64::consts::SQRT_2.next_down(),
    1.189207115002721,
    1.0905077326652577,
    1.0442737824274138,
    1.0218971486541166,
    1.0108892860517005,
    1.0054299011128027,
    1.0027112750502025,
];

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
            (2, 2, std::f64::consts::SQRT_2.next_down()),
            (-76, 3, 0.001_381_067_932_004_975_5),
            (-75, 3, 0.001_506_065_259_187_442_1),
            (-74, 3, 0.001_642_375_811_042_411),
            (1024, 0, f64::MAX),
            (1025, 0, f64::INFINITY),
            (512, -1, f64::MAX),
            (256 * 1024, 8, f64::MAX),
        ] {
            let found = exponential_bound(index, schema);
            assert_eq!(found, bound, "{index} {schema}");
        }
        assert!(exponential_bound(256 * 1024 - 1, 8).is_finite());
        assert_eq!(upper_bound(1, -53, &[1.0, 5.0]), 5.0);
        assert_eq!(upper_bound(2, -53, &[1.0, 5.0]), f64::INFINITY);
        assert_eq!(upper_bound(-1, -53, &[1.0]), f64::NEG_INFINITY);
    }
}
