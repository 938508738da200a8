//! Out-of-order chunks that a damaged head chunk file loses: the log of out-of-order samples has them, also at later starts.

use std::path::Path;
use std::sync::Arc;

use narthex_model::Labels;
use narthex_storage::{SampleValue, Storage};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Db, Options};

use crate::content::content;
use crate::mem_fs::MemFs;

fn open(fs: &MemFs) -> Db {
    let options = Options {
        out_of_order_window: 1_000_000,
        out_of_order_cap: 2,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open("/data", options).unwrap()
}

fn append(db: &Db, id: &str, times: &[i64]) {
    for t in times {
        let mut appender = db.appender();
        let series = appender.series(&Labels::from_pairs([("__name__", "m"), ("id", id)])).unwrap();
        appender.append(series, 0, *t, SampleValue::Float(1.0)).unwrap();
        appender.commit().unwrap();
    }
}

#[test]
fn a_lost_chunk_is_not_lost_at_the_second_start() {
    let fs = MemFs::new();
    fs.create_dir_all(Path::new("/data")).unwrap();
    let db = open(&fs);
    append(&db, "1", &[1000, 10, 20]);
    drop(db);
    let path = Path::new("/data/chunks_head/000001");
    let mut bytes = fs.read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs.create(path).unwrap().write_all(&bytes).unwrap();
    let times = |db: &Db, id| content(db, 0, 2000)[&id].keys().copied().collect::<Vec<_>>();
    let db = open(&fs);
    assert_eq!(db.replay_report().repairs.len(), 1);
    assert_eq!(times(&db, 1), [10, 20, 1000]);
    // Its chunk is in a later file.
    append(&db, "2", &[1000, 30, 40]);
    drop(db);
    for _ in 0..2 {
        let db = open(&fs);
        assert_eq!((times(&db, 1), times(&db, 2)), (vec![10, 20, 1000], vec![30, 40, 1000]));
    }
}
