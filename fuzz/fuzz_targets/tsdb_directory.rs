//! Any bytes as the files of a data directory: log, out-of-order log, head chunk file, memory snapshot. It opens, or says why
//! not; what it has then is there again after the next start, and it takes new samples.
#![no_main]

#[path = "../../crates/tsdb/tests/durability/mem_fs/mod.rs"]
#[allow(dead_code, reason = "nothing fails here")]
mod mem_fs;

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use mem_fs::MemFs;
use narthex_model::Labels;
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Db, Options};

/// The files, in the order in which they stand in the input behind their lengths.
const FILES: [&str; 5] = [
    "/data/wal/00000000",
    "/data/wal/00000001",
    "/data/wbl/00000000",
    "/data/chunks_head/000001",
    "/data/chunk_snapshot.000001.0000000000/00000000",
];

fn open(fs: &MemFs) -> Option<Db> {
    let options = Options {
        memory_snapshot: true,
        out_of_order_window: 3_600_000,
        max_exemplars: 100,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open("/data", options).ok()
}

/// Everything that can be read: labels, times and bits of the samples, or that they cannot be read.
fn everything(db: &Db) -> Vec<(Labels, Option<Vec<(i64, u64)>>)> {
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let set = db.querier(i64::MIN, i64::MAX).and_then(|querier| collect_series(querier.select(&hints, &[])?));
    let read = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        let read = series.read(i64::MIN, i64::MAX, &mut samples);
        let values = samples.values.iter().map(|v| v.to_bits());
        (series.labels(), read.is_ok().then(|| samples.timestamps.iter().copied().zip(values).collect()))
    };
    set.unwrap_or_default().into_iter().map(read).collect()
}

fuzz_target!(|input: &[u8]| {
    let fs = MemFs::new();
    let mut rest = input;
    for file in FILES {
        let Some((len, after)) = rest.split_first_chunk::<2>() else { break };
        let (content, after) = after.split_at(after.len().min(usize::from(u16::from_le_bytes(*len))));
        rest = after;
        if let Some(dir) = Path::new(file).parent().filter(|_| !content.is_empty()) {
            fs.create_dir_all(dir).expect("nothing fails here");
            fs.create(Path::new(file)).and_then(|mut file| file.write_all(content)).expect("nothing fails here");
        }
    }
    let Some(db) = open(&fs) else { return };
    let first = everything(&db);
    drop(db);
    let db = open(&fs).expect("it opened before");
    assert!(db.replay_report().repairs.iter().all(|text| text.contains("record") || text.contains("snapshot")), "repaired once");
    assert_eq!(everything(&db), first);
    let mut appender = db.appender();
    let labels = Labels::from_pairs([("__name__", "new")]);
    let taken = appender.series(&labels).and_then(|series| {
        appender.append(series, 0, 1_700_000_000_000, SampleValue::Float(1.0))
    });
    let _ = (taken, appender.commit());
    let _ = db.maintain();
    let _ = everything(&db);
});
