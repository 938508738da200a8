//! [`Layout`]: which segments and checkpoints a log directory holds, and which of them a replay reads.

use std::io;
use std::path::{Path, PathBuf};

use super::ReplayError;
use crate::fs::Fs;
use crate::head::snapshot::Snapshot;
use crate::wal::{checkpoint, segment};

/// What a log directory holds.
pub(super) struct Layout {
    /// The newest checkpoint: its name and the last segment it covers.
    checkpoint: Option<(String, u64)>,
    segments: Vec<u64>,
}

impl Layout {
    pub(super) fn read(fs: &dyn Fs, dir: &Path) -> io::Result<Self> {
        Ok(Self { checkpoint: checkpoint::newest(fs, dir)?, segments: segment::list(fs, dir)? })
    }

    /// Whether the log goes on where the snapshot was taken.
    pub(super) fn check(&self, fs: &dyn Fs, dir: &Path, snapshot: &Snapshot) -> Result<(), ReplayError> {
        let Snapshot { segment, offset, .. } = *snapshot;
        let covered = self.checkpoint.as_ref().is_some_and(|(_, number)| *number >= segment);
        let size = match self.segments.contains(&segment) {
            true => fs.open(&segment::path(dir, segment))?.size()?,
            false if covered => return Ok(()),
            false => 0,
        };
        if size >= offset && self.segments.contains(&segment) {
            return Ok(());
        }
        let name = snapshot.dir.display();
        let reason = format!("{name} is of byte {offset} of segment {segment}, which the log does not have");
        Err(ReplayError::Snapshot(reason))
    }

    /// The segments to read and the byte to begin at: those of the checkpoint first, nothing that the snapshot has.
    pub(super) fn segments(
        &self,
        fs: &dyn Fs,
        dir: &Path,
        snapshot: Option<&Snapshot>,
    ) -> io::Result<Vec<(PathBuf, u64)>> {
        let (mut from, offset) = snapshot.map_or((0, 0), |snapshot| (snapshot.segment, snapshot.offset));
        let mut segments = Vec::new();
        if let Some((name, number)) = self.checkpoint.as_ref().filter(|(_, number)| *number >= from) {
            let dir = dir.join(name);
            let listed = segment::list(fs, &dir)?.into_iter();
            segments.extend(listed.map(|number| (segment::path(&dir, number), 0)));
            from = number + 1;
        }
        for number in self.segments.iter().filter(|number| **number >= from) {
            let at_snapshot = snapshot.is_some_and(|snapshot| snapshot.segment == *number);
            segments.push((segment::path(dir, *number), if at_snapshot { offset } else { 0 }));
        }
        Ok(segments)
    }

    /// What is not there between the checkpoint and the last segment, in words.
    pub(super) fn gaps(&self, dir: &Path) -> Vec<String> {
        let covered = self.checkpoint.as_ref().map(|(_, number)| *number);
        let mut next = covered.map(|number| number + 1);
        let mut gaps = Vec::new();
        for number in self.segments.iter().filter(|number| covered.is_none_or(|covered| **number > covered)) {
            if let Some(first) = next.filter(|next| next < number) {
                let dir = dir.display();
                gaps.push(format!(
                    "{dir}: segments {first:08} to {:08} are missing, the others are read",
                    number - 1
                ));
            }
            next = Some(number + 1);
        }
        gaps
    }

    /// The number of the segment to start with.
    pub(super) fn next_segment(&self) -> u64 {
        let after_last = self.segments.last().map(|last| last + 1);
        let after_checkpoint = self.checkpoint.as_ref().map(|(_, number)| number + 1);
        after_last.max(after_checkpoint).unwrap_or_default()
    }
}
