//! Floats into XOR2 chunks, with their start timestamps; taken instead of `append` when floats are encoded so.

use narthex_model::is_stale;

use super::growing::Other;
use super::ooo::chunk::OooValue;
use super::series::Appended;
use super::state::{Applied, HeadState};
use crate::wal::record::samples::Sample;

impl HeadState {
    /// Appends committed floats; `starts` is empty or has the start of each.
    pub(super) fn apply_with_starts(
        &mut self,
        samples: &[Sample],
        starts: &[i64],
        slots: &[u32],
        applied: &mut Applied,
    ) {
        let logging = self.commit_log.is_needed();
        let starts = starts.iter().copied().chain(std::iter::repeat(0));
        for ((sample, slot), start) in samples.iter().zip(slots).zip(starts) {
            let mut appended = self.append_with_start(*slot, start, sample.t, sample.v);
            if appended != Appended::InChunk {
                appended = self.late(*slot, start, sample.t, || OooValue::Float(sample.v));
                if appended == Appended::Late {
                    self.ooo.accepted.push_float(*sample, start);
                }
            } else if logging {
                self.commit_log.note(self.commit, sample.series);
            }
            applied.count(appended);
        }
    }

    /// Appends one float to the series in `slot`.
    pub(super) fn append_with_start(&mut self, slot: u32, start: i64, t: i64, v: f64) -> Appended {
        let floor = self.floor();
        let Some(series) = self.series.get(slot) else { return Appended::OutOfOrder };
        if t <= series.chunk.last_t() || t < floor {
            return Appended::OutOfOrder;
        }
        if is_stale(v)
            && let Some(marker) = self.stale_histogram(slot, v)
        {
            return self.append_histogram(slot, start, t, &marker);
        }
        if !series.chunk.is_empty() {
            self.cut(slot);
        }
        let mut chunk = match self.take_other(slot) {
            Some(Other::Xor2(chunk)) => chunk,
            other => {
                other.iter().for_each(|other| self.store_other(slot, other));
                Box::default()
            }
        };
        let Some(series) = self.series.get(slot) else { return Appended::OutOfOrder };
        if series.ends(chunk.count(), chunk.bytes().len(), t) {
            self.store_other(slot, &Other::Xor2(std::mem::take(&mut chunk)));
        }
        let (range, commit, count) = (self.chunk_range, self.commit as u32, chunk.count());
        chunk.append(start, t, v);
        let index = self.others.put(Other::Xor2(chunk));
        let Some(series) = self.series.get_mut(slot) else { return Appended::OutOfOrder };
        series.plan(count, t, range);
        series.other = index;
        series.chunk.set_last(t, v);
        series.last_commit = commit;
        self.min_t = self.min_t.min(t);
        self.max_t = self.max_t.max(t);
        Appended::InChunk
    }
}
