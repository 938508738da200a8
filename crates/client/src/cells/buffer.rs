//! A histogram's buffer: one thread's observations of one histogram, readable as a consistent whole.
//!
//! The owning thread wraps each observation in an odd sequence number; a reader takes what it read only if the
//! number was even and unchanged. A reader that keeps meeting a busy thread gives the thread a second buffer (the twin)
//! and reads the first one at rest; both count, so nothing has to be moved.

use std::ptr;
use std::sync::Arc;

use narthex_model::Histogram;

use super::Handle;
use super::layout::Layout;
use super::native::{Native, NativeCounts, NativeSnapshot};
use super::sync::{self, AtomicPtr, AtomicU64, Ordering, fence};

/// The merged observations of a histogram series.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct HistogramSnapshot {
    /// Observations per bucket, not cumulative; the last is +Inf.
    pub(crate) counts: Vec<u64>,
    /// Sum of the observed values.
    pub(crate) sum: f64,
    native: Option<NativeSnapshot>,
}

impl HistogramSnapshot {
    /// A snapshot without observations.
    pub(crate) fn empty(layout: &Layout) -> Self {
        Self {
            counts: vec![0; layout.len()],
            sum: 0.0,
            native: layout.native().map(|_| NativeSnapshot::default()),
        }
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self, layout: &Layout) {
        self.counts.clear();
        self.counts.resize(layout.len(), 0);
        self.sum = 0.0;
        self.native = layout.native().map(|_| NativeSnapshot::default());
    }

    /// Counts one observation directly: the way of threads whose cells are gone.
    pub(crate) fn observe(&mut self, layout: &Layout, value: f64, times: u64) {
        if let Some(count) = self.counts.get_mut(layout.bucket(value)) {
            *count += times;
        }
        self.sum += value * times as f64;
        if let (Some(counts), Some(native)) = (&mut self.native, layout.native()) {
            counts.observe(native, value, times);
        }
    }

    /// All observations.
    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The native form on the wire.
    pub(crate) fn native(self, native: &Native) -> Histogram {
        self.native.unwrap_or_default().into_histogram(native, self.sum)
    }

    /// Adds another snapshot of the same layout.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.sum += other.sum;
        if let (Some(mine), Some(theirs)) = (&mut self.native, &other.native) {
            mine.merge(theirs.clone());
        }
    }
}

/// One thread's observations of one histogram series.
pub(crate) struct Buffer {
    /// The series this buffer counts for.
    handle: Handle,
    /// Odd while the owning thread writes.
    sequence: AtomicU64,
    sum: AtomicU64,
    counts: Box<[AtomicU64]>,
    native: Option<Box<NativeCounts>>,
    layout: Arc<Layout>,
    /// The other buffer, made by a starved reader; each of the two points to the other.
    twin: AtomicPtr<Buffer>,
}

/// Tries before a reader takes what it sees (after about two seconds): somebody holds the owner, a debugger perhaps.
const REST_TRIES_MAX: usize = 20_000;

impl Buffer {
    pub(crate) fn new(handle: Handle, layout: Arc<Layout>) -> Box<Self> {
        let counts = (0..layout.len()).map(|_| AtomicU64::new(0)).collect();
        Box::new(Self {
            handle,
            sequence: AtomicU64::new(0),
            sum: AtomicU64::new(0.0_f64.to_bits()),
            counts,
            native: layout.native().map(|native| Box::new(NativeCounts::new(native))),
            layout,
            twin: AtomicPtr::new(ptr::null_mut()),
        })
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle
    }

    /// Counts one value `times` times; `false` when the native form has no room for it yet. Called by the owning
    /// thread only.
    #[inline(always)]
    pub(crate) fn observe(&self, value: f64, times: u64) -> bool {
        match &self.native {
            None => {
                self.count(self.counts.get(self.layout.bucket(value)), value, times, None);
                true
            }
            Some(native) => self.observe_native(native, value, times),
        }
    }

    #[inline(never)]
    fn observe_native(&self, native: &NativeCounts, value: f64, times: u64) -> bool {
        let cell = native.cell(value);
        if cell.is_some() {
            // Without classic buckets all that is counted is in the native ones.
            let is_classic = self.layout.is_classic();
            let bucket = if is_classic { self.counts.get(self.layout.bucket(value)) } else { None };
            self.count(bucket, value, times, cell);
        }
        cell.is_some()
    }

