//! [`prefetch`]: a hint to the processor, used by appenders and the replay; it does nothing but save time.
#![expect(unsafe_code, reason = "the instruction takes an address")]

/// Bytes that memory comes in.
pub(super) const CACHE_LINE: usize = 64;

/// Asks for the cache line at an address, which will be read and written soon. Any address will do.
#[inline(always)]
pub(super) fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: the instruction changes nothing that the program can see and never faults, whatever the address is.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(std::ptr::without_provenance(address)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
