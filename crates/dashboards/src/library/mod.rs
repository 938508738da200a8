//! The dashboards in the folders, read again when a file changes; asked by the routes.
//!
//! Invariant: a file is parsed once per change of its time or size, and one bad file hides no other.

mod dashboard;
mod scan;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

pub use dashboard::{Dashboard, Problem};

/// How long a listing of the folders is good for.
const RESCAN_AFTER: Duration = Duration::from_secs(2);

/// A set of folders.
#[derive(Debug)]
pub struct Library {
    paths: Vec<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: HashMap<PathBuf, Entry>,
    contents: Arc<Contents>,
    scanned: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Entry {
    changed: Option<SystemTime>,
    size: u64,
    read: Result<Arc<Dashboard>, Problem>,
}

/// What the folders hold.
#[derive(Debug, Default)]
pub struct Contents {
    /// The dashboards, by folder and title; unique by uid.
    pub dashboards: Vec<Arc<Dashboard>>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

impl Library {
    /// A library over these folders and files.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, state: Mutex::default() }
    }

    /// What the folders hold now. Reads files: call it where blocking is fine.
    pub fn contents(&self) -> Arc<Contents> {
        let mut state = self.state.lock();
        if state.scanned.is_none_or(|at| at.elapsed() > RESCAN_AFTER) {
            self.rescan(&mut state);
        }
        Arc::clone(&state.contents)
    }

    fn rescan(&self, state: &mut State) {
        let mut files = HashMap::new();
        let (found, mut problems) = scan::scan(&self.paths);
        for file in found {
            let entry = match state.files.remove(&file.path) {
                Some(entry) if entry.changed == file.changed && entry.size == file.size => entry,
                _ => {
                    let read = dashboard::read(&file.path, &file.folder).map(Arc::new);
                    if let Err(problem) = &read {
                        tracing::warn!(%problem, "a dashboard file cannot be used");
                    }
                    Entry { changed: file.changed, size: file.size, read }
                }
            };
            files.insert(file.path, entry);
        }
        let mut dashboards: Vec<Arc<Dashboard>> = Vec::new();
        let mut entries: Vec<_> = files.iter().collect();
        entries.sort_by_key(|(path, _)| *path);
        for (path, entry) in entries {
            match &entry.read {
                Err(problem) => problems.push(problem.clone()),
                Ok(dashboard) => match dashboards.iter().find(|other| other.uid == dashboard.uid) {
                    None => dashboards.push(Arc::clone(dashboard)),
                    Some(other) => problems.push(Problem::new(
                        path,
                        format!("its uid \"{}\" is already that of \"{}\"", dashboard.uid, other.title),
                    )),
                },
            }
        }
        dashboards.sort_by(|a, b| (&a.folder, &a.title, &a.uid).cmp(&(&b.folder, &b.title, &b.uid)));
        state.files = files;
        state.contents = Arc::new(Contents { dashboards, problems });
        state.scanned = Some(Instant::now());
    }
}
