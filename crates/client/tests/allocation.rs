//! What is counted allocates nothing once the series exists: neither lookups by borrowed values nor increments.
#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use narthex_client::{Counter, Gauge, Histogram, LabelValue, Labels, Registry, series};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ending = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(LabelValue, Clone, Copy)]
enum Method {
    Get,
    Post,
}

#[derive(Labels)]
struct Http<'a> {
    method: Method,
    path: &'a str,
    status: u16,
}

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn lookups_and_increments_allocate_nothing() {
    let registry = Registry::new();
    let plain = Counter::new("plain", "").with_labels(["method", "path"]).register_in(&registry);
    let typed = Counter::new("typed", "").labelled::<Http>().register_in(&registry);
    let duration = Histogram::new("duration", "").with_labels(["path"]).register_in(&registry);
    let gauge = Gauge::new("gauge", "").with_labels(["path"]).register_in(&registry);
    let paths: Vec<String> = (0..50).map(|n| format!("/a/path/of/some/length/{n}")).collect();
    let count = || {
        for path in &paths {
            plain.with(["GET", path]).inc();
            for method in [Method::Get, Method::Post] {
                typed.with(Http { method, path, status: 404 }).inc_by(2);
            }
            duration.with([path]).observe(0.3);
            gauge.with([path]).set(1.0);
            series!(plain, ["POST", "/constant"]).inc();
        }
    };
    assert!(allocations(count) > 0, "the first round makes the series");
    assert_eq!(allocations(count), 0);
    assert_eq!(plain.with(["GET", &paths[7]]).get(), 2);
}
