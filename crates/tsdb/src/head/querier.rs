//! [`HeadQuerier`]: reads one state of the head.
//!
//! Invariants: the lock is held to find series and to copy what a series has (full chunks by reference, the growing
//! one by value, some hundred bytes), never while decoding; what was committed after the querier was made is left out.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use narthex_model::{Labels, Matcher, Timestamp};
use narthex_storage::{
    LabelHints, Querier, Samples, SelectHints, Series as SeriesTrait, SeriesSet, StorageError,
};

use super::Head;
use super::files::{ChunkBytes, ChunkList};
use super::growing::GrowingBytes;
use super::isolation::Hidden;
use super::series::Series;
use super::state::HeadState;
use crate::block::tombstones::Ranges;
use crate::chunk_read;
use crate::postings::{Bits, ByLabel, few};

/// One state of the head; open until the last series read from it is gone.
struct View {
    head: Arc<Head>,
    mint: Timestamp,
    maxt: Timestamp,
    commit: u64,
    /// Its number among the holders of references.
    holder: u64,
    hidden: Hidden,
}

impl Drop for View {
    fn drop(&mut self) {
        self.head.readers.lock().leave(self.commit);
        self.head.holders.leave(self.holder);
    }
}

/// A reader of the head.
pub(crate) struct HeadQuerier {
    view: Arc<View>,
}

impl HeadQuerier {
    pub(crate) fn new(head: Arc<Head>, mint: Timestamp, maxt: Timestamp) -> Self {
        let (commit, holder) = {
            let state = head.state.read();
            head.readers.lock().enter(state.commit);
            (state.commit, head.holders.enter())
        };
        Self { view: Arc::new(View { head, mint, maxt, commit, holder, hidden: Hidden::default() }) }
    }

    /// Whether the range touches what the head holds; then every label is worth naming.
    fn reaches(&self, state: &HeadState) -> bool {
        self.view.mint <= state.max_t && self.view.maxt >= state.min_t
    }

    /// Whether everything in the head is in the range.
    fn covers(&self, state: &HeadState) -> bool {
        let late = state.ooo.range().is_none_or(|late| self.view.mint <= late.0);
        late && self.view.mint <= state.min_t && self.view.maxt >= state.max_t
    }

    /// Slots that satisfy the matchers and reach into the range.
    fn slots(&self, state: &HeadState, matchers: &[Matcher]) -> Vec<u32> {
        let mut slots = state.select(matchers);
        slots.retain(|slot| {
            state.series.get(*slot).is_some_and(|series| {
                series.chunk.last_t() >= self.view.mint && starts_by(state, series, self.view.maxt)
                    || late_in(state, series, self.view.mint, self.view.maxt)
            })
        });
        slots
    }
}

/// Whether the series has a sample at or before `t`.
fn starts_by(state: &HeadState, series: &Series, t: Timestamp) -> bool {
    (state.is_growing(series) && series.chunk_start <= t)
        || state.chunks.list(series.full).any(|chunk| chunk.mint <= t)
}

/// Whether the series may have an out-of-order sample in the range.
fn late_in(state: &HeadState, series: &Series, mint: Timestamp, maxt: Timestamp) -> bool {
    let range = state.ooo.get(series.id).and_then(|entry| entry.range());
    range.is_some_and(|range| range.0 <= maxt && range.1 >= mint)
}

/// Cuts a sorted list to the limit, 0 being none.
fn limited<T>(mut list: Vec<T>, limit: usize) -> Vec<T> {
    if limit > 0 {
        list.truncate(limit);
    }
    list
}

