//! Float samples of a log → series, on all cores; called by `replay`.
//!
//! The pages of the slab are dealt out to as many shards as there are cores, and each sample goes to the shard of its
//! series, so that the samples of a series stay in order. What a shard cannot do alone (full chunks go into files that all
//! share, a chunk of another encoding ends) it leaves to the caller.

use std::num::NonZero;
use std::thread;

use narthex_chunkenc::Encoding;

use super::cache_line::{CACHE_LINE, prefetch};
use super::refs::RefMap;
use super::series::{NO_OTHER, Series};
use super::slab::Part;
use super::state::HeadState;

/// Samples that wait in one shard before they are appended.
const WAITING: usize = 32 << 10;
/// Samples looked at before they are appended: the short first loop keeps many cache misses in flight, the long second
/// one finds its series and the end of its chunk in the cache.
const BLOCK: usize = 512;
/// Fewer samples than this are not worth a thread.
const FEW: usize = 4 << 10;
/// More cores than this only wait for memory.
const SHARDS_MAX: usize = 8;

/// A sample whose series was found.
#[derive(Debug, Clone, Copy)]
struct Entry {
    slot: u32,
    t: i64,
    v: f64,
}

/// Samples on their way into their series.
#[derive(Debug)]
pub(super) struct Shards {
    waiting: Waiting,
    /// Those that are being appended.
    taken: Waiting,
}

/// Samples that wait, by shard.
#[derive(Debug, Clone)]
pub(super) struct Waiting(Vec<Vec<Entry>>);

impl Waiting {
    /// Adds a sample.
    #[inline]
    pub(super) fn push(&mut self, slot: u32, t: i64, v: f64) {
        let shard = Part::<Series>::of(slot, self.0.len());
        if let Some(waiting) = self.0.get_mut(shard) {
            waiting.push(Entry { slot, t, v });
        }
    }

    /// Whether it is time to [`append`](Shards::append).
    pub(super) fn is_due(&self) -> bool {
        self.0.iter().any(|waiting| waiting.len() >= WAITING)
    }
}

/// A chunk that became full.
struct Full {
    slot: u32,
    mint: i64,
    maxt: i64,
    data: Box<[u8]>,
    len: usize,
}

/// What came of a shard's samples.
struct Done {
    min_t: i64,
    max_t: i64,
    full: Vec<Full>,
    /// Samples of series that have a chunk that is not plain XOR.
    left: Vec<Entry>,
}

impl Shards {
    /// One shard per core.
    pub(super) fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let waiting = Waiting(vec![Vec::new(); cores.min(SHARDS_MAX)]);
        Self { taken: waiting.clone(), waiting }
    }

    /// Where samples are added.
    pub(super) fn waiting(&mut self) -> &mut Waiting {
        &mut self.waiting
    }

    /// Appends everything that waits.
    pub(super) fn append(&mut self, state: &mut HeadState) {
        self.append_while(state, |_, _| {});
    }

    /// Appends everything that waits; meanwhile `deal` may add samples for the next time, with the slots of the references.
    pub(super) fn append_while(&mut self, state: &mut HeadState, deal: impl FnOnce(&RefMap, &mut Waiting)) {
        std::mem::swap(&mut self.waiting, &mut self.taken);
        let (floor, range) = (state.min_valid_t, state.chunk_range);
        let taken = &mut self.taken.0;
        let few = taken.iter().map(Vec::len).sum::<usize>() < FEW;
        let work = state.series.split(taken.len()).into_iter().zip(taken);
        let done: Vec<Done> = if few {
            deal(&state.refs, &mut self.waiting);
            work.map(|(part, samples)| append_to(part, samples, floor, range)).collect()
        } else {
            thread::scope(|scope| {
                let threads: Vec<_> = work
                    .map(|(part, samples)| scope.spawn(move || append_to(part, samples, floor, range)))
                    .collect();
                deal(&state.refs, &mut self.waiting);
                let joined = threads.into_iter().map(|thread| match thread.join() {
                    Ok(done) => done,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                joined.collect()
            })
        };
        for done in done {
            state.min_t = state.min_t.min(done.min_t);
            state.max_t = state.max_t.max(done.max_t);
            for chunk in done.full {
                let data = chunk.data.get(..chunk.len).unwrap_or_default();
                state.store_between(chunk.slot, (chunk.mint, chunk.maxt), Encoding::Xor, data);
            }
            for Entry { slot, t, v } in done.left {
                state.append_to(slot, t, v);
            }
        }
    }
}

/// Appends the samples of one shard.
fn append_to(mut part: Part<'_, Series>, waiting: &mut Vec<Entry>, floor: i64, range: i64) -> Done {
    let mut done = Done { min_t: i64::MAX, max_t: i64::MIN, full: Vec::new(), left: Vec::new() };
    for block in waiting.chunks_mut(BLOCK) {
        let mut fresh = 0;
        for index in 0..block.len() {
            let Some(entry) = block.get(index).copied() else { break };
            let is_new = part.get(entry.slot).is_some_and(|series| {
                prefetch(std::ptr::from_ref(series).addr() + CACHE_LINE);
                prefetch(series.chunk.next_address());
                entry.t > series.chunk.last_t()
            });
            if let Some(place) = block.get_mut(fresh).filter(|_| is_new && entry.t >= floor) {
                *place = entry;
                fresh += 1;
            }
        }
        for entry in block.iter().take(fresh) {
            let Some(series) = part.get_mut(entry.slot) else { continue };
            let last = series.chunk.last_t();
            if entry.t <= last {
                continue;
            }
            if series.other != NO_OTHER {
                done.left.push(*entry);
                continue;
            }
            if series.must_cut(entry.t) {
                let (data, len) = series.chunk.take();
                done.full.push(Full { slot: entry.slot, mint: series.chunk_start, maxt: last, data, len });
            }
            series.append(entry.t, entry.v, range);
            done.min_t = done.min_t.min(entry.t);
            done.max_t = done.max_t.max(entry.t);
        }
    }
    waiting.clear();
    done
}
