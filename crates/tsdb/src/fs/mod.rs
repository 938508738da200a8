//! The file system, injected so that torn writes, full disks and lost renames become tests.
//!
//! [`RealFs`] is what runs; tests bring their own [`Fs`]. Only what the database needs is here.

mod mapped;
pub(crate) mod overlay;
mod real;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use real::RealFs;

/// A file that is written front to back.
pub trait WriteFile: Send + Sync {
    /// Appends all of `bytes`; on an error any front part of them may have been written.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Waits until everything written is on the medium.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to `len` bytes; the next write continues there.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

/// A file that is read at any place.
pub trait ReadFile: Send + Sync {
    /// Fills the front of `buf` with the bytes at `offset`; fewer than asked for only at the end of the file.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
    /// The file's length in bytes.
    fn size(&self) -> io::Result<u64>;
}

/// The bytes of a file, as they are when looked at.
pub trait Region: Send + Sync {
    /// The `len` bytes at `offset`; an error of kind `UnexpectedEof` when the file is shorter.
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>>;
    /// The length known when the region was made.
    fn size(&self) -> u64;
}

/// What keeps a lock; dropping it removes the lock file and releases the lock.
pub trait Lock: Send + Sync {}

/// The operations on files and directories that the database needs.
pub trait Fs: Send + Sync + fmt::Debug {
    /// Makes a directory and its parents.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// The names in a directory, unsorted.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Whether there is a file or directory.
    fn exists(&self, path: &Path) -> bool;
    /// Makes an empty file, replacing an old one.
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>>;
    /// Opens a file for reading.
    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>>;
    /// The content of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Maps a finished file.
    fn map(&self, path: &Path) -> io::Result<Arc<dyn Region>>;
    /// Maps a file that still grows, up to `max_len` bytes.
    fn map_growing(&self, path: &Path, max_len: u64) -> io::Result<Arc<dyn Region>>;
    /// Cuts a file to `len` bytes, or fills it up with zeros.
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()>;
    /// Renames, replacing the target.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a second name for a file.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory and all in it.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Bytes of the whole file system that holds `path`.
    fn total_bytes(&self, path: &Path) -> io::Result<u64>;
    /// Waits until the content of a file is on the medium, whoever wrote it.
    fn sync_file(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Takes the exclusive lock of a file, making the file; `WouldBlock` when another process holds it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>>;
}
