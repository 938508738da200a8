//! The hash by which the scrape cache recognises a series' text.
//!
//! Speed matters (it runs over every byte of every known page), strength does not: a target that forges a collision only
//! mixes up its own series. 64 bytes a step in four independent lanes of multiply-and-fold, so that the multiplier is
//! busy all the time. Not stable between versions: never store it.

use narthex_model::MetricType;

/// Odd constants with a balanced number of set bits (digits of π).
const KEYS: [u64; 5] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7345,
    0xa409_3822_299f_31d1,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
];

/// The hash of a series' text as it stands on the page.
#[inline]
pub fn series_hash(series: &[u8]) -> u64 {
    let [k0, k1, k2, k3, k4] = KEYS;
    let mut lanes = [k0 ^ series.len() as u64, k1, k2, k3];
    let (blocks, rest) = series.as_chunks::<64>();
    for block in blocks {
        let (pairs, _) = block.as_chunks::<16>();
        for (lane, pair) in lanes.iter_mut().zip(pairs) {
            *lane = mix(*lane, pair, k4);
        }
    }
    let [mut a, mut b, c, d] = lanes;
    let (pairs, tail) = rest.as_chunks::<16>();
    for pair in pairs {
        a = mix(a, pair, k3);
        std::mem::swap(&mut a, &mut b);
    }
    if !tail.is_empty() {
        // The last 16 bytes overlap what was hashed already, or are padded when there are not so many.
        let last = match series.last_chunk::<16>() {
            Some(last) => *last,
            None => {
                let mut padded = [0; 16];
                for (to, from) in padded.iter_mut().zip(tail) {
                    *to = *from;
                }
                padded
            }
        };
        b = mix(b, &last, k2);
    }
    fold(fold(a ^ k1, c ^ k4) ^ b, d ^ k0)
}

/// What tells series of equal text apart when they get labels for the type and unit of their family; 0 if they get none
/// (`unit` is `None`).
pub(super) fn metadata_salt(family_type: MetricType, unit: Option<&[u8]>) -> u64 {
    let [k0, k1, ..] = KEYS;
    unit.map_or(0, |unit| fold(series_hash(unit) ^ k0, k1.wrapping_mul(family_type as u64 + 1)))
}

#[inline]
fn mix(lane: u64, pair: &[u8; 16], key: u64) -> u64 {
    let both = u128::from_le_bytes(*pair);
    fold(both as u64 ^ lane, (both >> 64) as u64 ^ key)
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_byte_and_the_length_count() {
        for len in 0..300_usize {
            let base: Vec<u8> = (0..len).map(|i| (i * 7 % 251) as u8).collect();
            let mut seen = HashSet::from([series_hash(&base)]);
            for at in 0..len {
                let mut changed = base.clone();
                changed[at] ^= 1;
                assert!(seen.insert(series_hash(&changed)), "byte {at} of {len}");
            }
            let mut longer = base.clone();
            longer.push(0);
            assert!(seen.insert(series_hash(&longer)), "length {len}");
        }
    }

    #[test]
    fn similar_series_differ() {
        let series =
            (0..100_000).map(|i| format!("http_requests_total{{pod=\"api-{i}\",code=\"{}\"}}", i % 7));
        let hashes: HashSet<u64> = series.map(|s| series_hash(s.as_bytes())).collect();
        assert_eq!(hashes.len(), 100_000);
    }
}
