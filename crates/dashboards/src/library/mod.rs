//! The dashboards in the roots, read again when a file changes; asked by the routes.
//!
//! Invariant: a file is parsed once per change of its time or size, and one bad file hides no other.

mod dashboard;
mod json;
mod root;
mod save;
mod scan;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

pub use dashboard::{Dashboard, FILE_SIZE_MAX, Problem};
pub use root::{BuiltIn, Place, Root};
pub use save::{SaveError, Saved};

/// How long a listing of the folders is good for.
const RESCAN_AFTER: Duration = Duration::from_secs(2);

/// A set of roots.
#[derive(Debug)]
pub struct Library {
    roots: Vec<Root>,
    built_in: Vec<Result<Arc<Dashboard>, Problem>>,
    state: Mutex<State>,
    /// Held by the one who writes.
    writing: Mutex<()>,
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

/// What the roots hold.
#[derive(Debug, Default)]
pub struct Contents {
    /// The dashboards, by folder and title; unique by uid.
    pub dashboards: Vec<Arc<Dashboard>>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

impl Library {
    /// A library over these roots; where two dashboards have one uid, the one of the earlier root counts.
    pub fn new(roots: Vec<Root>) -> Self {
        let mut built_in = Vec::new();
        for root in &roots {
            if let Place::BuiltIn(dashboards) = root.place {
                built_in.extend(dashboards.iter().map(|one| {
                    let name = one.name.strip_suffix(".json").unwrap_or(one.name);
                    dashboard::parse(one.text, name, &root.folder).map(Arc::new)
                }));
            }
        }
        Self { roots, built_in, state: Mutex::default(), writing: Mutex::default() }
    }

    /// Whether new dashboards can be added.
    pub fn is_writable(&self) -> bool {
        self.roots.iter().any(|root| root.writable)
    }

    /// What the roots hold now. Reads files: call it where blocking is fine.
    pub fn contents(&self) -> Arc<Contents> {
        let mut state = self.state.lock();
        if state.scanned.is_none_or(|at| at.elapsed() > RESCAN_AFTER) {
            self.rescan(&mut state);
        }
        Arc::clone(&state.contents)
    }

    /// Makes the next question look at the files.
    fn forget(&self) {
        self.state.lock().scanned = None;
    }

    fn rescan(&self, state: &mut State) {
        let mut files = HashMap::new();
        let mut contents = Contents::default();
        for root in &self.roots {
            let Place::Path(path) = &root.place else { continue };
            let found = scan::scan(path, root, &mut contents.problems);
            for file in found {
                let entry = match state.files.remove(&file.path) {
                    Some(entry) if entry.changed == file.changed && entry.size == file.size => entry,
                    _ => read(&file, root.writable),
                };
                contents.add(&file.path, &entry.read);
                files.insert(file.path, entry);
            }
        }
        for read in &self.built_in {
            contents.add(Path::new("(built in)"), read);
        }
        contents.dashboards.sort_by(|a, b| (&a.folder, &a.title, &a.uid).cmp(&(&b.folder, &b.title, &b.uid)));
        state.files = files;
        state.contents = Arc::new(contents);
        state.scanned = Some(Instant::now());
    }
}

impl Contents {
    fn add(&mut self, path: &Path, read: &Result<Arc<Dashboard>, Problem>) {
        match read {
            Err(problem) => self.problems.push(problem.clone()),
            Ok(dashboard) => match self.dashboards.iter().find(|other| other.uid == dashboard.uid) {
                None => self.dashboards.push(Arc::clone(dashboard)),
                // A file in the place of a built-in dashboard is how one changes it.
                Some(_) if path == Path::new("(built in)") => {}
                Some(other) => self.problems.push(Problem::new(
                    path,
                    format!("its uid \"{}\" is already that of \"{}\"", dashboard.uid, other.title),
                )),
            },
        }
    }
}

fn read(file: &scan::Found, writable: bool) -> Entry {
    let read = dashboard::read(&file.path, &file.folder, writable).map(Arc::new);
    if let Err(problem) = &read {
        tracing::warn!(%problem, "a dashboard file cannot be used");
    }
    Entry { changed: file.changed, size: file.size, read }
}
