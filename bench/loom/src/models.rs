//! One model for each protocol. The first thread makes the cells, stores to them before it starts the second, and is their
//! only writer; it runs first, so that loom finds every race of the second thread's loads with its stores.

use std::sync::Arc;

use loom::sync::Mutex;
use loom::sync::atomic::{AtomicPtr, Ordering};
use loom::thread;

use crate::atomics::AtomicU64;
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
        let series = handle(6, 1);
        value::begin(&cell, series, 1);
        let reader = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || [(); 3].map(|()| value::share(cell.load(Ordering::Relaxed), series)))
        };
        assert!(value::add(&cell, series, 2));
        assert!(value::add(&cell, series, 4));
        let seen = reader.join().unwrap();
        assert!(seen.is_sorted() && seen.iter().all(|seen| [1, 3, 7].contains(seen)), "{seen:?}");
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
        let read = move |shared: &Shared| {
            let threads = shared.threads.lock().unwrap();
            let live = threads.as_ref().map_or(0, |cell| value::share(cell.load(Ordering::Relaxed), series));
            shared.base.load(Ordering::Relaxed) + live
        };
        let reader = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || [(); 3].map(|()| read(&shared)))
        };
        assert!(value::add(&cell, series, 1));
        assert!(value::add(&cell, series, 1));
        {
            let mut threads = shared.threads.lock().unwrap();
            if let Some(cell) = threads.take() {
                let share = value::share(cell.load(Ordering::Relaxed), series);
                shared.base.store(shared.base.load(Ordering::Relaxed) + share, Ordering::Relaxed);
            }
        }
        let seen = reader.join().unwrap();
        assert!(seen.is_sorted() && seen.iter().all(|seen| (11..=13).contains(seen)), "{seen:?}");
        assert_eq!(read(&shared), 13);
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
        let remover = {
            let (cell, generation) = (Arc::clone(&cell), Arc::clone(&generation));
            thread::spawn(move || {
                let mut generation = generation.lock().unwrap();
                *generation = 2;
                let share = value::share(cell.load(Ordering::Relaxed), new);
                drop(generation);
                [share, value::share(cell.load(Ordering::Relaxed), new)]
            })
        };
        let mut counted = 0;
        for series in [old, new, old, new] {
            let mut is_counted = value::add(&cell, series, 1);
            if !is_counted {
                let generation = generation.lock().unwrap();
                if series.generation() == *generation {
                    value::begin(&cell, series, 1);
                    is_counted = true;
                }
            }
            counted += u64::from(is_counted && series == new);
        }
        let [removed, later] = remover.join().unwrap();
        assert_eq!(removed, 0);
        assert!(later <= 2, "{later}");
        assert_eq!(value::share(cell.load(Ordering::Relaxed), new), counted);
    });
}

/// A histogram is read while its thread observes, with the swap to a second buffer: every snapshot is whole.
fn a_histogram_is_read_whole() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        count();
        let series = handle(1, 1);
        let layout = Arc::new(Layout::new(&[1.0], true, None));
        let buffer = Buffer::new(series, Arc::clone(&layout));
        assert!(buffer.observe(2.0, 1));
        let cell = Arc::new(AtomicPtr::new(Box::into_raw(buffer)));
        let read = move |cell: &AtomicPtr<Buffer>| {
            let (mut part, mut total) = (HistogramSnapshot::default(), HistogramSnapshot::empty(&layout));
            buffer::read(cell, series, &mut part, &mut total);
            (total.count(), total.sum)
        };
        let reader = {
            let (cell, read) = (Arc::clone(&cell), read.clone());
            thread::spawn(move || [(); 2].map(|()| read(&cell)))
        };
        for _ in 0..2 {
            // SAFETY: buffers are freed at the end of the model.
            let buffer = unsafe { &*cell.load(Ordering::Acquire) };
            assert!(buffer.observe(2.0, 1));
        }
        let seen = reader.join().unwrap();
        assert!(seen.is_sorted() && seen.iter().all(|(count, sum)| 2.0 * *count as f64 == *sum), "{seen:?}");
        assert_eq!(read(&cell), (3, 6.0));
        // SAFETY: nobody else is left.
        unsafe { buffer::free(cell.load(Ordering::Acquire)) };
    });
}

/// A reader looks series up without the lock while they are removed and their record is reused: it finds the series, or
/// nothing.
fn a_lookup_beside_a_removal_finds_the_series_or_nothing() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    let (a, b) = (key("a"), key("b"));
    let [first, second, third] = [1, 2, 3].map(|generation| handle(1, generation));
    model.check(move || {
        count();
        let map = Arc::new(SeriesMap::with_seed(7));
        assert!(map.lock().insert(&a, first));
        let reader = {
            let (map, a, b) = (Arc::clone(&map), a.clone(), b.clone());
            thread::spawn(move || (map.get(&b), map.get(&a)))
        };
        {
            let mut locked = map.lock();
            assert_eq!(locked.remove(&a), Some(first));
            assert!(locked.insert(&b, second));
            assert_eq!(locked.remove(&b), Some(second));
            assert!(locked.insert(&a, third));
        }
        let (at_b, at_a) = reader.join().unwrap();
        assert!(at_b.is_none_or(|found| found == second), "{at_b:?}");
        assert!(at_a.is_none_or(|found| found == first || found == third), "{at_a:?}");
        assert_eq!((map.get(&a), map.get(&b)), (Some(third), None));
    });
}
