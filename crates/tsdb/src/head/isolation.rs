//! What a reader must not see: samples committed after it was made.
//!
//! A series knows only the number of its last commit. While readers are open, commits also note which series they
//! wrote; a reader that meets a series with a later commit counts in those notes how many of its newest samples to
//! leave out. Without readers nothing is noted, and a reader that meets only older commits does no extra work.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// The open readers, by the number of the last commit they see.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    open: BTreeMap<u64, usize>,
}

impl Readers {
    pub(crate) fn enter(&mut self, commit: u64) {
        *self.open.entry(commit).or_default() += 1;
    }

    pub(crate) fn leave(&mut self, commit: u64) {
        if let Some(count) = self.open.get_mut(&commit) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&commit);
            }
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.open.values().sum()
    }

    /// The oldest state that somebody still reads.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.open.keys().next().copied()
    }
}

/// Which series the recent commits wrote, oldest first.
#[derive(Debug, Default)]
pub(crate) struct CommitLog {
    needed: bool,
    entries: VecDeque<(u64, Vec<u64>)>,
}

impl CommitLog {
    /// Called before a commit with the oldest state that is read: forgets what nobody will ask for.
    pub(crate) fn prepare(&mut self, oldest_reader: Option<u64>) {
        self.needed = oldest_reader.is_some();
        let keep_from = oldest_reader.unwrap_or(u64::MAX);
        while self.entries.front().is_some_and(|(commit, _)| *commit <= keep_from) {
            self.entries.pop_front();
        }
    }

    #[inline]
    pub(crate) fn is_needed(&self) -> bool {
        self.needed
    }

    /// Notes one sample appended to `series`.
    #[inline]
    pub(crate) fn note(&mut self, commit: u64, series: u64) {
        match self.entries.back_mut() {
            Some((last, list)) if *last == commit => list.push(series),
            _ => self.entries.push_back((commit, vec![series])),
        }
    }
}

/// One reader's counts of samples to leave out.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    counts: Mutex<(u64, FxHashMap<u64, usize>)>,
}

impl Hidden {
    /// How many of the newest samples of `series` a reader of state `commit` must leave out.
    pub(crate) fn count(&self, log: &CommitLog, commit: u64, series: u64) -> usize {
        let mut counts = self.counts.lock();
        let (counted, map) = &mut *counts;
        *counted = (*counted).max(commit);
        let from = log.entries.partition_point(|(number, _)| *number <= *counted);
        for (number, list) in log.entries.range(from..) {
            *counted = *number;
            for series in list {
                *map.entry(*series).or_default() += 1;
            }
        }
        map.get(&series).copied().unwrap_or_default()
    }
}
