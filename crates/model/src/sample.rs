//! Timestamps and sample values; used by everything that handles a sample.

/// Milliseconds since the Unix epoch, UTC. May be negative.
pub type Timestamp = i64;

/// The bit pattern of [`STALE_NAN`].
pub const STALE_NAN_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The NaN of an ordinary "not a number" result, as Prometheus writes it.
pub const NORMAL_NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// The staleness marker: a NaN with one agreed bit pattern that says "this series ended here".
///
/// Compare with [`is_stale`]; `==` is false for every NaN.
pub const STALE_NAN: f64 = f64::from_bits(STALE_NAN_BITS);

/// Whether `value` is the staleness marker, and not just any NaN.
#[inline]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_NAN_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marker_is_stale() {
        assert!(is_stale(STALE_NAN));
        assert!(!is_stale(f64::NAN));
        assert!(!is_stale(NORMAL_NAN));
        assert!(!is_stale(0.0));
        assert!(STALE_NAN.is_nan());
    }
}
