//! Call sites that remember their series: what `series!` keeps in a static.
//!
//! Invariants:
//! * A call site belongs to the first family that it was used with, until that family is dropped; with any other (a second
//!   registry, as tests have them) it looks up as usual.
//! * `family` clears the handle when its series is removed, under the lock under which it was put here; so what is found
//!   here is a live series of the owner, and the next use after a removal looks up again.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::cells::Handle;

/// The memory of one place in the program; made by [`series!`](crate::series).
#[derive(Debug, Default)]
pub struct CallSite {
    /// The address of the family; 0 while there is none.
    owner: AtomicUsize,
    /// The series' handle; 0 while it is not known.
    handle: AtomicU64,
}

impl CallSite {
    /// A call site that was not reached yet.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self { owner: AtomicUsize::new(0), handle: AtomicU64::new(0) }
    }

    /// What was remembered for this owner.
    #[inline]
    pub(crate) fn get(&self, owner: usize) -> Option<Handle> {
        if self.owner.load(Ordering::Acquire) != owner {
            return None;
        }
        Handle::from_bits(self.handle.load(Ordering::Acquire))
    }

    /// Remembers a series, unless the call site belongs to somebody else; says whether it did.
    pub(crate) fn remember(&self, owner: usize, handle: Handle) -> bool {
        let owned = self.owner.compare_exchange(0, owner, Ordering::AcqRel, Ordering::Acquire);
        let is_ours = owned.map_or_else(|current| current == owner, |_| true);
        if is_ours {
            self.handle.store(handle.to_bits(), Ordering::Release);
        }
        is_ours
    }

    /// Forgets this series.
    pub(crate) fn forget(&self, handle: Handle) {
        let _not_ours =
            self.handle.compare_exchange(handle.to_bits(), 0, Ordering::AcqRel, Ordering::Acquire);
    }

    /// The owner goes away: the next family may have the call site.
    pub(crate) fn abandon(&self) {
        self.handle.store(0, Ordering::Release);
        self.owner.store(0, Ordering::Release);
    }
}
