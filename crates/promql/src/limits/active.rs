//! The queries that run at this moment, in a file: what a crash leaves there tells which query caused it.
//!
//! The file is Prometheus' `queries.active`: a JSON array that is never closed, `[`, then slots of 1,000 bytes, each
//! empty (zero bytes) or `{"query":"…","timestamp_sec":…},`. A slot is written when a query begins and emptied when it
//! ends, by the operating system's page cache, which outlives the process.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::format::json_string;

/// Bytes of a slot.
const SLOT_BYTES: usize = 1_000;
/// What a slot holds besides the query.
const FRAME_BYTES: usize = 60;

/// The file and its slots.
#[derive(Debug)]
pub struct ActiveQueries {
    file: File,
    slots: Mutex<Slots>,
}

/// Which slots are free, and what runs in the others.
#[derive(Debug)]
struct Slots {
    free: Vec<usize>,
    running: Vec<Option<RunningQuery>>,
}

/// A query that runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningQuery {
    /// The expression, as the engine prints it.
    pub query: String,
    /// When it began.
    pub since: SystemTime,
}

/// A query in its slot, which is emptied when this is dropped.
#[derive(Debug)]
pub(crate) struct ActiveQuery<'a> {
    all: &'a ActiveQueries,
    slot: usize,
}

impl ActiveQueries {
    /// Opens the file with `slots` slots, and gives what the last run left in it: a JSON array, if there is any.
    ///
    /// # Errors
    /// When the file cannot be read, written or resized.
    pub fn open(path: &Path, slots: usize) -> io::Result<(Self, Option<String>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut left = Vec::new();
        file.read_to_end(&mut left)?;
        file.set_len(0)?;
        file.set_len((1 + slots * SLOT_BYTES) as u64)?;
        file.write_all_at(b"[", 0)?;
        let slots = Slots { free: (0..slots).rev().collect(), running: vec![None; slots] };
        Ok((Self { file, slots: Mutex::new(slots) }, unfinished(&left)))
    }

    /// What runs now, the oldest first.
    pub fn running(&self) -> Vec<RunningQuery> {
        let mut running: Vec<_> = self.slots.lock().running.iter().flatten().cloned().collect();
        running.sort_by_key(|one| one.since);
        running
    }

    /// Notes a query. With all slots taken, or when the file cannot be written, it goes without a note.
    pub(crate) fn insert(&self, query: &str) -> Option<ActiveQuery<'_>> {
        let since = SystemTime::now();
        let active = ActiveQuery { all: self, slot: self.take(query, since)? };
        let seconds = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut end = query.len().min(SLOT_BYTES - FRAME_BYTES);
        loop {
            while !query.is_char_boundary(end) {
                end -= 1;
            }
            let text = json_string(query.get(..end).unwrap_or_default());
            let entry = format!("{{\"query\":{text},\"timestamp_sec\":{seconds}}},");
            if entry.len() <= SLOT_BYTES {
                self.file.write_all_at(entry.as_bytes(), position(active.slot)).ok()?;
                return Some(active);
            }
            // Escapes have made it longer than its slot.
            end -= (entry.len() - SLOT_BYTES).min(end);
        }
    }

    /// A free slot, now this query's.
    fn take(&self, query: &str, since: SystemTime) -> Option<usize> {
        let mut slots = self.slots.lock();
        let slot = slots.free.pop()?;
        if let Some(running) = slots.running.get_mut(slot) {
            *running = Some(RunningQuery { query: query.to_owned(), since });
        }
        Some(slot)
    }
}

impl Drop for ActiveQuery<'_> {
    fn drop(&mut self) {
        // A note that stays would be wrong, and the next query in this slot writes it over.
        let _written = self.all.file.write_all_at(&[0; SLOT_BYTES], position(self.slot));
        let mut slots = self.all.slots.lock();
        if let Some(running) = slots.running.get_mut(self.slot) {
            *running = None;
        }
        slots.free.push(self.slot);
    }
}

fn position(slot: usize) -> u64 {
    (1 + slot * SLOT_BYTES) as u64
}

/// The queries in a file that was left behind, as a closed JSON array.
fn unfinished(left: &[u8]) -> Option<String> {
    let text: Vec<u8> = left.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8(text).ok()?;
    let entries = text.strip_prefix('[')?.strip_suffix(',')?;
    Some(format!("[{entries}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_leaves_what_was_running() {
        let folder = std::env::temp_dir().join(format!("narthex-active-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("queries.active");
        let (active, before) = ActiveQueries::open(&path, 2).unwrap();
        assert_eq!(before, None);
        let done = active.insert("up").unwrap();
        let long = format!("vector(1) # {}", "\"é\n".repeat(900));
        let running = active.insert(&long).unwrap();
        assert!(active.insert("no slot").is_none());
        let texts = |all: &ActiveQueries| all.running().into_iter().map(|one| one.query).collect::<Vec<_>>();
        assert_eq!(texts(&active), ["up", long.as_str()]);
        drop(done);
        assert_eq!(texts(&active), [long.as_str()]);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 2_001);
        let (_, left) = ActiveQueries::open(&path, 1).unwrap();
        let left = left.unwrap();
        assert!(left.starts_with("[{\"query\":\"vector(1) # \\\"é\\n"), "{left}");
        assert!(left.contains("\",\"timestamp_sec\":") && left.ends_with("}]"), "{left}");
        assert!(left.len() <= SLOT_BYTES + 1);
        assert!(!left.contains("\"up\""));
        drop(running);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
