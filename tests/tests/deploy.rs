//! What lies in `deploy/` is what its tools accept: the systemd unit, the Kubernetes manifests, the configuration inside of them.
//! A tool that is not on this machine is SKIPPED; the containers themselves are run by `scripts/docker-interop.sh`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use narthex_tests::binary;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// What a tool says, or `None` when it is not installed.
fn ask(tool: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(tool).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("SKIPPED: {tool} is not here ({error})");
            None
        }
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn systemd_takes_the_unit() {
    // The binary's place after the installation has nothing here: one that exists stands for it.
    let unit = std::fs::read_to_string(deploy().join("systemd/narthex.service")).unwrap();
    assert!(unit.contains("/usr/local/bin/narthex "));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("narthex.service");
    std::fs::write(&file, unit.replace("/usr/local/bin/narthex", "/bin/true")).unwrap();
    let Some(output) = ask("systemd-analyze", &["verify", "--man=no", file.to_str().unwrap()]) else {
        return;
    };
    let complaints: Vec<_> =
        said(&output).lines().filter(|line| line.contains("narthex")).map(ToOwned::to_owned).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn kustomize_builds_the_manifests() {
    let folder = deploy().join("kubernetes");
    let Some(output) = ask("kubectl", &["kustomize", folder.to_str().unwrap()]) else { return };
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    for kind in ["Namespace", "StatefulSet", "Deployment", "Service", "ServiceAccount", "Role", "RoleBinding"]
    {
        assert!(text.lines().any(|line| line == format!("kind: {kind}")), "no {kind} in {text}");
    }
}

/// The block scalar below `key`, without its indentation.
fn block(text: &str, key: &str) -> String {
    let mut lines = text.lines().skip_while(|line| line.trim() != format!("{key}: |"));
    let indent = lines.next().map(|line| line.len() - line.trim_start().len()).unwrap() + 2;
    lines
        .take_while(|line| line.is_empty() || line.len() - line.trim_start().len() >= indent)
        .map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()))
        .collect()
}

#[test]
fn the_configurations_are_accepted() {
    let manifest = std::fs::read_to_string(deploy().join("kubernetes/server.yaml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("prometheus.yml");
    std::fs::write(&inside, block(&manifest, "prometheus.yml")).unwrap();
    for file in [inside, deploy().join("prometheus.yml"), deploy().join("docker/prometheus.yml")] {
        let output = Command::new(binary("narthex")).args(["check", "config"]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}
