//! [`Root`]: one place with dashboards. Made by the binary from flags and by [`provisioning`](crate::provisioning).

use std::path::PathBuf;

/// A dashboard inside the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// The name of its file.
    pub name: &'static str,
    /// Grafana's JSON.
    pub text: &'static str,
}

/// Where a root is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder that is searched for `.json` files, or one file.
    Path(PathBuf),
    /// In the program itself.
    BuiltIn(&'static [BuiltIn]),
}

/// A place with dashboards.
#[derive(Debug, Clone)]
pub struct Root {
    /// Where.
    pub place: Place,
    /// The folder in which they are listed, empty for the top.
    pub folder: String,
    /// Whether subfolders are folders of the list, below `folder`; else everything is in `folder`.
    pub subfolders: bool,
    /// Whether changes are written back, and new dashboards are put here.
    pub writable: bool,
}

impl Root {
    /// A folder (or file) that is only read, with its subfolders as folders of the list.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { place: Place::Path(path.into()), folder: String::new(), subfolders: true, writable: false }
    }

    /// Dashboards inside the program.
    pub fn built_in(dashboards: &'static [BuiltIn]) -> Self {
        Self { place: Place::BuiltIn(dashboards), folder: String::new(), subfolders: false, writable: false }
    }
}
