//! Forgetting what is in blocks: old chunks, then series that have nothing left. Called after a head compaction.
//!
//! Series are renumbered: live ones move down over the slots of dead ones, so slots stay dense and postings sorted. A
//! transaction that holds slots of the numbering before notices by [`HeadState::numbering`] and looks them up again.

use std::mem;

use rustc_hash::FxHashSet;

use super::chunks::NO_CHUNK;
use super::label_lists::LabelLists;
use super::series::{NO_OTHER, Series};
use super::state::{Aliases, HeadState};

impl HeadState {
    /// How many chunks there are, growing ones included.
    pub(crate) fn chunk_count(&self) -> u64 {
        (self.chunks.len() + self.series.len()) as u64
    }

    /// Forgets all samples before `mint` as far as whole chunks can go, and series without any. Blocks have what is before
    /// `blocks_end`: deleted ranges from there on are kept, as head chunk files may give the samples back.
    pub(crate) fn truncate(&mut self, mint: i64, blocks_end: i64) {
        self.min_valid_t = self.min_valid_t.max(mint);
        for (id, ranges) in &mut self.deleted {
            if !self.ooo.has(*id) {
                ranges.truncate(mint.min(blocks_end));
            }
        }
        self.deleted.retain(|id, ranges| !ranges.is_empty() && self.refs.get(*id).is_some());
        let mut dead = 0;
        for slot in 0..self.series.len() as u32 {
            let Some(series) = self.series.get_mut(slot) else { continue };
            series.full = self.chunks.truncate(series.full, mint);
            if series.chunk.last_t() >= mint {
                continue;
            }
            series.chunk.take();
            if series.other != NO_OTHER {
                self.take_other(slot);
            }
            let Some(series) = self.series.get(slot) else { continue };
            dead += u64::from(self.is_dead(series));
        }
        if dead > 0 {
            self.remove_dead();
            self.series_removed += dead;
        }
        // A series made from now on may wait for its first sample until the next time.
        self.kept_empty_from = self.last_ref + 1;
        if self.aliases.until < mint {
            self.aliases = Aliases::default();
        }
        self.min_t = self.oldest_sample().max(mint);
        self.truncate_files(mint);
    }

    /// Removes head chunk files without anything that is needed from `mint` on, or that is out of order and in no block.
    pub(crate) fn truncate_files(&mut self, mint: i64) {
        let keep_from = self.ooo.oldest_file().unwrap_or(u32::MAX);
        if let Err(error) = self.files.truncate(mint, keep_from) {
            tracing::warn!("cannot remove old head chunk files: {error}");
        }
    }

    /// Time of the oldest sample of all series; `i64::MAX` without any.
    fn oldest_sample(&self) -> i64 {
        let oldest = |series: &Series| {
            let full = self.chunks.list(series.full).last().map(|chunk| chunk.mint);
            full.or_else(|| self.is_growing(series).then_some(series.chunk_start))
        };
        let slots = 0..self.series.len() as u32;
        slots.filter_map(|slot| oldest(self.series.get(slot)?)).min().unwrap_or(i64::MAX)
    }

    fn is_dead(&self, series: &Series) -> bool {
        series.full == NO_CHUNK
            && series.chunk.is_empty()
            && series.other == NO_OTHER
            && series.id < self.kept_empty_from
            && !self.ooo.has(series.id)
            && !self.deleted.contains_key(&series.id)
    }

    /// Removes the series that have nothing left.
    fn remove_dead(&mut self) {
        let slots = (0..self.series.len() as u32).filter_map(|slot| self.series.get(slot));
        let dead: FxHashSet<u64> =
            slots.filter(|series| self.is_dead(series)).map(|series| series.id).collect();
        self.remove_series(&|series| dead.contains(&series.id));
    }

    /// Removes series from everything and renumbers the others.
    pub(super) fn remove_series(&mut self, goes: &dyn Fn(&Series) -> bool) {
        let mut graves = mem::take(&mut self.graves);
        let slots = (0..self.series.len() as u32).filter_map(|slot| self.series.get(slot));
        let going = slots.filter(|series| goes(series));
        graves.bury(going.map(|series| (series.id, self.labels_of(series))));
        self.graves = graves;
        let mut new_slots: Vec<Option<u32>> = Vec::with_capacity(self.series.len());
        let mut labels = LabelLists::default();
        for mut series in mem::take(&mut self.series).into_values() {
            if goes(&series) {
                self.refs.remove(series.id);
                self.metadata.remove(&series.id);
                new_slots.push(None);
                continue;
            }
            if let Some(at) = labels.push(self.pairs_of(&series)) {
                // There is always room: it has fewer lists than before.
                series.labels_at = at;
            }
            let id = series.id;
            let slot = self.series.push(series);
            self.refs.insert(id, slot);
            new_slots.push(Some(slot));
        }
        self.labels = labels;
        let new_slot = |slot: u32| new_slots.get(slot as usize).copied().flatten();
        self.postings.iter_mut().for_each(|postings| postings.remap(new_slot));
        self.index.retain(|entry| match new_slot(entry.1) {
            Some(slot) => {
                entry.1 = slot;
                true
            }
            None => false,
        });
        self.unlogged = self.unlogged.iter().filter_map(|slot| new_slot(*slot)).collect();
        let Self { pairs, postings, exemplars, refs, .. } = self;
        pairs.remove(|pair| postings.get(pair as usize).is_some_and(|list| list.as_slice().is_empty()));
        exemplars.remove(|id| refs.get(id).is_none());
        self.numbering += 1;
    }
}
