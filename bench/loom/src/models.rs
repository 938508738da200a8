//! One model for each protocol.

use std::sync::Arc;

use loom::sync::Mutex;
use loom::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use loom::thread;

use crate::cells::buffer::{self, Buffer, HistogramSnapshot};
use crate::cells::{Handle, Layout, value};
use crate::series::{LabelValues, SeriesMap};

/// All of them by name.
pub(crate) const ALL: [(&str, fn()); 5] = [
    ("a cell is read while it is counted", a_cell_is_read_while_it_is_counted),
    (
        "what a finished thread counted is seen exactly once",
        what_a_finished_thread_counted_is_seen_exactly_once,
    ),
    ("a reused slot counts for its new series only", a_reused_slot_counts_for_its_new_series_only),
    ("a histogram is read whole", a_histogram_is_read_whole),
    (
        "a lookup beside a removal finds the series or nothing",
        a_lookup_beside_a_removal_finds_the_series_or_nothing,
    ),
];

/// How many interleavings were run.
pub(crate) static RUN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

fn count() {
    RUN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
}

fn handle(slot: u32, generation: u16) -> Handle {
    Handle::new(slot, generation).expect("a generation")
}

fn key(value: &str) -> Vec<u64> {
    let mut words = LabelValues::WORDS;
    let mut key = LabelValues::new(&mut words);
    key.push(value);
    key.words().to_vec()
}

/// A thread counts while another reads: the reader sees what was counted so far, and nothing else.
fn a_cell_is_read_while_it_is_counted() {
    loom::model(|| {
        count();
        let cell = Arc::new(AtomicU64::new(0));
        let series = handle(3, 1);
        value::begin(&cell, series, 1);
        let writer = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                assert!(value::add(&cell, series, 2));
                assert!(value::add(&cell, series, 4));
            })
        };
        assert!([1, 3, 7].contains(&value::share(cell.load(Ordering::Relaxed), series)));
        writer.join().unwrap();
        assert_eq!(value::share(cell.load(Ordering::Relaxed), series), 7);
    });
}

/// A thread ends and folds its cell into the base under the lock; a reader under the lock sees each count once.
fn what_a_finished_thread_counted_is_seen_exactly_once() {
    struct Shared {
        base: AtomicU64,
        /// The thread's cell, as long as it lives.
        threads: Mutex<Option<Arc<AtomicU64>>>,
    }
    loom::model(|| {
        count();
        let series = handle(0, 1);
        let cell = Arc::new(AtomicU64::new(0));
        let shared =
            Arc::new(Shared { base: AtomicU64::new(10), threads: Mutex::new(Some(Arc::clone(&cell))) });
        value::begin(&cell, series, 1);
        let ending = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert!(value::add(&cell, series, 1));
                let mut threads = shared.threads.lock().unwrap();
                if let Some(cell) = threads.take() {
                    let share = value::share(cell.load(Ordering::Relaxed), series);
                    shared.base.fetch_add(share, Ordering::Relaxed);
                }
            })
        };
        let read = || {
            let threads = shared.threads.lock().unwrap();
            let live = threads.as_ref().map_or(0, |cell| value::share(cell.load(Ordering::Relaxed), series));
            shared.base.load(Ordering::Relaxed) + live
        };
        let seen = read();
        assert!(seen == 11 || seen == 12, "{seen}");
        ending.join().unwrap();
        assert_eq!(read(), 12);
    });
}

/// A series is removed and its slot given to another while a thread counts with both handles: neither gets the other's.
fn a_reused_slot_counts_for_its_new_series_only() {
    loom::model(|| {
        count();
        let (old, new) = (handle(5, 1), handle(5, 2));
        let cell = Arc::new(AtomicU64::new(0));
        let generation = Arc::new(Mutex::new(1_u16));
        value::begin(&cell, old, 1);
        let writer = {
            let (cell, generation) = (Arc::clone(&cell), Arc::clone(&generation));
            thread::spawn(move || {
                for series in [old, new] {
                    if !value::add(&cell, series, 1) {
                        let generation = generation.lock().unwrap();
                        if series.generation() == *generation {
                            value::begin(&cell, series, 1);
                        }
                    }
                }
            })
        };
        {
            let mut generation = generation.lock().unwrap();
            *generation = 2;
            let share = value::share(cell.load(Ordering::Relaxed), new);
            assert!(share == 0, "{share}");
        }
        writer.join().unwrap();
        let share = value::share(cell.load(Ordering::Relaxed), new);
        assert!(share <= 1, "{share}");
    });
}

/// A histogram is read while its thread observes, with the swap to a second buffer: every snapshot is whole.
fn a_histogram_is_read_whole() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        count();
        let series = handle(1, 1);
        let layout = Arc::new(Layout::new(&[1.0], true, None));
        let cell = Arc::new(AtomicPtr::new(Box::into_raw(Buffer::new(series, Arc::clone(&layout)))));
        let writer = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                for _ in 0..2 {
                    // SAFETY: buffers are freed at the end of the model.
                    let buffer = unsafe { &*cell.load(Ordering::Acquire) };
                    assert!(buffer.observe(2.0, 1));
                }
            })
        };
        let mut last = 0;
        for _ in 0..2 {
            let (mut part, mut total) = (HistogramSnapshot::default(), HistogramSnapshot::empty(&layout));
            buffer::read(&cell, series, &mut part, &mut total);
            assert_eq!(total.sum, 2.0 * total.count() as f64);
            assert!(total.count() >= last);
            last = total.count();
        }
        writer.join().unwrap();
        let (mut part, mut total) = (HistogramSnapshot::default(), HistogramSnapshot::empty(&layout));
        buffer::read(&cell, series, &mut part, &mut total);
        assert_eq!((total.count(), total.sum), (2, 4.0));
        // SAFETY: nobody else is left.
        unsafe { buffer::free(cell.load(Ordering::Acquire)) };
    });
}

/// A reader looks a series up without the lock while it is removed and its record reused: it finds the series, or nothing.
fn a_lookup_beside_a_removal_finds_the_series_or_nothing() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    let (a, b) = (key("a"), key("b"));
    model.check(move || {
        count();
        let map = Arc::new(SeriesMap::with_seed(7));
        assert!(map.lock().insert(&a, handle(1, 1)));
        let writer = {
            let (map, a, b) = (Arc::clone(&map), a.clone(), b.clone());
            thread::spawn(move || {
                let mut locked = map.lock();
                assert_eq!(locked.remove(&a), Some(handle(1, 1)));
                assert!(locked.insert(&b, handle(1, 2)));
            })
        };
        assert!(map.get(&a).is_none_or(|found| found == handle(1, 1)));
        assert!(map.get(&b).is_none_or(|found| found == handle(1, 2)));
        writer.join().unwrap();
        assert_eq!((map.get(&a), map.get(&b)), (None, Some(handle(1, 2))));
    });
}
