//! [`MemFs`]: files in memory that fail on demand and that lose, at a power cut, what was not synced.
//!
//! A name is durable once its directory was synced, content once its file was. Only operations that change something
//! are counted and can fail.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard};

use narthex_tsdb::fs::{Fs, Lock, ReadFile, Region, WriteFile};

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Never.
    None,
    /// Once, nothing is done.
    Fail,
    /// Once; half of a write is done, any other operation wholly, but an error is reported.
    Torn,
    /// The disk is full for a while: writes are done by half, nothing can be made, the rest works.
    Full,
    /// The process dies: this write is done by half, everything behind it fails.
    Dead,
}

/// For so many writes the disk stays full.
const FULL_FOR: u64 = 25;

#[derive(Clone, Copy)]
enum Node {
    Dir(usize),
    File(usize),
}

#[derive(Clone, Default)]
struct Dir {
    names: BTreeMap<String, Node>,
    durable: BTreeMap<String, Node>,
}

#[derive(Clone, Default)]
struct File {
    data: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Default)]
struct State {
    dirs: Vec<Dir>,
    files: Vec<File>,
    ops: u64,
    at: u64,
    fault: Option<Fault>,
    what: String,
}

/// The file system.
#[derive(Clone)]
pub(crate) struct MemFs(Arc<Mutex<State>>);

impl std::fmt::Debug for MemFs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemFs")
    }
}

/// What an operation may do.
#[derive(PartialEq, Eq)]
enum Verdict {
    Go,
    HalfThenFail,
    DoneThenFail,
    Refused,
}

fn failed() -> io::Error {
    io::Error::other("injected")
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl State {
    fn judge(&mut self, what: &str, path: &str, is_write: bool, makes: bool) -> Verdict {
        self.ops += 1;
        let Some(fault) = self.fault else { return Verdict::Go };
        if self.ops < self.at {
            return Verdict::Go;
        }
        let first = self.ops == self.at;
        if first {
            self.what = format!("{what} {path}");
        }
        match fault {
            Fault::None => Verdict::Go,
            Fault::Fail if first => Verdict::Refused,
            Fault::Torn if first && is_write => Verdict::HalfThenFail,
            Fault::Torn if first => Verdict::DoneThenFail,
            Fault::Fail | Fault::Torn => Verdict::Go,
            Fault::Full if self.ops >= self.at + FULL_FOR => Verdict::Go,
            Fault::Full if is_write => Verdict::HalfThenFail,
            Fault::Full if makes => Verdict::Refused,
            Fault::Full => Verdict::Go,
            Fault::Dead if first && is_write => Verdict::HalfThenFail,
            Fault::Dead => Verdict::Refused,
        }
    }

    fn node(&self, path: &Path) -> Option<Node> {
        let mut node = Node::Dir(0);
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Node::Dir(dir) = node else { return None };
            node = *self.dirs[dir].names.get(name.to_str()?)?;
        }
        Some(node)
    }

    fn dir(&self, path: &Path) -> io::Result<usize> {
        match self.node(path) {
            Some(Node::Dir(dir)) => Ok(dir),
            _ => Err(missing()),
        }
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.node(path) {
            Some(Node::File(file)) => Ok(file),
            _ => Err(missing()),
        }
    }

    fn parent(&self, path: &Path) -> io::Result<(usize, String)> {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(missing)?;
        Ok((self.dir(path.parent().ok_or_else(missing)?)?, name.to_owned()))
    }
}

impl MemFs {
    /// An empty file system.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { dirs: vec![Dir::default()], ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The `at`th changing operation from now on fails.
    pub(crate) fn inject(&self, fault: Fault, at: u64) {
        let mut state = self.state();
        (state.fault, state.at) = (Some(fault), state.ops + at);
    }

    /// Everything works again.
    pub(crate) fn heal(&self) {
        self.state().fault = None;
    }

    /// How many changing operations there were.
    pub(crate) fn ops(&self) -> u64 {
        self.state().ops
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
                file.data = file.synced.clone();
            } else {
                let unsynced = file.data.len() - file.synced.len();
                file.data.truncate(file.synced.len() + random(unsynced + 1));
            }
        }
    }

    fn change<R>(
        &self,
        what: &str,
        path: &Path,
        makes: bool,
        change: impl FnOnce(&mut State) -> io::Result<R>,
    ) -> io::Result<R> {
        let mut state = self.state();
        match state.judge(what, &path.display().to_string(), false, makes) {
            Verdict::Go => change(&mut state),
            Verdict::DoneThenFail => change(&mut state).and(Err(failed())),
            Verdict::HalfThenFail | Verdict::Refused => Err(failed()),
        }
    }
}

struct Writer {
    fs: MemFs,
    file: usize,
    path: String,
}

impl Writer {
    fn judge(&self, state: &mut State, what: &str, is_write: bool) -> Verdict {
        state.judge(what, &self.path, is_write, false)
    }
}

