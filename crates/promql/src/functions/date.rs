//! Functions of a moment: `hour`, `day_of_week`, `days_in_month`, …

use crate::format::Civil;

/// The function of this name, of a number of seconds since the epoch.
pub(crate) fn lookup(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "days_in_month" => |t| f64::from(civil(t).days_in_month()),
        "day_of_month" => |t| f64::from(civil(t).day),
        "day_of_week" => |t| f64::from(civil(t).weekday),
        "day_of_year" => |t| f64::from(civil(t).day_of_year),
        "hour" => |t| f64::from(civil(t).hour),
        "minute" => |t| f64::from(civil(t).minute),
        "month" => |t| f64::from(civil(t).month),
        "year" => |t| civil(t).year as f64,
        _ => return None,
    })
}

/// The moment of a float; what does not fit 64 bits becomes the lowest of them, as in the reference on x86.
fn civil(seconds: f64) -> Civil {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let whole = if (-LIMIT..LIMIT).contains(&seconds) { seconds as i64 } else { i64::MIN };
    Civil::from_unix(whole)
}
