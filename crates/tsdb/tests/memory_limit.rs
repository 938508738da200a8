//! The memory budget: near the limit new series are refused with a reason, known ones go on, and room lets new ones in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use narthex_model::Labels;
use narthex_storage::{AppendError, SampleValue, Storage};
use narthex_tsdb::{Db, MemoryUse, Options};

#[derive(Debug, Default)]
struct Fake(AtomicU64);

impl MemoryUse for Fake {
    fn used(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed))
    }
}

fn labels(number: usize) -> Labels {
    Labels::from_pairs([("__name__", "m"), ("number", number.to_string().as_str())])
}

#[test]
fn new_series_are_refused_and_known_ones_are_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let memory = Arc::new(Fake::default());
    let options = Options { memory_limit: 1000, memory_use: Arc::clone(&memory) as _, ..Options::default() };
    let db = Db::open(dir.path(), options.clone()).expect("opens");
    let mut appender = db.appender();
    let known = appender.series(&labels(0)).expect("there is room");
    appender.append(known, 0, 1000, SampleValue::Float(1.0)).expect("a first sample");
    appender.commit().expect("commits");

    memory.0.store(900, Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(150));
    let mut appender = db.appender();
    let refusal = appender.series(&labels(1)).expect_err("there is no room");
    let AppendError::Limit(reason) = refusal else { panic!("{refusal}") };
    assert!(reason.contains("900") && reason.contains("--storage.memory-limit"), "{reason}");
    assert_eq!(appender.series(&labels(0)), Ok(known), "what is there is found");
    appender.append(known, 0, 2000, SampleValue::Float(2.0)).expect("and goes on");
    appender.commit().expect("commits");
    let stats = db.head_stats();
    assert_eq!((stats.series, stats.series_refused, stats.memory_limit), (1, 1, 1000));

    // A start takes what was there, whatever the budget says.
    drop(db);
    let db = Db::open(dir.path(), options).expect("opens again");
    assert_eq!(db.head_stats().series, 1);

    memory.0.store(899, Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(150));
    db.appender().series(&labels(1)).expect("there is room again");
}
