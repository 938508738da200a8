//! `narthex check web-config FILE…`: reads files for `--web.config.file`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{complain, say};
use crate::config::{WEB, read};

/// Checks all files; fails when one is wrong.
pub(crate) fn run(files: &[PathBuf]) -> ExitCode {
    let mut all_good = true;
    for file in files {
        let verdict = match read(file, &WEB) {
            Ok((_, problems)) if problems.is_empty() => Ok(()),
            Ok((_, problems)) => Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
            Err(error) => Err(error.to_string()),
        };
        match verdict {
            Ok(()) => say(&format!("{} SUCCESS", file.display())),
            Err(problem) => {
                all_good = false;
                complain(&format!("{} FAILED: {problem}", file.display()));
            }
        }
    }
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