    #[inline(always)]
    fn count(&self, bucket: Option<&AtomicU64>, value: f64, times: u64, native: Option<&AtomicU64>) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        let add = |count: &AtomicU64| {
            count.store(count.load(Ordering::Relaxed).wrapping_add(times), Ordering::Relaxed);
        };
        if let Some(count) = bucket {
            add(count);
        }
        if let Some(count) = native {
            add(count);
        }
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed)) + value * times as f64;
        self.sum.store(sum.to_bits(), Ordering::Relaxed);
        self.sequence.store(sequence.wrapping_add(2), Ordering::Release);
    }

    /// Counts a value that [`observe`](Self::observe) had no room for.
    ///
    /// # Safety
    /// Called by the owning thread with the global lock held.
    pub(crate) unsafe fn observe_widening(&self, value: f64, times: u64) {
        if !self.observe(value, times) {
            if let Some(native) = &self.native {
                // SAFETY: the caller's promise.
                unsafe { native.make_room(value) };
            }
            self.observe(value, times);
        }
    }

    /// Reads without waiting; `false` when a write was under way.
    fn try_read(&self, into: &mut HistogramSnapshot) -> bool {
        let before = self.sequence.load(Ordering::Acquire);
        self.copy(into);
        fence(Ordering::Acquire);
        before.is_multiple_of(2) && self.sequence.load(Ordering::Relaxed) == before
    }

    fn copy(&self, into: &mut HistogramSnapshot) {
        into.counts.clear();
        into.counts.extend(self.counts.iter().map(|count| count.load(Ordering::Relaxed)));
        into.sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        into.native = self.native.as_ref().map(|native| {
            let mut snapshot = NativeSnapshot::default();
            native.add_to(&mut snapshot);
            snapshot
        });
        if let Some(native) = into.native.as_ref().filter(|_| !self.layout.is_classic()) {
            into.counts.fill(native.count());
        }
    }

    fn read_at_rest(&self, into: &mut HistogramSnapshot) {
        for attempt in 0..REST_TRIES_MAX {
            if self.try_read(into) {
                return;
            }
            sync::wait(attempt);
        }
        self.copy(into);
    }
}

/// Adds what the buffer behind `cell` (and its twin) holds to `total`, by way of `part`; called under the global lock.
pub(crate) fn read(
    cell: &AtomicPtr<Buffer>,
    handle: Handle,
    part: &mut HistogramSnapshot,
    total: &mut HistogramSnapshot,
) {
    let active = cell.load(Ordering::Acquire);
    // SAFETY: a cell holds null or a buffer that is freed under the global lock only, which the caller holds.
    let Some(active) = (unsafe { active.as_ref() }) else { return };
    if active.handle != handle {
        return;
    }
    let twin = active.twin.load(Ordering::Acquire);
    // SAFETY: as above; a twin is freed together with its buffer.
    if let Some(twin) = unsafe { twin.as_ref() } {
        twin.read_at_rest(part);
        total.merge(part);
    }
    if (0..sync::TRIES_MAX).any(|_| active.try_read(part)) {
        total.merge(part);
        return;
    }
    let twin = if twin.is_null() {
        let made = Buffer::new(handle, Arc::clone(&active.layout));
        made.twin.store(ptr::from_ref(active).cast_mut(), Ordering::Release);
        let made = Box::into_raw(made);
        active.twin.store(made, Ordering::Release);
        made
    } else {
        twin
    };
    cell.store(twin, Ordering::Release);
    active.read_at_rest(part);
    total.merge(part);
}

/// Adds a finished thread's buffer and its twin to `total`.
///
/// # Safety
/// `buffer` is not null, the global lock is held, and the owning thread has ended.
pub(crate) unsafe fn fold(buffer: *mut Buffer, total: &mut HistogramSnapshot) {
    let mut part = HistogramSnapshot::default();
    // SAFETY: by the caller's promise the pair is alive and nobody writes.
    unsafe {
        (*buffer).copy(&mut part);
        total.merge(&part);
        if let Some(twin) = (*buffer).twin.load(Ordering::Relaxed).as_ref() {
            twin.copy(&mut part);
            total.merge(&part);
        }
    }
}

/// Frees a buffer and its twin.
///
/// # Safety
/// `buffer` is null or was taken out of its cell under the global lock by its owning thread, or the owning thread
/// has ended.
pub(crate) unsafe fn free(buffer: *mut Buffer) {
    if buffer.is_null() {
        return;
    }
    // SAFETY: buffers come from `Box::into_raw`; by the caller's promise nobody else can reach this pair.
    unsafe {
        let twin = (*buffer).twin.load(Ordering::Relaxed);
        drop(Box::from_raw(buffer));
        if !twin.is_null() {
            drop(Box::from_raw(twin));
        }
    }
}
