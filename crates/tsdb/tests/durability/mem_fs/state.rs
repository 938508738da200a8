//! [`State`]: the nodes of the file system, and the judgement whether an operation works.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};
use std::sync::Arc;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Once, nothing is done.
    Fail,
    /// Once; half of a write or of a removal is done, any other operation wholly, but an error is reported.
    Torn,
    /// The disk is full for a while: writes are done by half, nothing can be made, the rest works.
    Full,
    /// The process dies: this write is done by half, everything behind it fails.
    Dead,
    /// Once, a file cannot be opened or read.
    Read,
}

/// For so many writes the disk stays full.
const FULL_FOR: u64 = 25;

#[derive(Clone, Copy)]
pub(super) enum Node {
    Dir(usize),
    File(usize),
}

#[derive(Clone, Default)]
pub(super) struct Dir {
    pub(super) names: BTreeMap<String, Node>,
    pub(super) durable: BTreeMap<String, Node>,
}

/// Contents are shared with the regions that were mapped of them.
#[derive(Clone, Default)]
pub(super) struct File {
    pub(super) data: Arc<Vec<u8>>,
    pub(super) synced: Arc<Vec<u8>>,
}

#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) dirs: Vec<Dir>,
    pub(super) files: Vec<File>,
    /// Changing operations and reading ones so far.
    pub(super) changes: u64,
    pub(super) reads: u64,
    pub(super) at: u64,
    pub(super) fault: Option<Fault>,
    /// What failed first.
    pub(super) what: String,
}

/// What an operation may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Go,
    HalfThenFail,
    DoneThenFail,
    Refused,
}

/// What kind of operation it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It can be done by half.
    Write,
    /// It needs room on the disk.
    Make,
    /// It removes many things, one after the other.
    RemoveAll,
    Other,
}

pub(super) fn failed() -> io::Error {
    io::Error::other("injected")
}

pub(super) fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl State {
    /// Whether a changing operation works.
    pub(super) fn judge(&mut self, what: &str, path: &str, kind: Kind) -> Verdict {
        self.changes += 1;
        let Some(fault) = self.fault.filter(|fault| *fault != Fault::Read && self.changes >= self.at) else {
            return Verdict::Go;
        };
        let first = self.changes == self.at;
        if first {
            self.what = format!("{what} {path}");
        }
        match (fault, kind) {
            (Fault::Fail, _) if first => Verdict::Refused,
            (Fault::Torn | Fault::Dead, Kind::Write | Kind::RemoveAll) if first => Verdict::HalfThenFail,
            (Fault::Torn, _) if first => Verdict::DoneThenFail,
            (Fault::Dead, _) => Verdict::Refused,
            (Fault::Full, Kind::Write) if self.changes < self.at + FULL_FOR => Verdict::HalfThenFail,
            (Fault::Full, Kind::Make) if self.changes < self.at + FULL_FOR => Verdict::Refused,
            _ => Verdict::Go,
        }
    }

    /// Whether a reading operation works.
    pub(super) fn judge_read(&mut self, path: &str) -> io::Result<()> {
        self.reads += 1;
        if self.fault == Some(Fault::Read) && self.reads == self.at {
            self.what = format!("read {path}");
            return Err(failed());
        }
        Ok(())
    }

    pub(super) fn node(&self, path: &Path) -> Option<Node> {
        let mut node = Node::Dir(0);
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Node::Dir(dir) = node else { return None };
            node = *self.dirs[dir].names.get(name.to_str()?)?;
        }
        Some(node)
    }

    pub(super) fn dir(&self, path: &Path) -> io::Result<usize> {
        match self.node(path) {
            Some(Node::Dir(dir)) => Ok(dir),
            Some(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(missing()),
        }
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        match self.node(path) {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Dir(_)) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(missing()),
        }
    }

    /// The directory of a path, and the name in it.
    pub(super) fn parent(&self, path: &Path) -> io::Result<(usize, String)> {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(missing)?;
        Ok((self.dir(path.parent().ok_or_else(missing)?)?, name.to_owned()))
    }

    pub(super) fn make_dirs(&mut self, path: &Path) -> io::Result<()> {
        let mut at = 0;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let name = name.to_str().ok_or_else(missing)?.to_owned();
            at = match self.dirs[at].names.get(&name) {
                Some(Node::Dir(dir)) => *dir,
                Some(Node::File(_)) => return Err(io::ErrorKind::AlreadyExists.into()),
                None => {
                    self.dirs.push(Dir::default());
                    let new = self.dirs.len() - 1;
                    self.dirs[at].names.insert(name, Node::Dir(new));
                    new
                }
            };
        }
        Ok(())
    }

    /// Makes an empty file, or empties the one that is there.
    pub(super) fn make_file(&mut self, path: &Path) -> io::Result<usize> {
        let (dir, name) = self.parent(path)?;
        let file = match self.dirs[dir].names.get(&name) {
            Some(Node::File(file)) => *file,
            Some(Node::Dir(_)) => return Err(io::ErrorKind::IsADirectory.into()),
            None => {
                self.files.push(File::default());
                let new = self.files.len() - 1;
                self.dirs[dir].names.insert(name, Node::File(new));
                new
            }
        };
        self.files[file].data = Arc::default();
        Ok(file)
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (from_dir, from_name) = self.parent(from)?;
        let (to_dir, to_name) = self.parent(to)?;
        if let Some(Node::Dir(present)) = self.node(to)
            && !self.dirs[present].names.is_empty()
        {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let node = self.dirs[from_dir].names.remove(&from_name).ok_or_else(missing)?;
        self.dirs[to_dir].names.insert(to_name, node);
        Ok(())
    }

    /// Removes the first half of what is in a directory.
    pub(super) fn remove_half(&mut self, path: &Path) -> io::Result<()> {
        let dir = self.dir(path)?;
        let names = &mut self.dirs[dir].names;
        let doomed: Vec<String> = names.keys().take(names.len().div_ceil(2)).cloned().collect();
        names.retain(|name, _| !doomed.contains(name));
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        let (dir, name) = self.parent(path)?;
        self.dirs[dir].names.remove(&name).map(drop).ok_or_else(missing)
    }
}
