//! [`MemFs`]: files in memory that fail on demand and that lose, at a power cut, what was not synced.
//!
//! A name is durable once its directory was synced, content once its file was. Used by the tests of this folder, and by a
//! fuzz target.

mod state;

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use narthex_tsdb::fs::{Fs, Lock, ReadFile, Region, WriteFile};

pub(crate) use self::state::Fault;
use self::state::{Dir, Kind, Node, State, Verdict, failed};

/// The file system. Clones are the same one.
#[derive(Clone)]
pub(crate) struct MemFs(Arc<Mutex<State>>);

impl std::fmt::Debug for MemFs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemFs")
    }
}

impl MemFs {
    /// An empty file system.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { dirs: vec![Dir::default()], ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What a killed process leaves: a copy that nobody writes any more.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    /// The `at`th changing (for [`Fault::Read`], reading) operation from now on fails.
    pub(crate) fn inject(&self, fault: Fault, at: u64) {
        let mut state = self.state();
        let so_far = if fault == Fault::Read { state.reads } else { state.changes };
        (state.fault, state.at) = (Some(fault), so_far + at);
    }

    /// Everything works again.
    pub(crate) fn heal(&self) {
        self.state().fault = None;
    }

    /// How many changing and reading operations there were.
    pub(crate) fn operations(&self) -> (u64, u64) {
        let state = self.state();
        (state.changes, state.reads)
    }

    /// What failed first.
    pub(crate) fn what(&self) -> String {
        self.state().what.clone()
    }

    /// The power goes and comes back. With `strict` only what was synced is left; otherwise names stay, and of content
    /// that was not synced a part.
    pub(crate) fn power_cut(&self, strict: bool, random: &mut impl FnMut(usize) -> usize) {
        let mut state = self.state();
        if strict {
            state.dirs.iter_mut().for_each(|dir| dir.names = dir.durable.clone());
        }
        for file in &mut state.files {
            if strict || !file.data.starts_with(&file.synced) {
                file.data = Arc::clone(&file.synced);
            } else {
                let unsynced = file.data.len() - file.synced.len();
                let left = file.synced.len() + random(unsynced + 1);
                Arc::make_mut(&mut file.data).truncate(left);
            }
        }
    }

    fn change<R>(
        &self,
        what: &str,
        path: &Path,
        kind: Kind,
        change: impl FnOnce(&mut State) -> io::Result<R>,
    ) -> io::Result<R> {
        let mut state = self.state();
        match state.judge(what, &path.display().to_string(), kind) {
            Verdict::Go => change(&mut state),
            Verdict::DoneThenFail => change(&mut state).and(Err(failed())),
            Verdict::HalfThenFail if kind == Kind::RemoveAll => state.remove_half(path).and(Err(failed())),
            Verdict::HalfThenFail | Verdict::Refused => Err(failed()),
        }
    }

    /// The file at a path, for reading.
    fn reader(&self, path: &Path) -> io::Result<Reader> {
        let mut state = self.state();
        state.judge_read(&path.display().to_string())?;
        Ok(Reader { fs: self.clone(), file: state.file(path)?, path: path.display().to_string() })
    }
}

struct Writer {
    fs: MemFs,
    file: usize,
    path: String,
}

impl Writer {
    /// Does `change` to the file's content unless it fails; with a half, when only that is to be done.
    fn change(&self, what: &str, kind: Kind, change: impl FnOnce(&mut state::File, bool)) -> io::Result<()> {
        let mut state = self.fs.state();
        let verdict = state.judge(what, &self.path, kind);
        let half = verdict == Verdict::HalfThenFail;
        if verdict != Verdict::Refused {
            change(&mut state.files[self.file], half);
        }
        if verdict == Verdict::Go { Ok(()) } else { Err(failed()) }
    }
}

impl WriteFile for Writer {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.change("write", Kind::Write, |file, half| {
            let len = if half { bytes.len() / 2 } else { bytes.len() };
            Arc::make_mut(&mut file.data).extend_from_slice(&bytes[..len]);
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.change("sync", Kind::Other, |file, _| file.synced = Arc::clone(&file.data))
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.change("cut", Kind::Other, |file, _| Arc::make_mut(&mut file.data).resize(len as usize, 0))
    }
}

struct Reader {
    fs: MemFs,
    file: usize,
    path: String,
}

impl Reader {
    fn data(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.fs.state().files[self.file].data)
    }
}

impl ReadFile for Reader {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.fs.state().judge_read(&self.path)?;
        let data = self.data();
        let rest = data.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.data().len() as u64)
    }
}

fn slice(data: &[u8], offset: u64, len: usize) -> io::Result<&[u8]> {
    let end = usize::try_from(offset).ok().and_then(|offset| Some(offset..offset.checked_add(len)?));
    end.and_then(|range| data.get(range)).ok_or(io::ErrorKind::UnexpectedEof.into())
}

/// A file that may still grow.
impl Region for Reader {
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        slice(&self.data(), offset, len).map(|bytes| Cow::Owned(bytes.to_vec()))
    }

    fn size(&self) -> u64 {
        self.data().len() as u64
    }
}

/// A file as it was when it was mapped.
struct Finished(Arc<Vec<u8>>);

impl Region for Finished {
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        slice(&self.0, offset, len).map(Cow::Borrowed)
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

struct NoLock;

impl Lock for NoLock {}

impl Fs for MemFs {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change("mkdir", path, Kind::Make, |state| state.make_dirs(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        Ok(state.dirs[state.dir(dir)?].names.keys().cloned().collect())
    }

    fn exists(&self, path: &Path) -> bool {
        self.state().node(path).is_some()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = self.change("create", path, Kind::Make, |state| state.make_file(path))?;
        Ok(Box::new(Writer { fs: self.clone(), file, path: path.display().to_string() }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>> {
        Ok(Box::new(self.reader(path)?))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.reader(path)?.data().to_vec())
    }

    fn map(&self, path: &Path) -> io::Result<Arc<dyn Region>> {
        Ok(Arc::new(Finished(self.reader(path)?.data())))
    }

    fn map_growing(&self, path: &Path, _max_len: u64) -> io::Result<Arc<dyn Region>> {
        Ok(Arc::new(self.reader(path)?))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.change("cut", path, Kind::Other, |state| {
            let file = state.file(path)?;
            Arc::make_mut(&mut state.files[file].data).resize(len as usize, 0);
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("rename", from, Kind::Other, |state| state.rename(from, to))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("link", to, Kind::Make, |state| {
            let file = state.file(from)?;
            let (dir, name) = state.parent(to)?;
            state.dirs[dir].names.insert(name, Node::File(file));
            Ok(())
        })
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change("remove", path, Kind::Other, |state| {
            state.file(path)?;
            state.remove(path)
        })
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change("remove all", path, Kind::RemoveAll, |state| {
            state.dir(path)?;
            state.remove(path)
        })
    }

    fn total_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(1 << 30)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.change("sync", path, Kind::Other, |state| {
            let file = state.file(path)?;
            state.files[file].synced = Arc::clone(&state.files[file].data);
            Ok(())
        })
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.change("sync", path, Kind::Other, |state| {
            let dir = state.dir(path)?;
            state.dirs[dir].durable = state.dirs[dir].names.clone();
            Ok(())
        })
    }

    fn lock(&self, _path: &Path) -> io::Result<Box<dyn Lock>> {
        Ok(Box::new(NoLock))
    }
}
