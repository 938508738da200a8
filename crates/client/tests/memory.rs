//! Memory stays flat without a scrape. Alone in its process, so that nothing else allocates meanwhile.

use narthex_client::{Histogram, Registry, Summary};

#[test]
fn nothing_grows_with_observations_that_nobody_scrapes() {
    let histogram = Histogram::new("h", "").native(1.1).register_in(&Registry::new());
    let summary = Summary::new("s", "").register_in(&Registry::new());
    let observe = |rounds: u32| {
        for round in 0..rounds {
            let value = f64::from(round % 4096) + 0.001;
            histogram.observe(value);
            summary.observe(value);
        }
    };
    observe(20_000);
    let before = resident_bytes();
    observe(400_000);
    let (Some(before), Some(after)) = (before, resident_bytes()) else {
        eprintln!("SKIPPED: the resident memory of this process cannot be read here");
        return;
    };
    // Eight bytes an observation would be 6 MB.
    assert!(after < before + 2_000_000.0, "{before} grew to {after}");
    assert_eq!(histogram.count(), 420_000);
}

fn resident_bytes() -> Option<f64> {
    let registry = Registry::new();
    registry.collect_with(narthex_client::ProcessCollector::new());
    let page = registry.text();
    page.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "))?.parse().ok()
}
