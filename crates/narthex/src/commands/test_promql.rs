//! `narthex test promql PATH…`: runs PromQL test scripts.

use std::path::PathBuf;
use std::process::ExitCode;

use narthex_promql::test_language::{RunOptions, run_files};

use super::say;

/// Runs all scripts; fails when an evaluation does.
pub(crate) fn run(paths: &[PathBuf]) -> ExitCode {
    let report = run_files(paths, &RunOptions::default());
    say(&report.to_string());
    if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
