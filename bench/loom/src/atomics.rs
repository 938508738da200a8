//! Loom's atomic words, but what a word's only writer reads back is not a step of the model.
//!
//! Used by the library's files in place of the standard library's atomics, and by `models`. Loom remembers one last access
//! of each atomic and takes it for the only one a store can race with. The owner of a cell loads before each store, so its own
//! load would hide every earlier load of a reader, and loom would not try the store before that load. A load of what the
//! same thread stored last has one possible result and can move past all other threads' loads, so nothing is lost by
//! leaving it out. Loom still checks that no other thread stores meanwhile: a second writer fails the model.

use std::sync::{Mutex, MutexGuard, PoisonError};

use loom::sync::atomic::{self, Ordering};
use loom::thread::{self, ThreadId};

/// Defines one width.
macro_rules! word {
    ($name:ident, $int:ty) => {
        /// A word of loom's with the thread that stored last.
        #[derive(Debug)]
        pub(crate) struct $name {
            word: atomic::$name,
            writer: Mutex<Option<ThreadId>>,
        }

        impl $name {
            pub(crate) fn new(value: $int) -> Self {
                Self { word: atomic::$name::new(value), writer: Mutex::new(None) }
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $int {
                if *self.writer() == Some(thread::current().id()) {
                    // SAFETY: the word is an atomic all the same, and loom panics when another thread stores concurrently.
                    unsafe { self.word.unsync_load() }
                } else {
                    self.word.load(order)
                }
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $int, order: Ordering) {
                self.word.store(value, order);
                *self.writer() = Some(thread::current().id());
            }

            fn writer(&self) -> MutexGuard<'_, Option<ThreadId>> {
                self.writer.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    };
}

word!(AtomicU32, u32);
word!(AtomicU64, u64);
