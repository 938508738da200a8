//! `narthex check web-config FILE…`: reads files for `--web.config.file` and the certificates that they name.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use narthex_web::secure::Live;

use super::{complain, say};
use crate::server::web_config;

/// Checks all files; fails when one is wrong.
pub(crate) fn run(files: &[PathBuf]) -> ExitCode {
    let mut all_good = true;
    for file in files {
        match check(file) {
            Ok(notes) => {
                notes.iter().for_each(|note| say(&format!("{}: note: {note}", file.display())));
                say(&format!("{} SUCCESS", file.display()));
            }
            Err(problem) => {
                all_good = false;
                complain(&format!("{} FAILED: {problem}", file.display()));
            }
        }
    }
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(file: &Path) -> Result<Vec<String>, String> {
    let (config, notes) = web_config(file)?;
    Live::new(file, move |_| Ok(config.clone())).map_err(|error| error.reason)?;
    Ok(notes)
}
