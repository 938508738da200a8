//! The atomics of the protocols that `loom` checks. Its models compile the files of this folder with loom's atomics in
//! place of this module; see `bench/loom`.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
