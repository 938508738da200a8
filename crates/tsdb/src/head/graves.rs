//! Series that were removed while transactions were open: a transaction that still has samples for one brings it back.
//!
//! A series goes when all its samples are in blocks, but its next sample may wait in a transaction at that moment. Marking
//! series as used would cost a write per sample; instead the removal, which is rare, keeps the labels of what it removes
//! for as long as a transaction is open that began before.
//!
//! Invariant: every open transaction is counted under the number of removals there were when it began.

use std::sync::Arc;

use narthex_model::Labels;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::isolation::Readers;
use super::state::{HeadFull, HeadState};

/// The open transactions.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    open: Mutex<(u64, Readers)>,
}

impl Writers {
    /// A transaction begins; the returned number is for [`leave`](Self::leave).
    pub(crate) fn enter(&self) -> u64 {
        let mut open = self.open.lock();
        let (removals, writers) = &mut *open;
        writers.enter(*removals);
        *removals
    }

    /// How many are open.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().1.len()
    }

    /// A transaction ends.
    pub(crate) fn leave(&self, number: u64) {
        self.open.lock().1.leave(number);
    }
}

/// The labels of removed series by reference, with the number of the removal.
#[derive(Debug, Default)]
pub(crate) struct Graves {
    pub(crate) writers: Arc<Writers>,
    labels: FxHashMap<u64, (u64, Labels)>,
}

impl Graves {
    /// Keeps the labels of series that are removed now, and forgets those that no transaction can ask for.
    pub(super) fn bury(&mut self, dead: impl Iterator<Item = (u64, Labels)>) {
        let mut open = self.writers.open.lock();
        let (removals, writers) = &mut *open;
        match writers.oldest() {
            Some(oldest) => {
                self.labels.retain(|_, (number, _)| *number >= oldest);
                self.labels.extend(dead.map(|(id, labels)| (id, (*removals, labels))));
            }
            None => self.labels.clear(),
        }
        *removals += 1;
    }
}

impl HeadState {
    /// The reference to use for `id`: the same when the series is there, or was brought back; that of a series with its labels,
    /// if there is one.
    pub(super) fn revive(&mut self, id: u64) -> Result<u64, HeadFull> {
        if self.refs.get(id).is_some() {
            return Ok(id);
        }
        let Some((_, labels)) = self.graves.labels.remove(&id) else { return Ok(id) };
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