impl Querier for HeadQuerier {
    fn select(&self, hints: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError> {
        let state = self.view.head.state.read();
        let mut slots = self.slots(&state, matchers);
        if hints.sorted {
            state.sort_by_labels(&mut slots);
        }
        let mut ids: Vec<u64> = limited(slots, hints.limit)
            .into_iter()
            .filter_map(|slot| state.series.get(slot).map(|series| series.id))
            .collect();
        if !hints.sorted {
            // Slots are in the order of creation except after a replay; dumps promise that order.
            ids.sort_unstable();
        }
        let (view, newest_only) = (Arc::clone(&self.view), hints.newest_only);
        Ok(Box::new(HeadSeriesSet { view, ids: ids.into_iter(), newest_only }))
    }

    fn label_names(&self, hints: LabelHints, matchers: &[Matcher]) -> Result<Vec<String>, StorageError> {
        let state = self.view.head.state.read();
        let names: Vec<u32> = if matchers.is_empty() && self.reaches(&state) {
            state.pairs.names().collect()
        } else {
            let slots = Bits::of(&self.slots(&state, matchers));
            let has = |name: &u32| {
                state.pairs.of_name(*name).iter().any(|pair| slots.meet(state.postings_of(*pair)))
            };
            state.pairs.names().filter(has).collect()
        };
        let mut names: Vec<String> =
            names.into_iter().map(|name| state.pairs.name_text(name).to_owned()).collect();
        names.sort_unstable();
        Ok(limited(names, hints.limit))
    }

    fn label_values(
        &self,
        name: &str,
        hints: LabelHints,
        matchers: &[Matcher],
    ) -> Result<Vec<String>, StorageError> {
        let state = self.view.head.state.read();
        let split = ByLabel::split(name, matchers);
        let Some(name) = state.pairs.name(name) else { return Ok(Vec::new()) };
        let all = state.pairs.of_name(name).iter().copied();
        let all = all.filter(|pair| split.accepts(state.pairs.value(*pair)));
        let reaches = if matchers.is_empty() { self.reaches(&state) } else { self.covers(&state) };
        let pairs: Vec<u32> = if split.others.is_empty() && reaches {
            all.collect()
        } else {
            let slots = self.slots(&state, &split.others);
            if few(slots.len(), state.pairs.of_name(name).len()) {
                let series = slots.iter().filter_map(|slot| state.series.get(*slot));
                let pairs = series.flat_map(|series| state.pairs_of(series)).copied();
                let own = pairs.filter(|pair| state.pairs.name_of(*pair) == name);
                let found: BTreeSet<u32> = own.collect();
                found.into_iter().filter(|pair| split.accepts(state.pairs.value(*pair))).collect()
            } else {
                let bits = Bits::of(&slots);
                all.filter(|pair| bits.meet(state.postings_of(*pair))).collect()
            }
        };
        let mut values: Vec<&str> = pairs.into_iter().map(|pair| state.pairs.value(pair)).collect();
        values.sort_unstable();
        Ok(limited(values, hints.limit).into_iter().map(str::to_owned).collect())
    }
}

struct HeadSeriesSet {
    view: Arc<View>,
    ids: std::vec::IntoIter<u64>,
    newest_only: bool,
}

impl SeriesSet for HeadSeriesSet {
    fn next_series(&mut self) -> Option<Result<Box<dyn SeriesTrait>, StorageError>> {
        let id = self.ids.next()?;
        Some(Ok(Box::new(HeadSeries { view: Arc::clone(&self.view), id, newest_only: self.newest_only })))
    }

    fn size_hint(&self) -> usize {
        self.ids.len()
    }
}

struct HeadSeries {
    view: Arc<View>,
    id: u64,
    /// Whether the newest sample in a range is all that is asked for.
    newest_only: bool,
}

/// What a series has in the range, copied out of the lock. Large, and so filled in place.
#[derive(Default)]
struct Parts {
    /// Newest first.
    full: ChunkList,
    /// Encoding and bytes of the growing chunk; no bytes when it is not in the range.
    growing: (u8, GrowingBytes),
    /// How many of the newest samples to leave out.
    hidden: usize,
    deleted: Ranges,
    late: Option<Box<Late>>,
}

/// The out-of-order part.
#[derive(Default)]
struct Late {
    /// The samples of the growing chunk, and those of chunks on disk of which not all are seen.
    growing: Vec<Samples>,
    /// Chunks on disk, which may overlap.
    mapped: Vec<ChunkBytes>,
}

impl HeadSeries {
    fn parts(&self, mint: Timestamp, maxt: Timestamp, parts: &mut Parts) -> io::Result<()> {
        let view = &*self.view;
        let state = view.head.state.read();
        let Some(series) = state.by_ref(self.id) else { return Ok(()) };
        let later = (series.last_commit.wrapping_sub(view.commit as u32) as i32) > 0;
        let hidden = if later { view.hidden.count(&state.commit_log, view.commit, self.id) } else { 0 };
        let late_maxt = maxt;
        let maxt = if hidden > 0 { Timestamp::MAX } else { maxt };
        parts.hidden = hidden;
        if let Some(entry) = state.ooo.get(self.id) {
            let mut late = Box::<Late>::default();
            for chunk in entry.mapped.iter().filter(|chunk| chunk.mint <= late_maxt && chunk.maxt >= mint) {
                match entry.seen_of(chunk, mint, late_maxt, view.commit) {
                    Some(seen) => late.growing.push(seen),
                    None => late.mapped.push(state.files.get(chunk.place)?),
                }
            }
            let mut growing = Samples::default();
            entry.growing.read(mint, late_maxt, Some(view.commit), &mut growing);
            late.growing.push(growing);
            parts.late = Some(late);
        }
        if series.chunk_start <= maxt
            && series.chunk.last_t() >= mint
            && let Some(encoding) = state.copy_growing(series, &mut parts.growing.1)
        {
            parts.growing.0 = encoding;
        }
        for chunk in state.chunks.list(series.full).take_while(|chunk| chunk.maxt() >= mint) {
            if chunk.mint <= maxt {
                parts.full.push(&state.files, chunk.place())?;
            }
        }
        if let Some(deleted) = state.deleted.get(&self.id) {
            parts.deleted.clone_from(deleted);
        }
        Ok(())
    }

