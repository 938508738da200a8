//! Finding, watching and reading the files of one configuration.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{FileConfig, parse, pattern};
use crate::refresh::Refresh;
use crate::{DiscoveryError, Refresher, TargetGroup};

/// How often files are looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The running file discovery.
#[derive(Debug)]
pub(crate) struct FileRefresher {
    config: FileConfig,
    files: BTreeMap<PathBuf, WatchedFile>,
    last_full_read: Option<Instant>,
    errors: Vec<DiscoveryError>,
}

/// What is known of one file.
#[derive(Debug)]
struct WatchedFile {
    stamp: Stamp,
    /// As last read well.
    groups: Vec<TargetGroup>,
}

/// What changes when a file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Another file that was moved to this name differs here even if it is as long and as old.
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok(), inode: Self::inode(metadata) }
    }

    #[cfg(unix)]
    fn inode(metadata: &Metadata) -> u64 {
        std::os::unix::fs::MetadataExt::ino(metadata)
    }

    #[cfg(not(unix))]
    fn inode(_: &Metadata) -> u64 {
        0
    }
}

impl FileRefresher {
    pub(crate) fn new(config: FileConfig) -> Self {
        Self { config, files: BTreeMap::new(), last_full_read: None, errors: Vec::new() }
    }

    /// One look at all files. A file that cannot be read or parsed keeps its groups and is reported.
    fn look(&mut self) -> Option<Vec<TargetGroup>> {
        let full = self.last_full_read.is_none_or(|at| at.elapsed() >= self.config.refresh_interval);
        if full {
            self.last_full_read = Some(Instant::now());
        }
        let mut changed = full;
        let mut before = std::mem::take(&mut self.files);
        for path in self.config.files.iter().flat_map(|pattern| expand(pattern)) {
            let stamp = match fs::metadata(&path) {
                Ok(metadata) => Stamp::of(&metadata),
                // A file that is named but not there has no targets; between listing and looking one may go.
                Err(_) => continue,
            };
            let known = before.remove(&path);
            let file = match known {
                Some(file) if !full && file.stamp == stamp => file,
                known => {
                    changed = true;
                    let groups = read(&path).unwrap_or_else(|error| {
                        self.errors.push(error);
                        known.map(|file| file.groups).unwrap_or_default()
                    });
                    WatchedFile { stamp, groups }
                }
            };
            self.files.insert(path, file);
        }
        changed |= !before.is_empty();
        changed.then(|| self.files.values().flat_map(|file| file.groups.clone()).collect())
    }
}

impl Refresher for FileRefresher {
    fn interval(&self) -> Duration {
        LOOK_INTERVAL.min(self.config.refresh_interval)
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(async move { Ok(self.look()) })
    }

    fn take_errors(&mut self) -> Vec<DiscoveryError> {
        std::mem::take(&mut self.errors)
    }

    fn take_file_times(&mut self) -> Option<Vec<(String, f64)>> {
        let time = |stamp: &Stamp| stamp.modified?.duration_since(UNIX_EPOCH).ok();
        let of = |(path, file): (&PathBuf, &WatchedFile)| {
            time(&file.stamp).map(|time| (path.display().to_string(), time.as_secs_f64()))
        };
        Some(self.files.iter().filter_map(of).collect())
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<TargetGroup>, DiscoveryError> {
    let content =
        fs::read_to_string(path).map_err(|source| DiscoveryError::Read { path: path.to_owned(), source })?;
    parse::groups(path, &content)
}

/// The existing files that a pattern names, sorted.
pub(super) fn expand(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    if !pattern::is_pattern(name) {
        return vec![path.to_owned()];
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(|file| pattern::matches(name, file)))
        .map(|entry| path.with_file_name(entry.file_name()))
        .collect();
    paths.sort();
    paths
}
