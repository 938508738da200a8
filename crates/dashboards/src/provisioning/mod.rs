//! Grafana's provisioning files: `dashboards/*.yaml` name folders with dashboards, `datasources/*.yaml` the data sources.
//!
//! Called by the binary for `--provisioning.path`. The format is that of Grafana's documentation ("Provision Grafana",
//! `apiVersion: 1`). What has no meaning here (organisations, deletions) is passed over; what has a meaning and cannot be
//! honoured is told in [`Provisioned::remarks`].

mod dashboards;
mod datasources;
mod expand;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::DataSource;
use crate::library::Root;

/// The largest provisioning file, in bytes.
const FILE_SIZE_MAX: u64 = 4 << 20;

/// What the files say.
#[derive(Debug, Default)]
pub struct Provisioned {
    /// Where dashboards are.
    pub roots: Vec<Root>,
    /// The data sources, the default one first.
    pub sources: Vec<DataSource>,
    /// What the files ask for and is not honoured, a sentence each.
    pub remarks: Vec<String>,
}

/// A provisioning file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct ProvisioningError {
    file: PathBuf,
    reason: String,
}

/// Reads the files below `folder`, which is what Grafana calls its provisioning path.
pub fn read(folder: &Path) -> Result<Provisioned, ProvisioningError> {
    let mut provisioned = Provisioned::default();
    if !folder.is_dir() {
        return Err(ProvisioningError { file: folder.to_owned(), reason: "no such folder".to_owned() });
    }
    for file in files(&folder.join("datasources"))? {
        datasources::add(&file, parse(&file)?, &mut provisioned)?;
    }
    provisioned.sources.sort_by_key(|source| !source.is_default);
    for file in files(&folder.join("dashboards"))? {
        dashboards::add(&file, parse(&file)?, &mut provisioned)?;
    }
    Ok(provisioned)
}

/// The YAML files of a folder by name; none when there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ProvisioningError> {
    let fail =
        |error: std::io::Error| ProvisioningError { file: folder.to_owned(), reason: error.to_string() };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(fail)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn parse<T: DeserializeOwned>(file: &Path) -> Result<T, ProvisioningError> {
    let fail = |reason: String| ProvisioningError { file: file.to_owned(), reason };
    let size = std::fs::metadata(file).map_err(|error| fail(error.to_string()))?.len();
    if size > FILE_SIZE_MAX {
        return Err(fail(format!("{size} bytes are more than such a file may have ({FILE_SIZE_MAX})")));
    }
    let text = std::fs::read_to_string(file).map_err(|error| fail(error.to_string()))?;
    serde_saphyr::from_str(&text).map_err(|error| fail(error.to_string()))
}
