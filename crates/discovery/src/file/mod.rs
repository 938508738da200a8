//! File discovery: target groups in JSON and YAML files, named by patterns and watched.
//!
//! The files are looked at every second by size and time of change, and read whole every `refresh_interval`; that
//! also works where the system's change notices do not (network and container volumes).

mod parse;
mod pattern;
mod scan;

use std::path::PathBuf;
use std::time::Duration;

use crate::{DiscoveryError, TargetGroup};

pub(crate) use scan::FileRefresher;

/// One `file_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileConfig {
    /// File names ending in `.json`, `.yml` or `.yaml`; the last part may be a pattern with `*`, `?` and `[a-z]`.
    pub files: Vec<PathBuf>,
    /// How often everything is read again even if it looks unchanged.
    pub refresh_interval: Duration,
}

impl FileConfig {
    /// Reads all files that are there now, once: each with its groups, or why it has none.
    pub fn read_once(&self) -> Vec<(PathBuf, Result<Vec<TargetGroup>, DiscoveryError>)> {
        let there = self.files.iter().flat_map(|path| scan::expand(path)).filter(|path| path.exists());
        there.map(|path| (path.clone(), scan::read(&path))).collect()
    }
}

impl Default for FileConfig {
    fn default() -> Self {
        Self { files: Vec::new(), refresh_interval: Duration::from_secs(300) }
    }
}
