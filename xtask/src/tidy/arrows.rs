//! The crate arrows of ARCHITECTURE.md: a crate may only depend on the crates named here.
//!
//! The list is the drawing; a new arrow is a decision, made here and in ARCHITECTURE.md together.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each crate with the workspace crates that it may use (development dependencies are free).
const ARROWS: [(&str, &[&str]); 19] = [
    ("narthex-model", &[]),
    ("narthex-chunkenc", &["narthex-model"]),
    ("narthex-exposition", &["narthex-model"]),
    ("narthex-client-derive", &[]),
    ("narthex-client", &["narthex-client-derive", "narthex-exposition", "narthex-model"]),
    ("narthex-storage", &["narthex-model"]),
    ("narthex-tsdb", &["narthex-model", "narthex-chunkenc", "narthex-storage"]),
    ("narthex-promql", &["narthex-model", "narthex-storage"]),
    ("narthex-http-client", &[]),
    ("narthex-discovery", &["narthex-model", "narthex-http-client"]),
    (
        "narthex-scrape",
        &[
            "narthex-model",
            "narthex-exposition",
            "narthex-storage",
            "narthex-client",
            "narthex-discovery",
            "narthex-http-client",
        ],
    ),
    ("narthex-remote", &["narthex-model", "narthex-storage"]),
    ("narthex-web", &["narthex-http-client"]),
    (
        "narthex-api",
        &[
            "narthex-model",
            "narthex-exposition",
            "narthex-client",
            "narthex-storage",
            "narthex-tsdb",
            "narthex-promql",
            "narthex-discovery",
            "narthex-scrape",
            "narthex-remote",
            "narthex-web",
        ],
    ),
    ("narthex-dashboards", &["narthex-client", "narthex-http-client", "narthex-model", "narthex-web"]),
    (
        "narthex",
        &[
            "narthex-http-client",
            "narthex-model",
            "narthex-exposition",
            "narthex-client",
            "narthex-storage",
            "narthex-tsdb",
            "narthex-promql",
            "narthex-discovery",
            "narthex-scrape",
            "narthex-remote",
            "narthex-web",
            "narthex-api",
            "narthex-dashboards",
        ],
    ),
    ("heart-disease-api", &["narthex-client"]),
    ("xtask", &[]),
    ("narthex-tests", &[]),
];

/// Finds dependencies that are not in the drawing, and crates that the drawing does not know.
pub(super) fn check(root: &Path, findings: &mut Vec<String>) {
    let packages = match packages(root) {
        Ok(packages) => packages,
        Err(reason) => {
            findings.push(format!("Cargo.toml: cannot read the crate graph: {reason}"));
            return;
        }
    };
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("{name}: not in the drawing of xtask/src/tidy/arrows.rs"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            let development = dependency["kind"].as_str() == Some("dev");
            let ours = packages.iter().any(|p| p["name"].as_str() == Some(target));
            if ours && !development && !allowed.contains(&target) {
                findings.push(format!("{name}: depends on {target}, which is no arrow of the drawing"));
            }
        }
    }
}

fn packages(root: &Path) -> Result<Vec<Value>, String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .map_err(|error| error.to_string())?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    metadata["packages"].as_array().cloned().ok_or_else(|| "no packages".to_owned())
}
