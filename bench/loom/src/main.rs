//! Models of the client library's protocols: `cargo run --manifest-path bench/loom/Cargo.toml` runs them all.
//!
//! `cells` holds the library's own files, compiled with loom's atomics: histogram buffers, the series table, the record
//! arena. What lives in statics there (the global lock, the slots) is rebuilt in `models` around the same steps.
#![allow(dead_code, reason = "the models use a part of each file")]

/// The library's files, with loom's atomics.
#[path = "../../../crates/client/src/cells"]
mod cells {
    /// In place of the library's own module of this name.
    pub(crate) mod sync {
        pub(crate) use crate::atomics::{AtomicU32, AtomicU64};
        pub(crate) use loom::sync::atomic::{AtomicPtr, Ordering, fence};
        pub(crate) use loom::sync::{Mutex, MutexGuard};

        /// One, so that the models come to the second buffer soon.
        pub(super) const TRIES_MAX: usize = 1;

        pub(super) fn wait(_: usize) {
            loom::thread::yield_now();
        }
    }

    pub(crate) mod arena;
    pub(crate) mod buffer;
    pub(crate) mod handle;
    pub(crate) mod layout;
    pub(crate) mod native;
    pub(crate) mod table;
    pub(crate) mod value;

    pub(crate) use arena::{
        Arena, Locked as LockedArena, PLACE_END, WORDS_MAX, WORDS_SHIFT, next_chunk, word_count,
    };
    pub(crate) use handle::Handle;
    pub(crate) use layout::Layout;
    pub(crate) use sync::{Ordering, fence};
    pub(crate) use table::Table;
}

#[path = "../../../crates/client/src/series/mod.rs"]
mod series;

mod atomics;
mod models;

/// Fewer interleavings than this mean that a model does not meet the races it is for.
const RUN_MIN: usize = 20;

fn main() {
    for (name, model) in models::ALL {
        let start = std::time::Instant::now();
        model();
        let run = models::RUN.swap(0, std::sync::atomic::Ordering::Relaxed);
        assert!(run >= RUN_MIN, "{name}: only {run} interleavings");
        eprintln!("{name}: {run} interleavings are right ({:.1?})", start.elapsed());
    }
}
