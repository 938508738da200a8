//! Writing dashboards: a changed one back to its file, a new one to a file of its own. Called by the routes.
//!
//! Invariants: a file is replaced as a whole by a rename; nobody's change is lost without notice (the `version` that the writer
//! began with must still be the file's).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::value::to_raw_value;

use super::dashboard::{FILE_SIZE_MAX, fields, slug, version};
use super::json::Fields;
use super::{Dashboard, Library, Place, Problem};

/// Why a dashboard was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is none with this uid.
    #[error("there is no dashboard \"{0}\"")]
    Unknown(String),
    /// Its file is not to be written.
    #[error("\"{0}\" is provisioned from a file that the server does not write")]
    ReadOnly(String),
    /// No root is writable.
    #[error("no folder of this server may be written")]
    NowhereToWrite,
    /// Somebody else has saved it since.
    #[error("\"{title}\" was saved by somebody else: it has version {stored}, and yours is based on {given}")]
    Conflict {
        /// Its title.
        title: String,
        /// The version in the file.
        stored: u64,
        /// The version that was sent.
        given: u64,
    },
    /// The uid of a new dashboard is taken.
    #[error("the uid \"{uid}\" is already that of \"{title}\"")]
    Taken {
        /// The uid.
        uid: String,
        /// Whose it is.
        title: String,
    },
    /// It is no dashboard.
    #[error("{0}")]
    Invalid(Problem),
    /// The file system refused.
    #[error("cannot write {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

/// A dashboard that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its identifier.
    pub uid: String,
    /// Its new version.
    pub version: u64,
}

impl Library {
    /// Replaces the dashboard `uid` by the one in `text`. Blocks on files.
    pub fn save(&self, uid: &str, text: &str) -> Result<Saved, SaveError> {
        let mut fields = fields(text).map_err(SaveError::Invalid)?;
        let _writing = self.writing.lock();
        let stored = self.find(uid).ok_or_else(|| SaveError::Unknown(uid.to_owned()))?;
        let file = stored.file.as_deref().ok_or_else(|| SaveError::ReadOnly(stored.title.clone()))?;
        if let Some(given) = version(&fields).filter(|given| *given != stored.version) {
            return Err(SaveError::Conflict { title: stored.title.clone(), stored: stored.version, given });
        }
        self.write(file, &mut fields, uid, stored.version + 1)
    }

    /// Adds the dashboard in `text` to the first writable root. Blocks on files.
    pub fn create(&self, text: &str) -> Result<Saved, SaveError> {
        let mut fields = fields(text).map_err(SaveError::Invalid)?;
        let writable = self.roots.iter().filter(|root| root.writable).find_map(|root| match &root.place {
            Place::Path(path) if path.is_dir() => Some(path),
            _ => None,
        });
        let folder = writable.ok_or(SaveError::NowhereToWrite)?;
        let _writing = self.writing.lock();
        let name = slug(&fields.text("title").unwrap_or_default());
        let uid = match fields.text("uid") {
            Some(uid) => match self.find(&uid) {
                Some(other) => return Err(SaveError::Taken { uid, title: other.title.clone() }),
                None => uid,
            },
            None => free(&name, |uid| self.find(uid).is_some()),
        };
        let stem = free(&name, |stem| folder.join(format!("{stem}.json")).exists());
        let version = version(&fields).unwrap_or(0).max(1);
        self.write(&folder.join(format!("{stem}.json")), &mut fields, &uid, version)
    }

    /// The dashboard `uid` as the files are now.
    fn find(&self, uid: &str) -> Option<Arc<Dashboard>> {
        self.forget();
        self.contents().dashboards.iter().find(|dashboard| dashboard.uid == uid).cloned()
    }

    fn write(&self, file: &Path, fields: &mut Fields, uid: &str, version: u64) -> Result<Saved, SaveError> {
        let io = |source: std::io::Error| SaveError::Io { path: file.to_owned(), source };
        let number = |error: serde_json::Error| io(std::io::Error::other(error));
        fields.set("uid", to_raw_value(uid).map_err(number)?);
        fields.set("version", to_raw_value(&version).map_err(number)?);
        let text = fields.pretty();
        if text.len() as u64 > FILE_SIZE_MAX {
            return Err(io(std::io::Error::other(format!("it would have more than {FILE_SIZE_MAX} bytes"))));
        }
        let temporary = file.with_extension("json.tmp");
        let written = std::fs::File::create(&temporary).and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()?;
            std::fs::rename(&temporary, file)
        });
        if let Err(error) = written {
            // What is left of it is no dashboard; if it cannot be removed either, the next save replaces it.
            let _ = std::fs::remove_file(&temporary);
            return Err(io(error));
        }
        self.forget();
        Ok(Saved { uid: uid.to_owned(), version })
    }
}

/// `name`, or the first of `name-2`, `name-3` … that is not taken.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1_u64;
    while taken(&candidate) {
        number += 1;
        candidate = format!("{name}-{number}");
    }
    candidate
}
