//! Where a counter counts that neither has a base yet nor may make one: from an allocator that counts its own calls, in the
//! middle of an allocation that this library makes under its lock.
//!
//! Few programs have such counters, and few of them: there is room for sixteen, which is then theirs until the
//! series is removed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Handle;

struct Stray {
    /// Whose; 0 for nobody's.
    owner: AtomicU64,
    amount: AtomicU64,
}

static STRAYS: [Stray; 16] = [const { Stray { owner: AtomicU64::new(0), amount: AtomicU64::new(0) } }; 16];

/// Whether any of them ever had an owner.
static USED: AtomicBool = AtomicBool::new(false);

/// Adds to a counter without a lock or an allocation.
pub(super) fn add(handle: Handle, amount: u64) {
    let owner = handle.to_bits();
    let ours = |stray: &&Stray| {
        let claimed = stray.owner.compare_exchange(0, owner, Ordering::Relaxed, Ordering::Relaxed);
        claimed.is_ok() || claimed == Err(owner)
    };
    USED.store(true, Ordering::Relaxed);
    if let Some(stray) = STRAYS.iter().find(ours) {
        stray.amount.fetch_add(amount, Ordering::Relaxed);
    }
}

fn find(handle: Handle) -> Option<&'static Stray> {
    let all = if USED.load(Ordering::Relaxed) { &STRAYS[..] } else { &[] };
    all.iter().find(|stray| stray.owner.load(Ordering::Relaxed) == handle.to_bits())
}

/// What was added to a counter here.
#[inline]
pub(super) fn of(handle: Handle) -> u64 {
    find(handle).map_or(0, |stray| stray.amount.load(Ordering::Relaxed))
}

/// Gives up the place of a counter that was removed.
pub(super) fn forget(handle: Handle) {
    if let Some(stray) = find(handle) {
        stray.amount.store(0, Ordering::Relaxed);
        stray.owner.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_kept_apart() {
        let (Some(a), Some(b)) = (Handle::new(u32::MAX, 9), Handle::new(u32::MAX - 1, 9)) else { return };
        add(a, 1);
        add(b, 10);
        add(a, 2);
        assert_eq!((of(a), of(b)), (3, 10));
        forget(a);
        assert_eq!((of(a), of(b)), (0, 10));
        forget(b);
    }
}
