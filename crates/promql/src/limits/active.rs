//! The queries that run at this moment, in a file: what a crash leaves there tells which query caused it.
//!
//! The file is Prometheus' `queries.active`: a JSON array that is never closed, `[`, then slots of 1,000 bytes, each
//! empty (zero bytes) or `{"query":"…","timestamp_sec":…},`. A slot is written when a query begins and emptied when it
//! ends, in a shared map of the file: the operating system's page cache outlives the process, and a small query does not
//! pay for system calls.
#![expect(unsafe_code, reason = "mapping a file is unsafe because another process could shorten it")]

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use memmap2::MmapMut;
use parking_lot::Mutex;

use crate::format::json_string;

/// Bytes of a slot.
const SLOT_BYTES: usize = 1_000;
/// What a slot holds besides the query.
const FRAME_BYTES: usize = 60;

/// The file and its slots.
#[derive(Debug)]
pub struct ActiveQueries {
    slots: Mutex<Slots>,
}

/// The file's bytes, which slots are free, and what runs in the others.
#[derive(Debug)]
struct Slots {
    map: MmapMut,
    free: Vec<usize>,
    running: Vec<Option<RunningQuery>>,
}

impl Slots {
    /// Puts a text into a slot, in front of zeros; only the bytes that change are touched.
    fn write(&mut self, slot: usize, text: &[u8]) {
        let start = 1 + slot * SLOT_BYTES;
        let Some(bytes) = self.map.get_mut(start..start + SLOT_BYTES) else { return };
        let Some((head, tail)) = bytes.split_at_mut_checked(text.len()) else { return };
        head.copy_from_slice(text);
        // What was there before has no zero inside.
        let rest = tail.iter().position(|byte| *byte == 0).unwrap_or(tail.len());
        tail.iter_mut().take(rest).for_each(|byte| *byte = 0);
    }
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
        // SAFETY: the file was just given its length. It lies in the data directory, which one server has to itself;
        // whoever shortens it there takes away more than this note.
        let map = unsafe { MmapMut::map_mut(&file)? };
        let slots = Slots { map, free: (0..slots).rev().collect(), running: vec![None; slots] };
        Ok((Self { slots: Mutex::new(slots) }, unfinished(&left)))
    }

    /// What runs now, the oldest first.
    pub fn running(&self) -> Vec<RunningQuery> {
        let mut running: Vec<_> = self.slots.lock().running.iter().flatten().cloned().collect();
        running.sort_by_key(|one| one.since);
        running
    }

    /// Notes a query. With all slots taken it goes without a note.
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
                self.slots.lock().write(active.slot, entry.as_bytes());
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
        let mut slots = self.all.slots.lock();
        slots.write(self.slot, &[]);
        if let Some(running) = slots.running.get_mut(self.slot) {
            *running = None;
        }
        slots.free.push(self.slot);
    }
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
