//! `dashboards/*.yaml`: providers, each a folder of dashboard files.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::expand::expand;
use super::{Provisioned, ProvisioningError};
use crate::library::{Place, Root};

#[derive(Debug, Deserialize)]
pub(super) struct File {
    #[serde(default)]
    providers: Vec<Provider>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default)]
    name: String,
    #[serde(default)]
    folder: String,
    #[serde(default = "of_file", rename = "type")]
    kind: String,
    #[serde(default)]
    allow_ui_updates: bool,
    #[serde(default)]
    options: Options,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    #[serde(default)]
    path: String,
    #[serde(default)]
    folders_from_files_structure: bool,
}

fn of_file() -> String {
    "file".to_owned()
}

/// Adds the providers of one file.
pub(super) fn add(file: &Path, content: File, into: &mut Provisioned) -> Result<(), ProvisioningError> {
    for provider in content.providers {
        let fail = |reason: String| ProvisioningError {
            file: file.to_owned(),
            reason: format!("provider \"{}\": {reason}", provider.name),
        };
        if provider.kind != "file" {
            into.remarks
                .push(fail(format!("its type is {}; only files can be read", provider.kind)).to_string());
            continue;
        }
        let path = PathBuf::from(expand(&provider.options.path).map_err(fail)?);
        if path.as_os_str().is_empty() {
            return Err(fail("options.path is missing: the folder with the dashboard files".to_owned()));
        }
        if !path.exists() {
            into.remarks.push(fail(format!("{} is not there", path.display())).to_string());
        }
        into.roots.push(Root {
            place: Place::Path(path),
            folder: expand(&provider.folder).map_err(fail)?,
            subfolders: provider.options.folders_from_files_structure,
            writable: provider.allow_ui_updates,
        });
    }
    Ok(())
}
