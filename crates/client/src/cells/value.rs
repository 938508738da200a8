//! A value cell: what one thread counted for one series of integers.
//!
//! The upper 16 bits are the generation of the series, the others the count. Bit 47 is the overflow mark: a cell whose count
//! reaches it is folded into the base before it could reach the generation. One comparison checks both.

use super::Handle;
use super::handle::GENERATION_SHIFT;
use super::sync::{AtomicU64, Ordering};

const OVERFLOW_SHIFT: u32 = 47;
/// The count of a cell.
const COUNT_MASK: u64 = (1 << GENERATION_SHIFT) - 1;
/// The largest single addition that goes through a cell; larger ones go straight to the base.
pub(super) const ADD_MAX: u64 = 1 << 46;

/// Adds to a cell; `false`, and nothing is added, if it counts for another series or has to be folded first. Called by the
/// owning thread.
#[inline(always)]
pub(crate) fn add(cell: &AtomicU64, handle: Handle, amount: u64) -> bool {
    let value = cell.load(Ordering::Relaxed);
    let fits = (value ^ handle.to_bits()) >> OVERFLOW_SHIFT == 0 && amount <= ADD_MAX;
    if fits {
        cell.store(value + amount, Ordering::Relaxed);
    }
    fits
}

/// Lets a cell count for this series, from `amount`. Called by the owning thread; what it counted is lost.
pub(crate) fn begin(cell: &AtomicU64, handle: Handle, amount: u64) {
    cell.store(handle.to_bits() & !COUNT_MASK | amount, Ordering::Relaxed);
}

/// What a cell's value says of this series; 0 if it is of another.
#[inline(always)]
pub(crate) fn share(value: u64, handle: Handle) -> u64 {
    if (value ^ handle.to_bits()) >> GENERATION_SHIFT == 0 { value & COUNT_MASK } else { 0 }
}

/// The series that the cell of this slot counts for, and what it counted.
pub(super) fn parts(value: u64, slot: usize) -> Option<(Handle, u64)> {
    let handle = Handle::new(slot as u32, (value >> GENERATION_SHIFT) as u16)?;
    Some((handle, value & COUNT_MASK))
}
