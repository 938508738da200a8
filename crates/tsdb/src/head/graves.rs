//! Series that were removed while somebody still names them: a transaction that has samples for one brings it back, a reader
//! that found one before is told its labels.
//!
//! A series goes when all its samples are in blocks, but its next sample may wait in a transaction at that moment, and a reader
//! that knows the blocks may be about to look at it. Marking series as used would cost a write per sample; instead the removal,
//! which is rare, keeps the labels of what it removes for as long as a transaction or a reader is open that began before.
//!
//! Invariant: everyone who is open is counted under the number of removals there were when it began.

use std::sync::Arc;

use narthex_model::Labels;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::isolation::Readers;
use super::state::{HeadFull, HeadState};

/// Open transactions, or open readers.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    open: Mutex<(u64, Readers)>,
}

impl Holders {
    /// One begins; the returned number is for [`leave`](Self::leave).
    pub(crate) fn enter(&self) -> u64 {
        let mut open = self.open.lock();
        let (removals, holders) = &mut *open;
        holders.enter(*removals);
        *removals
    }

    /// How many are open.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().1.len()
    }

    /// One ends.
    pub(crate) fn leave(&self, number: u64) {
        self.open.lock().1.leave(number);
    }

    /// A removal begins: its number, and that of the oldest who is open.
    fn next_removal(&self) -> (u64, Option<u64>) {
        let mut open = self.open.lock();
        let (removals, holders) = &mut *open;
        *removals += 1;
        (*removals - 1, holders.oldest())
    }
}

/// The labels of removed series by reference, with the number of the removal.
#[derive(Debug, Default)]
pub(crate) struct Graves {
    pub(crate) writers: Arc<Holders>,
    pub(crate) readers: Arc<Holders>,
    labels: FxHashMap<u64, (u64, Labels)>,
}

impl Graves {
    /// Keeps the labels of series that are removed now, and forgets those that nobody can ask for.
    pub(super) fn bury(&mut self, dead: impl Iterator<Item = (u64, Labels)>) {
        // Both count every removal.
        let (number, writer) = self.writers.next_removal();
        let (_, reader) = self.readers.next_removal();
        match writer.into_iter().chain(reader).min() {
            Some(oldest) => {
                self.labels.retain(|_, (number, _)| *number >= oldest);
                self.labels.extend(dead.map(|(id, labels)| (id, (number, labels))));
            }
            None => self.labels.clear(),
        }
    }

    /// The labels of a removed series.
    pub(super) fn labels_of(&self, id: u64) -> Option<&Labels> {
        self.labels.get(&id).map(|(_, labels)| labels)
    }
}

impl HeadState {
    /// The reference to use for `id`: the same when the series is there, or was brought back; that of a series with its labels,
    /// if there is one.
    pub(super) fn revive(&mut self, id: u64) -> Result<u64, HeadFull> {
        if self.refs.get(id).is_some() {
            return Ok(id);
        }
        let Some(labels) = self.graves.labels_of(id).cloned() else { return Ok(id) };
        let hash = labels.hash64();
        if let Some(slot) = self.find(&labels, hash) {
            return Ok(self.series.get(slot).map_or(id, |series| series.id));
        }
        let slot = self.create_with_ref(id, &labels, hash)?;
        self.unlogged.push(slot);
        Ok(id)
    }

    /// Whether removed series are kept for transactions.
    pub(super) fn has_graves(&self) -> bool {
        !self.graves.labels.is_empty()
    }
}
