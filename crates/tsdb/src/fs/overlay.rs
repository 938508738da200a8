//! [`Overlay`]: a directory that is read where it is and written elsewhere, so that a log can be replayed (which cuts
//! torn ends and writes full chunks) without changing a byte of it.
//!
//! Invariant: nothing under `root` is ever written; a file that was written or cut is read from the sandbox.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Fs, Lock, ReadFile, Region, WriteFile};

/// `root` as seen through a sandbox directory.
#[derive(Debug)]
pub(crate) struct Overlay {
    base: Arc<dyn Fs>,
    root: PathBuf,
    sandbox: PathBuf,
}

impl Overlay {
    pub(crate) fn new(base: Arc<dyn Fs>, root: &Path, sandbox: &Path) -> Self {
        Self { base, root: root.to_owned(), sandbox: sandbox.to_owned() }
    }

    /// Where a path is written.
    fn inside(&self, path: &Path) -> io::Result<PathBuf> {
        let below = path.strip_prefix(&self.root).map_err(|_| io::ErrorKind::PermissionDenied)?;
        Ok(self.sandbox.join(below))
    }

    /// Where a path is read.
    fn seen(&self, path: &Path) -> PathBuf {
        match self.inside(path) {
            Ok(inside) if self.base.exists(&inside) => inside,
            _ => path.to_owned(),
        }
    }
}

fn refuse<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the directory is open for reading only"))
}

impl Fs for Overlay {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.base.create_dir_all(&self.inside(path)?)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let written = self.base.list(&self.inside(dir)?);
        match (self.base.list(dir), written) {
            (Ok(below), Ok(written)) => {
                Ok(below.into_iter().chain(written).collect::<BTreeSet<_>>().into_iter().collect())
            }
            (Ok(names), Err(_)) | (Err(_), Ok(names)) => Ok(names),
            (Err(error), Err(_)) => Err(error),
        }
    }

    fn exists(&self, path: &Path) -> bool {
        self.base.exists(&self.seen(path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let inside = self.inside(path)?;
        if let Some(parent) = inside.parent() {
            self.base.create_dir_all(parent)?;
        }
        self.base.create(&inside)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>> {
        self.base.open(&self.seen(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.base.read(&self.seen(path))
    }

    fn map(&self, path: &Path) -> io::Result<Arc<dyn Region>> {
        self.base.map(&self.seen(path))
    }

    fn map_growing(&self, path: &Path, max_len: u64) -> io::Result<Arc<dyn Region>> {
        self.base.map_growing(&self.seen(path), max_len)
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let inside = self.inside(path)?;
        if self.base.exists(&inside) {
            return self.base.truncate(&inside, len);
        }
        let content = self.base.read(path)?;
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(content.len());
        self.create(path)?.write_all(content.get(..len).unwrap_or_default())
    }

    fn rename(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        refuse()
    }

    fn hard_link(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        refuse()
    }

    fn remove_file(&self, _path: &Path) -> io::Result<()> {
        refuse()
    }

    fn remove_dir_all(&self, _path: &Path) -> io::Result<()> {
        refuse()
    }

    fn total_bytes(&self, path: &Path) -> io::Result<u64> {
        self.base.total_bytes(path)
    }

    fn sync_file(&self, _path: &Path) -> io::Result<()> {
        // What is in the sandbox need not outlive the process.
        Ok(())
    }

    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, _path: &Path) -> io::Result<Box<dyn Lock>> {
        refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::RealFs;

    #[test]
    fn writes_and_cuts_stay_in_the_sandbox() {
        let root = tempfile::tempdir().unwrap();
        let sandbox = tempfile::tempdir().unwrap();
        let fs = Overlay::new(Arc::new(RealFs), root.path(), sandbox.path());
        let (old, new) = (root.path().join("a/old"), root.path().join("a/new"));
        std::fs::create_dir(root.path().join("a")).unwrap();
        std::fs::write(&old, "0123456789").unwrap();
        fs.create(&new).unwrap().write_all(b"new").unwrap();
        fs.truncate(&old, 4).unwrap();
        assert_eq!(fs.read(&old).unwrap(), b"0123");
        assert_eq!(fs.read(&new).unwrap(), b"new");
        assert_eq!(fs.list(&root.path().join("a")).unwrap(), ["new", "old"]);
        assert_eq!(std::fs::read(&old).unwrap(), b"0123456789");
        assert!(!new.exists() && fs.exists(&new));
        assert!(fs.remove_file(&old).is_err() && fs.create(Path::new("/elsewhere")).is_err());
    }
}
