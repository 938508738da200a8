//! Handles: what user code holds of a series, in eight bytes.

use std::num::NonZeroU64;

/// Where the generation is, in a handle and in a value cell.
pub(super) const GENERATION_SHIFT: u32 = 48;

/// Names a slot in its generation: 16 bits of generation (never 0), 16 zero bits, 32 bits of slot number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Handle(NonZeroU64);

impl Handle {
    /// `None` for generation 0, which no series has.
    pub(crate) fn new(slot: u32, generation: u16) -> Option<Self> {
        Self::from_bits(u64::from(generation) << GENERATION_SHIFT | u64::from(slot))
    }

    /// The handle as it is stored in a series record.
    #[inline]
    pub(crate) fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Reads a stored handle; without a generation it stands for "no series".
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        if bits >> GENERATION_SHIFT == 0 { None } else { NonZeroU64::new(bits).map(Self) }
    }

    #[inline]
    pub(super) fn slot(self) -> usize {
        self.to_bits() as u32 as usize
    }

    #[inline]
    pub(crate) fn generation(self) -> u16 {
        (self.to_bits() >> GENERATION_SHIFT) as u16
    }
}
