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

/// The moment of a float. As in the reference on x86, what does not fit 64 bits becomes the lowest of them, and moments
/// before the year −292,277,022,399 come around to the other end.
fn civil(seconds: f64) -> Civil {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    const FIRST: i128 = -9_223_371_966_579_724_800;
    let whole = if (-LIMIT..LIMIT).contains(&seconds) { seconds as i64 } else { i64::MIN };
    let whole = i128::from(whole);
    Civil::from_unix(if whole < FIRST { whole + (1 << 64) } else { whole })
}
