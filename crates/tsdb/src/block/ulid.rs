//! Names of blocks: ULIDs, 48 bits of time and 80 random bits in Crockford's base 32.

use std::hash::{BuildHasher, Hasher, RandomState};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new name for a block made at `now`, milliseconds.
pub(crate) fn generate(now: i64) -> String {
    let random = || u128::from(RandomState::new().build_hasher().finish());
    let entropy = (random() << 64 | random()) & ((1 << 80) - 1);
    let bits = (now.max(0) as u128 & ((1 << 48) - 1)) << 80 | entropy;
    let digit = |position: u32| ALPHABET.get((bits >> (5 * position) & 31) as usize).copied().unwrap_or(b'0');
    (0..26).rev().map(|position| char::from(digit(position))).collect()
}

/// Whether a directory name is that of a block.
pub(crate) fn is_ulid(name: &str) -> bool {
    name.len() == 26 && name.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_by_time_and_unique() {
        let (a, b, c) =
            (generate(1_700_000_000_000), generate(1_700_000_000_000), generate(1_700_000_000_001));
        assert!(is_ulid(&a) && a != b && a < c && b < c);
        assert_eq!(a[..10], *"01HF7YAT00");
        assert!(!is_ulid("wal") && !is_ulid("01HF7YAT00.tmp-for-creation"));
    }
}
