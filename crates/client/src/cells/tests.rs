//! The cells against what must hold: exact sums over threads, ends, reuse, overflow, and consistent histograms.

use std::sync::Arc;

use super::value::ADD_MAX;
use super::*;

fn value(handle: Handle) -> u64 {
    read_value(handle).unwrap()
}

#[test]
fn sums_are_exact_over_live_and_finished_threads() {
    let handle = allocate(Kind::Value, None).unwrap();
    add(handle, 5);
    for _ in 0..3 {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(move || {
                    for _ in 0..100 {
                        add(handle, 1);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
    assert_eq!(value(handle), 1205);
    release(Kind::Value, handle);
    assert_eq!(read_value(handle), None);
}

#[test]
fn a_removed_series_never_adds_to_the_next_one_in_its_slot() {
    let old = allocate(Kind::Value, None).unwrap();
    add(old, 7);
    release(Kind::Value, old);
    // Other tests allocate as well; wait for our slot to come round.
    let mut taken = Vec::new();
    let new = loop {
        let handle = allocate(Kind::Value, None).unwrap();
        if handle.slot() == old.slot() {
            break handle;
        }
        taken.push(handle);
    };
    assert_eq!(value(new), 0);
    add(old, 100);
    assert_eq!(value(new), 0);
    add(new, 1);
    add(old, 100);
    add(new, 1);
    std::thread::spawn(move || {
        add(old, 100);
        add(new, 1);
        add(old, 100);
    })
    .join()
    .unwrap();
    assert_eq!(value(new), 3);
    for handle in taken {
        release(Kind::Value, handle);
    }
}

#[test]
fn large_values_spill_into_the_base() {
    let handle = allocate(Kind::Value, None).unwrap();
    for _ in 0..9 {
        add(handle, ADD_MAX);
    }
    add(handle, 3);
    assert_eq!(value(handle), 9 * ADD_MAX + 3);
    add(handle, u64::MAX / 2);
    assert_eq!(value(handle), 9 * ADD_MAX + 3 + u64::MAX / 2);
    std::thread::spawn(move || add(handle, ADD_MAX)).join().unwrap();
    assert_eq!(value(handle), 10 * ADD_MAX + 3 + u64::MAX / 2);
}

#[test]
fn counting_while_a_thread_ends() {
    struct Last(Handle, Handle);
    impl Drop for Last {
        fn drop(&mut self) {
            add(self.0, 1);
            observe(self.1, 0.5, 1);
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) });
    let counter = allocate(Kind::Value, None).unwrap();
    let layout = Arc::new(Layout::new(&[1.0], true, None));
    let histogram = allocate(Kind::Histogram, Some(Arc::clone(&layout))).unwrap();
    // The order of destructors is not ours to choose: once before our own sentinel, once after it.
    std::thread::spawn(move || {
        LAST.with(|last| *last.borrow_mut() = Some(Last(counter, histogram)));
        add(counter, 1);
    })
    .join()
    .unwrap();
    std::thread::spawn(move || {
        add(counter, 1);
        LAST.with(|last| *last.borrow_mut() = Some(Last(counter, histogram)));
    })
    .join()
    .unwrap();
    assert_eq!(value(counter), 4);
    assert_eq!(read_histogram(histogram, &layout).counts, [2, 0]);
}

#[test]
fn histogram_snapshots_are_consistent_under_fire() {
    let layout = Arc::new(Layout::new(&[1.0, 2.0, 3.0], true, None));
    let handle = allocate(Kind::Histogram, Some(Arc::clone(&layout))).unwrap();
    let rounds = if cfg!(miri) { 200 } else { 300_000 };
    let threads: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn(move || {
                for _ in 0..rounds {
                    observe(handle, 2.0, 1);
                }
            })
        })
        .collect();
    let mut last = 0;
    while threads.iter().any(|thread| !thread.is_finished()) {
        let snapshot = read_histogram(handle, &layout);
        let count: u64 = snapshot.counts.iter().sum();
        assert_eq!(snapshot.sum, 2.0 * count as f64);
        assert!(count >= last, "a histogram never goes back");
        last = count;
    }
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(read_histogram(handle, &layout).counts, [0, 2 * rounds, 0, 0]);
}

#[test]
fn a_histogram_slot_is_reused_with_another_layout() {
    let layout = Arc::new(Layout::new(&[1.0, 2.0], true, None));
    let mut handles = Vec::new();
    let old = allocate(Kind::Histogram, Some(Arc::clone(&layout))).unwrap();
    observe(old, 1.5, 3);
    release(Kind::Histogram, old);
    let wide = Arc::new(Layout::new(&(0..40).map(f64::from).collect::<Vec<_>>(), true, None));
    while handles.last().is_none_or(|last: &Handle| last.slot() != old.slot()) {
        handles.push(allocate(Kind::Histogram, Some(Arc::clone(&wide))).unwrap());
    }
    let new = handles[handles.len() - 1];
    observe(old, 1.5, 3);
    assert_eq!(read_histogram(new, &wide), HistogramSnapshot::empty(&wide));
    observe(new, 38.5, 2);
    let snapshot = read_histogram(new, &wide);
    assert_eq!((snapshot.counts[39], snapshot.sum), (2, 77.0));
    for handle in handles {
        release(Kind::Histogram, handle);
    }
}

#[test]
fn bounds_are_inclusive_and_nan_is_infinite() {
    for bounds in [3, 4, 5, 40] {
        let layout = Layout::new(&(1..=bounds).map(f64::from).collect::<Vec<_>>(), true, None);
        let handle =
            allocate(Kind::Histogram, Some(Arc::new(Layout::new(layout.bounds(), true, None)))).unwrap();
        for value in [f64::NEG_INFINITY, 1.0, 1.5, 3.0, 99.0, f64::INFINITY] {
            observe(handle, value, 1);
        }
        observe(handle, f64::NAN, 1);
        let counts = read_histogram(handle, &layout).counts;
        assert_eq!((counts[0], counts[1], counts[2]), (2, 1, 1), "{bounds}");
        assert_eq!(counts[bounds as usize], 3);
    }
}

#[test]
fn gauges_ignore_handles_of_removed_series() {
    let handle = allocate(Kind::Gauge, None).unwrap();
    set_gauge(handle, 2.0);
    modify_gauge(handle, |value| value * 4.0);
    assert_eq!(load_gauge(handle), Some(8.0));
    release(Kind::Gauge, handle);
    set_gauge(handle, 1.0);
    assert_eq!(load_gauge(handle), None);
}
