//! `narthex tsdb bench write`: how fast samples are taken.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Instant;

use narthex_model::Labels;
use narthex_storage::{SampleValue, SeriesRef, Storage};
use narthex_tsdb::{Db, Options};

use super::super::{complain, say};
use super::progress::Progress;

/// Milliseconds between two scrapes.
const INTERVAL_MS: i64 = 30_000;
/// Series of one scrape.
const PAGE: usize = 1000;
/// Scrapes between two of which all writers wait for each other.
const ROUND: usize = 100;

pub(super) fn run(out: &Path, file: &Path, metrics: usize, scrapes: usize) -> Result<(), String> {
    remove_former(out)?;
    let dir = out.join("storage");
    std::fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let db = Db::open(&dir, Options::default()).map_err(|error| error.to_string())?;
    let series = stage("readData", || read_labels(file, metrics))?;
    let begun = Instant::now();
    let total = stage("ingestScrapes", || ingest(&db, &series, scrapes))?;
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!(" > total samples: {total}"));
    say(&format!(" > samples/sec: {}", total as f64 / seconds));
    stage("stopStorage", || {
        db.sync().map_err(|error| format!("{}: {error}", dir.display()))?;
        drop(db);
        Ok(())
    })
}

/// Removes what a run before left, and nothing else: a directory with other things in it was named by mistake.
fn remove_former(out: &Path) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: {error}", out.display());
    if !out.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(out).map_err(at)? {
        let name = entry.map_err(at)?.file_name();
        let name = name.to_string_lossy();
        if name != "storage" && !name.ends_with(".prof") {
            let out = out.display();
            return Err(format!(
                "{out}: has {name} in it, which is not of a benchmark; choose another --out"
            ));
        }
    }
    std::fs::remove_dir_all(out).map_err(at)
}

/// Runs a stage and says how long it took.
fn stage<T>(name: &str, run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    say(&format!(">> start stage={name}"));
    let begun = Instant::now();
    let result = run()?;
    say(&format!(">> completed stage={name} duration={:?}", begun.elapsed()));
    Ok(result)
}

/// The first `count` different label sets of a file with one JSON object per line.
fn read_labels(file: &Path, count: usize) -> Result<Vec<Labels>, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let reader = BufReader::new(std::fs::File::open(file).map_err(|error| at(&error))?);
    let mut known = std::collections::HashSet::new();
    let mut all = Vec::new();
    for (number, line) in reader.lines().enumerate() {
        if all.len() >= count {
            break;
        }
        let line = line.map_err(|error| at(&error))?;
        let object: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&line).map_err(|error| {
                format!("{}:{}: not a JSON object of labels: {error}", file.display(), number + 1)
            })?;
        let labels = Labels::from_pairs(object.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if known.insert(labels.hash64()) {
            all.push(labels);
        }
    }
    Ok(all)
}

/// Writes all scrapes, one thread per page; returns how many samples were taken.
fn ingest(db: &Db, series: &[Labels], scrapes: usize) -> Result<u64, String> {
    let mut progress = Progress::new("scrapes", scrapes as u64);
    let mut total = 0;
    for first in (0..scrapes).step_by(ROUND) {
        let results: Vec<Result<u64, String>> = std::thread::scope(|scope| {
            let pages: Vec<_> = series
                .chunks(PAGE)
                .map(|page| scope.spawn(move || write_page(db, page, first as i64 * INTERVAL_MS)))
                .collect();
            let ended = |page: std::thread::ScopedJoinHandle<'_, _>| {
                page.join().unwrap_or_else(|_| Err("a writer panicked".to_owned()))
            };
            pages.into_iter().map(ended).collect()
        });
        for result in results {
            match result {
                Ok(samples) => total += samples,
                Err(error) => complain(&format!(" err {error}")),
            }
        }
        progress.at((first + ROUND) as u64);
    }
    say("ingestion completed");
    Ok(total)
}

fn write_page(db: &Db, page: &[Labels], base: i64) -> Result<u64, String> {
    let mut known: Vec<SeriesRef> = Vec::with_capacity(page.len());
    let (mut t, mut value, mut total) = (base, 123_456_789.0, 0);
    for _ in 0..ROUND {
        t += INTERVAL_MS;
        value += 1000.0;
        let mut appender = db.appender();
        for (index, labels) in page.iter().enumerate() {
            let series = match known.get(index) {
                Some(series) => *series,
                None => {
                    let series = appender.series(labels).map_err(|error| error.to_string())?;
                    known.push(series);
                    series
                }
            };
            appender
                .append(series, 0, t, SampleValue::Float(value))
                .map_err(|error| format!("{labels}: {error}"))?;
            total += 1;
        }
        appender.commit().map_err(|error| error.to_string())?;
    }
    Ok(total)
}
