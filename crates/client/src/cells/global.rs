//! What all threads share: the list of threads, the free slots, and what finished threads left behind.
//!
//! One lock, taken by rare events only: a thread's first touch of a page, its end, a series' birth and death, a read.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::buffer::{self, Buffer};
use super::directory::{Directory, Slot};
use super::pages::Table;
use super::{Handle, HistogramSnapshot, Layout, stray, value};

/// What a slot holds. Each kind has slot numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// An integer counter: cells of values.
    Value,
    /// A gauge: the slot's base is its value.
    Gauge,
    /// A histogram or a float counter: cells of buffers.
    Histogram,
    /// A summary: no cells, only a number; see `crate::summaries`.
    Summary,
}

/// How long a freed gauge slot rests; see [`super::set_gauge`].
const GAUGE_REST: Duration = Duration::from_secs(60);

static VALUES: Directory = Directory::new();
static GAUGES: Directory = Directory::new();
static HISTOGRAMS: Directory = Directory::new();
static SUMMARIES: Directory = Directory::new();

pub(super) fn directory(kind: Kind) -> &'static Directory {
    match kind {
        Kind::Value => &VALUES,
        Kind::Gauge => &GAUGES,
        Kind::Histogram => &HISTOGRAMS,
        Kind::Summary => &SUMMARIES,
    }
}

/// The tables of one thread.
pub(super) struct Thread {
    pub(super) values: Table<AtomicU64>,
    pub(super) buffers: Table<AtomicPtr<Buffer>>,
}

/// What a histogram slot has beside its cells.
struct HistogramBase {
    layout: Arc<Layout>,
    /// What finished threads observed.
    finished: Option<Box<HistogramSnapshot>>,
}

impl HistogramBase {
    /// The finished threads' observations and the layout to add more with.
    fn finished(&mut self) -> (&mut HistogramSnapshot, &Layout) {
        let layout = &*self.layout;
        (self.finished.get_or_insert_with(|| Box::new(HistogramSnapshot::empty(layout))), layout)
    }
}

#[derive(Default)]
struct Slots {
    /// The first number never used.
    next: u32,
    /// Freed numbers with the time of their release, oldest first.
    free: VecDeque<(u32, Option<Instant>)>,
}

impl Slots {
    fn take(&mut self) -> u32 {
        let rested = self.free.front().is_some_and(|(_, at)| at.is_none_or(|at| at.elapsed() >= GAUGE_REST));
        if rested && let Some((slot, _)) = self.free.pop_front() {
            return slot;
        }
        let slot = self.next;
        self.next = self.next.saturating_add(1);
        slot
    }
}

/// The state behind the lock.
pub(super) struct Global {
    /// By thread number; the numbers of finished threads are used again.
    threads: Vec<Option<Thread>>,
    values: Slots,
    gauges: Slots,
    histograms: Slots,
    summaries: Slots,
    histogram_bases: Vec<Option<HistogramBase>>,
}

static GLOBAL: Mutex<Global> = Mutex::new(Global {
    threads: Vec::new(),
    values: Slots { next: 0, free: VecDeque::new() },
    gauges: Slots { next: 0, free: VecDeque::new() },
    histograms: Slots { next: 0, free: VecDeque::new() },
    summaries: Slots { next: 0, free: VecDeque::new() },
    histogram_bases: Vec::new(),
});

thread_local! {
    /// Whether this thread holds the lock: an allocator that counts its own calls comes back here from inside.
    static LOCKED: Cell<bool> = const { Cell::new(false) };
}