impl WriteFile for Writer {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.fs.state();
        let verdict = self.judge(&mut state, "write", true);
        let data = &mut state.files[self.file].data;
        match verdict {
            Verdict::Go => data.extend_from_slice(bytes),
            Verdict::HalfThenFail => data.extend_from_slice(&bytes[..bytes.len() / 2]),
            Verdict::DoneThenFail | Verdict::Refused => {}
        }
        if verdict == Verdict::Go { Ok(()) } else { Err(failed()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.fs.state();
        let verdict = self.judge(&mut state, "sync", false);
        if matches!(verdict, Verdict::Go | Verdict::DoneThenFail) {
            let file = &mut state.files[self.file];
            file.synced = file.data.clone();
        }
        if verdict == Verdict::Go { Ok(()) } else { Err(failed()) }
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.fs.state();
        let verdict = self.judge(&mut state, "cut", false);
        if matches!(verdict, Verdict::Go | Verdict::DoneThenFail) {
            state.files[self.file].data.resize(len as usize, 0);
        }
        if verdict == Verdict::Go { Ok(()) } else { Err(failed()) }
    }
}

struct Reader {
    fs: MemFs,
    file: usize,
}

impl ReadFile for Reader {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let state = self.fs.state();
        let rest = state.files[self.file].data.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.fs.state().files[self.file].data.len() as u64)
    }
}

impl Region for Reader {
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        let state = self.fs.state();
        let bytes = state.files[self.file].data.get(offset as usize..offset as usize + len);
        bytes.map(|bytes| Cow::Owned(bytes.to_vec())).ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    fn size(&self) -> u64 {
        self.fs.state().files[self.file].data.len() as u64
    }
}

struct NoLock;

impl Lock for NoLock {}

impl Fs for MemFs {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change("mkdir", path, true, |state| {
            let mut at = 0;
            for part in path.components() {
                let Component::Normal(name) = part else { continue };
                let name = name.to_str().unwrap().to_owned();
                at = match state.dirs[at].names.get(&name) {
                    Some(Node::Dir(dir)) => *dir,
                    Some(Node::File(_)) => return Err(io::ErrorKind::AlreadyExists.into()),
                    None => {
                        state.dirs.push(Dir::default());
                        let new = state.dirs.len() - 1;
                        state.dirs[at].names.insert(name, Node::Dir(new));
                        new
                    }
                };
            }
            Ok(())
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        Ok(state.dirs[state.dir(dir)?].names.keys().cloned().collect())
    }

    fn exists(&self, path: &Path) -> bool {
        self.state().node(path).is_some()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        self.change("create", path, true, |state| {
            let (dir, name) = state.parent(path)?;
            let file = match state.dirs[dir].names.get(&name) {
                Some(Node::File(file)) => *file,
                Some(Node::Dir(_)) => return Err(io::ErrorKind::IsADirectory.into()),
                None => {
                    state.files.push(File::default());
                    let new = state.files.len() - 1;
                    state.dirs[dir].names.insert(name, Node::File(new));
                    new
                }
            };
            state.files[file].data.clear();
            Ok(Box::new(Writer { fs: self.clone(), file, path: path.display().to_string() }) as _)
        })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>> {
        let file = self.state().file(path)?;
        Ok(Box::new(Reader { fs: self.clone(), file }))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        Ok(state.files[state.file(path)?].data.clone())
    }

    fn map(&self, path: &Path) -> io::Result<Arc<dyn Region>> {
        let file = self.state().file(path)?;
        Ok(Arc::new(Reader { fs: self.clone(), file }))
    }

    fn map_growing(&self, path: &Path, _max_len: u64) -> io::Result<Arc<dyn Region>> {
        self.map(path)
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.change("cut", path, false, |state| {
            let file = state.file(path)?;
            state.files[file].data.resize(len as usize, 0);
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("rename", from, false, |state| {
            let (from_dir, from_name) = state.parent(from)?;
            let (to_dir, to_name) = state.parent(to)?;
            let node = state.dirs[from_dir].names.remove(&from_name).ok_or_else(missing)?;
            state.dirs[to_dir].names.insert(to_name, node);
            Ok(())
        })
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("link", to, true, |state| {
            let file = state.file(from)?;
            let (dir, name) = state.parent(to)?;
            state.dirs[dir].names.insert(name, Node::File(file));
            Ok(())
        })
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change("remove", path, false, |state| {
            let (dir, name) = state.parent(path)?;
            state.dirs[dir].names.remove(&name).map(drop).ok_or_else(missing)
        })
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.remove_file(path)
    }

    fn total_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(1 << 30)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.change("sync", path, false, |state| {
            let dir = state.dir(path)?;
            state.dirs[dir].durable = state.dirs[dir].names.clone();
            Ok(())
        })
    }

    fn lock(&self, _path: &Path) -> io::Result<Box<dyn Lock>> {
        Ok(Box::new(NoLock))
    }
}
