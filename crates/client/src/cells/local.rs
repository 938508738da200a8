//! The calling thread's side: thread-local pointers to its tables, the fast paths, and what happens on a first touch.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::buffer::{self, Buffer};
use super::global::{self, Guard, Kind, Thread};
use super::pages::{PAGE, Page};
use super::value::{self, ADD_MAX};
use super::{Handle, stray};

/// No destructor, so that it can be reached to the very end of the thread.
struct Local {
    values: Cell<*const AtomicPtr<Page<AtomicU64>>>,
    values_len: Cell<usize>,
    buffers: Cell<*const AtomicPtr<Page<AtomicPtr<Buffer>>>>,
    buffers_len: Cell<usize>,
    state: Cell<State>,
}

#[derive(Clone, Copy)]
enum State {
    /// Has not counted yet.
    Fresh,
    /// Has the tables of this thread number.
    Live(usize),
    /// Its end was noticed; what it still counts goes to the bases.
    Ended,
}

/// Notices the thread's end.
struct Sentinel;

thread_local! {
    static LOCAL: Local = const {
        Local {
            values: Cell::new(ptr::null()),
            values_len: Cell::new(0),
            buffers: Cell::new(ptr::null()),
            buffers_len: Cell::new(0),
            state: Cell::new(State::Fresh),
        }
    };
    static SENTINEL: Sentinel = const { Sentinel };
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.values_len.set(0);
            local.buffers_len.set(0);
            if let State::Live(number) = local.state.replace(State::Ended)
                && let Some(mut global) = global::try_lock()
            {
                global.end_thread(number);
            }
        });
    }
}

impl Local {
    /// The calling thread's cell for an integer counter.
    #[inline]
    fn value_cell(&self, slot: usize) -> Option<&AtomicU64> {
        let index = slot / PAGE;
        if index >= self.values_len.get() {
            return None;
        }
        // SAFETY: `values` points to `values_len` entries of this thread's table, which only this thread replaces
        // (in `thread_tables`, which sets both) and which is freed after `Sentinel` set the length to 0. Entries point
        // to pages that live as long as the table.
        let page = unsafe { &*(*self.values.get().add(index)).load(Ordering::Relaxed) };
        Some(page.cell(slot))
    }

    /// The calling thread's cell for a histogram.
    #[inline]
    fn buffer_cell(&self, slot: usize) -> Option<&AtomicPtr<Buffer>> {
        let index = slot / PAGE;
        if index >= self.buffers_len.get() {
            return None;
        }
        // SAFETY: as in `value_cell`.
        let page = unsafe { &*(*self.buffers.get().add(index)).load(Ordering::Relaxed) };
        Some(page.cell(slot))
    }

    /// This thread's tables with room made by `ensure`; `None` when the thread is at its end.
    fn thread_tables<'g>(
        &self,
        global: &'g mut Guard,
        ensure: impl FnOnce(&mut Thread),
    ) -> Option<&'g mut Thread> {
        let number = match self.state.get() {
            State::Live(number) => number,
            State::Ended => return None,
            State::Fresh => {
                if SENTINEL.try_with(|_| ()).is_err() {
                    self.state.set(State::Ended);
                    return None;
                }
                let number = global.begin_thread();
                self.state.set(State::Live(number));
                number
            }
        };
        let thread = global.thread(number)?;
        ensure(thread);
        let (values, values_len) = thread.values.raw();
        self.values.set(values);
        self.values_len.set(values_len);
        let (buffers, buffers_len) = thread.buffers.raw();
        self.buffers.set(buffers);
        self.buffers_len.set(buffers_len);
        Some(thread)
    }
}

/// The calling thread's own. By a pointer, because what happens inside of `with` is not always inlined.
#[inline(always)]
fn local<'t>() -> &'t Local {
    // SAFETY: without a destructor the thread-local lives as long as the thread, and `Local` is not `Sync`, so that the
    // callers below, who do not keep it, cannot send it elsewhere.
    unsafe { &*LOCAL.with(ptr::from_ref) }
}

/// Adds to an integer counter.
#[inline]
pub(crate) fn add(handle: Handle, amount: u64) {
    let local = local();
    if let Some(cell) = local.value_cell(handle.slot())
        && value::add(cell, handle, amount)
    {
        return;
    }
    add_slowly(local, handle, amount);
}

/// Counts one value `times` times in a histogram.
#[inline]
pub(crate) fn observe(handle: Handle, value: f64, times: u64) {
    let local = local();
    if let Some(cell) = local.buffer_cell(handle.slot()) {
        let buffer = cell.load(Ordering::Acquire);
        // SAFETY: a buffer in this thread's cell is freed by this thread only (`observe_slowly`), or after its end.
        if let Some(buffer) = unsafe { buffer.as_ref() }
            && buffer.handle() == handle
            && buffer.observe(value, times)
        {
            return;
        }
    }
    observe_slowly(local, handle, value, times);
}

/// The first touch, a page's first touch, a reused slot, an overflow, an ending thread, or a removed series.
#[cold]
#[inline(never)]
fn add_slowly(local: &Local, handle: Handle, amount: u64) {
    let Some(mut global) = global::try_lock() else {
        // This thread is inside the lock: its allocator counts. Shared, but exact.
        if let Some(slot) = global::slot(Kind::Value, handle) {
            match slot.base() {
                Some(base) => {
                    base.fetch_add(amount, Ordering::Relaxed);
                }
                None => stray::add(handle, amount),
            }
        }
        return;
    };
    let Some(slot) = global::slot(Kind::Value, handle) else { return };
    let to_base = |amount: u64| {
        if let Some(base) = slot.base_made() {
            base.fetch_add(amount, Ordering::Relaxed);
        }
    };
    let thread = local.thread_tables(&mut global, |thread| thread.values.ensure(handle.slot()));
    let cell = thread.and_then(|thread| thread.values.get(handle.slot())).filter(|_| amount <= ADD_MAX);
    let Some(cell) = cell else {
        to_base(amount);
        return;
    };
    let before = value::share(cell.load(Ordering::Relaxed), handle);
    if before > 0 {
        to_base(before);
    }
    // A cell of an older generation counted for a series that is gone: its value goes with it.
    value::begin(cell, handle, amount);
}

#[cold]
#[inline(never)]
fn observe_slowly(local: &Local, handle: Handle, value: f64, times: u64) {
    let Some(mut global) = global::try_lock() else { return };
    let Some(layout) = global.layout(handle) else { return };
    let thread = local.thread_tables(&mut global, |thread| thread.buffers.ensure(handle.slot()));
    let Some(cell) = thread.and_then(|thread| thread.buffers.get(handle.slot())) else {
        global.observe_finished(handle, value, times);
        return;
    };
    // SAFETY: as in `observe`.
    if let Some(buffer) = unsafe { cell.load(Ordering::Acquire).as_ref() }
        && buffer.handle() == handle
    {
        // SAFETY: this is the owning thread, and the lock is held.
        unsafe { buffer.observe_widening(value, times) };
        return;
    }
    let fresh = Buffer::new(handle, layout);
    // SAFETY: nobody else knows the fresh buffer.
    unsafe { fresh.observe_widening(value, times) };
    let stale = cell.swap(Box::into_raw(fresh), Ordering::AcqRel);
    // SAFETY: the lock is held and this is the owning thread; the cell leads to the fresh buffer now.
    unsafe { buffer::free(stale) };
}