/// The held lock.
pub(super) struct Guard(MutexGuard<'static, Global>);

impl Deref for Guard {
    type Target = Global;
    fn deref(&self) -> &Global {
        &self.0
    }
}

impl DerefMut for Guard {
    fn deref_mut(&mut self) -> &mut Global {
        &mut self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        LOCKED.set(false);
    }
}

/// Takes the lock; `None` when this very thread holds it already.
pub(super) fn try_lock() -> Option<Guard> {
    if LOCKED.replace(true) {
        return None;
    }
    Some(Guard(GLOBAL.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// The moment from which creation times count, in milliseconds since the Unix epoch.
pub(super) fn epoch_ms() -> u64 {
    static EPOCH: OnceLock<u64> = OnceLock::new();
    *EPOCH.get_or_init(now_ms)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// When the series was created, in milliseconds since the Unix epoch, exact to a tenth of a second.
pub(crate) fn created_ms(kind: Kind, handle: Handle) -> u64 {
    let tenths = directory(kind).get(handle.slot()).map_or(0, |slot| slot.created.load(Ordering::Relaxed));
    epoch_ms() + u64::from(tenths) * 100
}

/// Gives out a slot for a new series; histograms bring their layout.
pub(crate) fn allocate(kind: Kind, layout: Option<Arc<Layout>>) -> Option<Handle> {
    let mut global = try_lock()?;
    let number = global.slots(kind).take();
    let index = number as usize;
    directory(kind).ensure(index);
    let slot = directory(kind).get(index)?;
    let tenths = now_ms().saturating_sub(epoch_ms()) / 100;
    slot.created.store(u32::try_from(tenths).unwrap_or(u32::MAX), Ordering::Relaxed);
    let base = if kind == Kind::Gauge { slot.base_made() } else { slot.base() };
    if let Some(base) = base {
        base.store(0, Ordering::Relaxed);
    }
    if let Some(layout) = layout {
        if global.histogram_bases.len() <= index {
            global.histogram_bases.resize_with(index + 1, || None);
        }
        global.histogram_bases[index] = Some(HistogramBase { layout, finished: None });
    }
    Handle::new(number, slot.generation.load(Ordering::Relaxed))
}

/// Takes a slot back: from now on additions through `handle` are dropped.
pub(crate) fn release(kind: Kind, handle: Handle) {
    let Some(mut global) = try_lock() else { return };
    let Some(slot) = directory(kind).get(handle.slot()) else { return };
    if slot.generation.load(Ordering::Relaxed) != handle.generation() {
        return;
    }
    // A slot whose generations are used up gets generation 0, which no handle has, and is not given out again.
    let next = handle.generation().wrapping_add(1);
    slot.generation.store(next, Ordering::Relaxed);
    if let Some(base) = global.histogram_bases.get_mut(handle.slot()).filter(|_| kind == Kind::Histogram) {
        *base = None;
    }
    if kind == Kind::Value {
        stray::forget(handle);
    }
    if next != 0 {
        let rest = (kind == Kind::Gauge).then(Instant::now);
        global.slots(kind).free.push_back((handle.slot() as u32, rest));
    }
}

/// The value of an integer counter; `None` when the series was removed.
pub(crate) fn read_value(handle: Handle) -> Option<u64> {
    is_current(Kind::Value, handle).then(|| Reading::begin().value(handle))
}

/// A consistent snapshot of a histogram series; empty when it was removed.
pub(crate) fn read_histogram(handle: Handle, layout: &Layout) -> HistogramSnapshot {
    let mut total = HistogramSnapshot::empty(layout);
    Reading::begin().histogram(handle, layout, &mut total);
    total
}

/// Reads many series under one lock.
pub(crate) struct Reading {
    /// Nothing when this thread holds the lock already; then histograms read empty and counters their bases.
    global: Option<Guard>,
    part: HistogramSnapshot,
}

impl Reading {
    pub(crate) fn begin() -> Self {
        Self { global: try_lock(), part: HistogramSnapshot::default() }
    }

    /// The sum of an integer counter that exists.
    #[inline]
    pub(crate) fn value(&self, handle: Handle) -> u64 {
        let base = directory(Kind::Value).get(handle.slot()).and_then(Slot::base);
        let mut sum = base.map_or(0, |base| base.load(Ordering::Relaxed)).wrapping_add(stray::of(handle));
        for thread in self.global.iter().flat_map(|global| &global.threads).flatten() {
            if let Some(cell) = thread.values.get(handle.slot()) {
                sum = sum.wrapping_add(value::share(cell.load(Ordering::Relaxed), handle));
            }
        }
        sum
    }

    /// Puts a consistent snapshot of a series into `total`.
    pub(crate) fn histogram(&mut self, handle: Handle, layout: &Layout, total: &mut HistogramSnapshot) {
        total.reset(layout);
        let Some(global) = self.global.as_ref().filter(|_| is_current(Kind::Histogram, handle)) else {
            return;
        };
        let base = global.histogram_bases.get(handle.slot()).and_then(Option::as_ref);
        if let Some(finished) = base.and_then(|base| base.finished.as_ref()) {
            total.merge(finished);
        }
        for thread in global.threads.iter().flatten() {
            if let Some(cell) = thread.buffers.get(handle.slot()) {
                buffer::read(cell, handle, &mut self.part, total);
            }
        }
    }
}

/// The handle's slot, if the handle is of the generation in force.
pub(super) fn slot(kind: Kind, handle: Handle) -> Option<Slot> {
    let slot = directory(kind).get(handle.slot())?;
    (slot.generation.load(Ordering::Relaxed) == handle.generation()).then_some(slot)
}

/// Whether the handle's series exists.
pub(crate) fn is_current(kind: Kind, handle: Handle) -> bool {
    slot(kind, handle).is_some()
}

impl Global {
    fn slots(&mut self, kind: Kind) -> &mut Slots {
        match kind {
            Kind::Value => &mut self.values,
            Kind::Gauge => &mut self.gauges,
            Kind::Histogram => &mut self.histograms,
            Kind::Summary => &mut self.summaries,
        }
    }

    /// Adds a thread and says its number.
    pub(super) fn begin_thread(&mut self) -> usize {
        let thread = Some(Thread { values: Table::new(), buffers: Table::new() });
        match self.threads.iter().position(Option::is_none) {
            Some(number) => {
                self.threads[number] = thread;
                number
            }
            None => {
                self.threads.push(thread);
                self.threads.len() - 1
            }
        }
    }

    pub(super) fn thread(&mut self, number: usize) -> Option<&mut Thread> {
        self.threads.get_mut(number)?.as_mut()
    }

    pub(super) fn layout(&self, handle: Handle) -> Option<Arc<Layout>> {
        slot(Kind::Histogram, handle)?;
        let base = self.histogram_bases.get(handle.slot())?.as_ref()?;
        Some(Arc::clone(&base.layout))
    }

    /// Counts an observation of a thread that has no cells any more.
    pub(super) fn observe_finished(&mut self, handle: Handle, value: f64, times: u64) {
        if !is_current(Kind::Histogram, handle) {
            return;
        }
        if let Some(Some(base)) = self.histogram_bases.get_mut(handle.slot()) {
            let (finished, layout) = base.finished();
            finished.observe(layout, value, times);
        }
    }

    /// Folds a finished thread's cells into the bases.
    pub(super) fn end_thread(&mut self, number: usize) {
        let Some(thread) = self.threads.get_mut(number).and_then(Option::take) else { return };
        thread.values.for_each(|number, cell| {
            if let Some((handle, count @ 1..)) = value::parts(cell.load(Ordering::Relaxed), number)
                && let Some(base) = slot(Kind::Value, handle).and_then(Slot::base_made)
            {
                base.fetch_add(count, Ordering::Relaxed);
            }
        });
        thread.buffers.for_each(|number, cell| {
            let active = cell.swap(ptr::null_mut(), Ordering::AcqRel);
            // SAFETY: the thread has ended and the lock is held, so this pair of buffers is ours alone.
            let Some(handle) = (unsafe { active.as_ref() }).map(Buffer::handle) else { return };
            if is_current(Kind::Histogram, handle)
                && let Some(Some(base)) = self.histogram_bases.get_mut(number)
            {
                let (finished, _) = base.finished();
                // SAFETY: as above.
                unsafe { buffer::fold(active, finished) };
            }
            // SAFETY: as above; the cell does not lead here any more.
            unsafe { buffer::free(active) };
        });
    }
}
