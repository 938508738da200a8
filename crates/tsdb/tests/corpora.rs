//! Data directories and blocks written by Prometheus, against what Prometheus says is in them.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use narthex_storage::{Queryable, Samples, SelectHints, collect_series};
use narthex_tsdb::{Db, Options};

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/tsdb");
    if !path.is_dir() {
        println!("SKIPPED: no data directories at {}", path.display());
        return None;
    }
    Some(path)
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn unxz(path: &Path) -> Option<String> {
    let child = Command::new("xz").arg("-dc").arg(path).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("SKIPPED: no xz to unpack {}", path.display());
        return None;
    };
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    Some(text)
}

/// Every series of a database as text, with its samples as (time, bits).
fn everything(db: &Db) -> HashMap<String, Vec<(i64, u64)>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let mut all = HashMap::new();
    let mut before = None;
    for series in collect_series(querier.select(&hints, &[]).unwrap()).unwrap() {
        let labels = series.labels();
        assert!(before.as_ref() < Some(&labels), "sorted and unique");
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        assert!(samples.timestamps.is_sorted_by(|a, b| a < b), "{labels}");
        let bits = samples.values.iter().map(|value| value.to_bits());
        all.insert(labels.to_string(), samples.timestamps.into_iter().zip(bits).collect());
        before = Some(labels);
    }
    all
}

#[test]
fn blocks_read_as_promtool_dumps_them() {
    let Some(corpora) = corpora() else { return };
    let dir = tempfile::tempdir().unwrap();
    copy_dir(&corpora.join("demo_15s_3h"), dir.path());
    let Some(dump) = unxz(&dir.path().join("promtool_dump.txt.xz")) else { return };
    let db = Db::open(dir.path(), Options::default()).unwrap();
    assert_eq!(db.block_metas().len(), 2);
    let got = everything(&db);
    let mut count = 0;
    for line in dump.lines() {
        let (rest, t) = line.rsplit_once(' ').unwrap();
        let (labels, value) = rest.rsplit_once(' ').unwrap();
        let (t, value): (i64, f64) = (t.parse().unwrap(), value.parse().unwrap());
        let samples = got.get(labels).unwrap_or_else(|| panic!("no series {labels}"));
        let at = samples
            .binary_search_by_key(&t, |sample| sample.0)
            .unwrap_or_else(|_| panic!("no sample {line}"));
        let got = f64::from_bits(samples[at].1);
        assert!(got == value || got.is_nan() && value.is_nan(), "{line}: {got}");
        count += 1;
    }
    assert_eq!(count, got.values().map(Vec::len).sum::<usize>());
}

#[test]
fn live_directories_have_what_their_server_answered() {
    let Some(corpora) = corpora() else { return };
    for name in [
        "2.42_snappy_wal_checkpoint_tombstones_killed",
        "2.53.3_nocompress_wal_chunk_snapshot",
        "3.5.3_zstd_wal_checkpoint_crashed",
    ] {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(&corpora.join("live").join(name).join("data"), dir.path());
        let Some(answer) = unxz(&corpora.join("live").join(name).join("all_samples.json.xz")) else { return };
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let result = answer.get("result").unwrap_or(&answer["data"]["result"]).as_array().unwrap();
        let db = Db::open(dir.path(), Options::default()).unwrap();
        let got = everything(&db);
        let (mut samples, mut missing) = (0, Vec::new());
        for series in result {
            let pairs = series["metric"].as_object().unwrap();
            if pairs.contains_key("rule_group") {
                continue;
            }
            let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            let labels = narthex_model::Labels::from_pairs(pairs).to_string();
            let have = got.get(&labels).map(Vec::as_slice).unwrap_or_default();
            for sample in series["values"].as_array().into_iter().flatten() {
                let t = (sample[0].as_f64().unwrap() * 1000.0).round() as i64;
                let value: f64 = sample[1].as_str().unwrap().parse().unwrap();
                samples += 1;
                let found = have
                    .binary_search_by_key(&t, |sample| sample.0)
                    .ok()
                    .map(|at| f64::from_bits(have[at].1));
                if !found.is_some_and(|found| found == value || found.is_nan() && value.is_nan()) {
                    missing.push(format!("{labels} {t} {value} {found:?}"));
                }
            }
        }
        assert!(samples > 10_000, "{name}: {samples}");
        assert!(
            missing.is_empty(),
            "{name}: {} of {samples}: {:#?}",
            missing.len(),
            &missing[..missing.len().min(5)]
        );
    }
}
