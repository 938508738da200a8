//! What a database promises to keep, against everything that can happen to it: failing operations on files ([`faults`]), and
//! random lives with kills, power cuts and deletions beside a naive map ([`random`]).
//!
//! `make test` runs a sample, `make faults` everything. A failure prints how to run it again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checkpoints;
mod content;
mod faults;
mod known;
mod markers;
mod mem_fs;
mod random;
mod snapshots;

/// A number from the environment, or the default.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// Numbers that look random and are the same for the same seed.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit.max(1)
    }
}
