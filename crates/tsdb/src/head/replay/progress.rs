//! [`ReplayProgress`]: how far the start has read the log. A line per segment for the person who reads along, numbers for the
//! requests that ask meanwhile.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The segments of the write-ahead log that a start reads: the first one, the last one, and the one that is being read.
#[derive(Debug, Default)]
pub struct ReplayProgress {
    first: AtomicU64,
    last: AtomicU64,
    current: AtomicU64,
}

impl ReplayProgress {
    /// The first segment.
    pub fn first(&self) -> u64 {
        self.first.load(Ordering::Relaxed)
    }

    /// The last segment.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// The segment that is being read, or was read last.
    pub fn current(&self) -> u64 {
        self.current.load(Ordering::Relaxed)
    }
}

/// Follows a replay through the files of a log: those of the checkpoint, then the segments.
pub(super) struct Follow<'a> {
    progress: &'a ReplayProgress,
    log: &'a Path,
    begun: Instant,
    /// The segment that is being read; `None` in the checkpoint.
    segment: Option<u64>,
    /// Whether a file was begun.
    inside: bool,
}

impl<'a> Follow<'a> {
    /// Before the first of `files` is read, all of which are below `log`.
    pub(super) fn new(
        progress: &'a ReplayProgress,
        log: &'a Path,
        files: &[(std::path::PathBuf, u64)],
    ) -> Self {
        let mut segments = files.iter().filter_map(|(path, _)| segment_of(log, path));
        let first = segments.next().unwrap_or_default();
        progress.first.store(first, Ordering::Relaxed);
        progress.current.store(first, Ordering::Relaxed);
        progress.last.store(segments.next_back().unwrap_or(first), Ordering::Relaxed);
        Self { progress, log, begun: Instant::now(), segment: None, inside: false }
    }

    /// A file begins.
    pub(super) fn begin(&mut self, path: &Path) {
        let next = segment_of(self.log, path);
        if self.inside && (self.segment.is_some() || next.is_some()) {
            self.end();
        }
        self.segment = next;
        self.inside = true;
        if let Some(segment) = next {
            self.progress.current.store(segment, Ordering::Relaxed);
        }
    }

    /// The segment, or the checkpoint, has been read.
    pub(super) fn end(&mut self) {
        let duration = std::mem::replace(&mut self.begun, Instant::now()).elapsed();
        match self.segment {
            Some(segment) => {
                let last = self.progress.last();
                tracing::info!(segment, last_segment = last, ?duration, "WAL segment loaded");
            }
            None if self.inside => tracing::info!(?duration, "WAL checkpoint loaded"),
            None => {}
        }
        self.inside = false;
        self.segment = None;
    }
}

/// The number of a segment that is not one of a checkpoint.
fn segment_of(log: &Path, path: &Path) -> Option<u64> {
    path.strip_prefix(log).ok()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_segments_behind_the_checkpoint_are_counted() {
        let files: Vec<_> = ["checkpoint.00000006/00000000", "00000007", "00000008", "00000009"]
            .map(|name| (PathBuf::from("/data/wal").join(name), 0))
            .into();
        let progress = ReplayProgress::default();
        let mut follow = Follow::new(&progress, Path::new("/data/wal"), &files);
        let shown = || (progress.first(), progress.last(), progress.current());
        let mut seen = Vec::new();
        for (path, _) in &files {
            follow.begin(path);
            seen.push(shown());
        }
        follow.end();
        assert_eq!(seen, [(7, 9, 7), (7, 9, 7), (7, 9, 8), (7, 9, 9)]);
        Follow::new(&progress, Path::new("/data/wal"), &files[..2]);
        assert_eq!(shown(), (7, 7, 7));
    }
}