    /// The newest sample of a float series when that is in the range: known without decoding anything.
    fn newest(&self, mint: Timestamp, maxt: Timestamp) -> Option<(Timestamp, f64)> {
        let state = self.view.head.state.read();
        let series = state.by_ref(self.id)?;
        let (t, v) = (series.chunk.last_t(), series.chunk.last_v());
        let seen = (series.last_commit.wrapping_sub(self.view.commit as u32) as i32) <= 0;
        let plain = seen && !series.chunk.is_empty() && (mint..=maxt).contains(&t);
        let deleted = || state.deleted.get(&self.id).is_some_and(|ranges| ranges.contains(t));
        (plain && !deleted()).then_some((t, v))
    }

    fn corrupt(&self, error: &dyn std::fmt::Display) -> StorageError {
        StorageError::Corrupt { place: format!("head, series {}", self.id), reason: error.to_string() }
    }
}

impl SeriesTrait for HeadSeries {
    fn labels(&self) -> Labels {
        let state = self.view.head.state.read();
        match state.by_ref(self.id) {
            Some(series) => state.labels_of(series),
            // It was removed, as this reader knows the blocks that have its samples.
            None => state.graves.labels_of(self.id).cloned().unwrap_or_default(),
        }
    }

    fn for_each_label(&self, visit: &mut dyn FnMut(&str, &str)) {
        let state = self.view.head.state.read();
        let Some(series) = state.by_ref(self.id) else {
            let labels = state.graves.labels_of(self.id);
            return labels.into_iter().flatten().for_each(|(name, value)| visit(name, value));
        };
        for pair in state.pairs_of(series) {
            let (name, value) = state.pairs.both(*pair);
            visit(name, value);
        }
    }

    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError> {
        let (mint, maxt) = (mint.max(self.view.mint), maxt.min(self.view.maxt));
        if self.newest_only
            && let Some((t, v)) = self.newest(mint, maxt)
        {
            out.push(t, v);
            return Ok(());
        }
        let mut parts = Parts::default();
        self.parts(mint, maxt, &mut parts).map_err(|error| self.corrupt(&error))?;
        let decode_to = if parts.hidden > 0 { Timestamp::MAX } else { maxt };
        let start = out.len();
        for chunk in parts.full.oldest_first() {
            let (encoding, data) = chunk.map_err(|error| self.corrupt(&error))?;
            chunk_read::decode(encoding, &data, mint, decode_to, out)
                .map_err(|error| self.corrupt(&error))?;
        }
        let (encoding, growing) = &parts.growing;
        if !growing.is_empty() {
            chunk_read::decode(*encoding, growing, mint, decode_to, out)
                .map_err(|error| self.corrupt(&error))?;
        }
        if parts.hidden > 0 {
            let visible = out.len().saturating_sub(parts.hidden).max(start);
            let added = out.timestamps.get(start..visible).unwrap_or_default();
            chunk_read::truncate(out, start + added.partition_point(|t| *t <= maxt));
        }
        if let Some(late) = &parts.late {
            // Of samples with one time the first that came stays.
            let mut all = Vec::with_capacity(late.mapped.len() + 1);
            for chunk in &late.mapped {
                let mut samples = Samples::default();
                chunk
                    .with(|encoding, data| chunk_read::decode(encoding, data, mint, maxt, &mut samples))
                    .map_err(|error| self.corrupt(&error))?
                    .map_err(|error| self.corrupt(&error))?;
                all.push(samples);
            }
            all.extend(late.growing.iter().cloned());
            chunk_read::merge_into(out, start, &chunk_read::merge_all(all));
        }
        if !parts.deleted.is_empty() {
            chunk_read::retain(out, start, |t| !parts.deleted.contains(t));
        }
        Ok(())
    }
}
