//! `narthex check config FILE…`: reads each file as the server would, and looks at the files that it names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use narthex_discovery::DiscoveryConfig;
use narthex_model::LabelsBuilder;
use narthex_scrape::{ScrapeConfig, populate};

use super::{complain, say};
use crate::config::{Config, ConfigError, Node, Value, expand_pattern};
use crate::server::{jobs, not_executed};

/// Checks all files; fails when one is wrong.
pub(crate) fn run(files: &[PathBuf], syntax_only: bool) -> ExitCode {
    let mut all_good = true;
    for file in files {
        say(&format!("Checking {}", file.display()));
        match check(file, syntax_only) {
            Ok(notes) => {
                for note in notes {
                    say(&format!("  note: accepted, but not executed: {note}"));
                }
                let what = if syntax_only { "config file syntax" } else { "config file" };
                say(&format!(" SUCCESS: {} is a valid Prometheus {what}\n", file.display()));
            }
            Err(problems) => {
                all_good = false;
                complain(&format!("  FAILED: {}\n", problems.join("\n          ")));
            }
        }
    }
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(file: &Path, syntax_only: bool) -> Result<Vec<String>, Vec<String>> {
    let config = Config::load(file).map_err(|error| match error {
        ConfigError::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        error => vec![error.to_string()],
    })?;
    let made = jobs(&config).map_err(|error| vec![format!("{}: {error}", file.display())])?;
    let impossible: Vec<String> = made.iter().flat_map(impossible_targets).collect();
    if !impossible.is_empty() {
        return Err(impossible.into_iter().map(|what| format!("{}: {what}", file.display())).collect());
    }
    if !syntax_only {
        let mut missing = Vec::new();
        named_files(config.root(), &mut missing);
        config.jobs().for_each(|job| named_files(job, &mut missing));
        for path in config.root().strings("rule_files") {
            let found = expand_pattern(Path::new(path));
            found.iter().filter(|path| !path.is_file()).for_each(|path| {
                missing.push(format!("rule_files: {} is not there", path.display()));
            });
        }
        missing.dedup();
        if !missing.is_empty() {
            return Err(missing);
        }
    }
    Ok(not_executed(&config))
}

/// Targets written into the file that no scrape can be made of: the server would say so and go on without them.
fn impossible_targets(job: &ScrapeConfig) -> Vec<String> {
    let groups = job.discovery.iter().filter_map(|mechanism| match mechanism {
        DiscoveryConfig::Static(groups) => Some(groups),
        _ => None,
    });
    let mut builder = LabelsBuilder::new();
    let mut found = Vec::new();
    for (number, group) in groups.flatten().enumerate() {
        for labels in &group.targets {
            if let Err(error) = populate(job, group, labels, &mut builder) {
                let address = labels.get("__address__").unwrap_or_default();
                let place = format!("job \"{}\": static_configs[{number}]", job.job_name);
                found.push(format!("{place}: target \"{address}\": {error}"));
            }
        }
    }
    found
}

/// Certificates, keys and secrets that a configuration names and that are not there.
fn named_files(node: &Node, missing: &mut Vec<String>) {
    const OUTPUTS: [&str; 2] = ["query_log_file", "scrape_failure_log_file"];
    for entry in node.entries() {
        match &entry.node.value {
            Value::Str(path) if entry.key.ends_with("_file") && !path.is_empty() => {
                if !OUTPUTS.contains(&entry.key.as_str()) && !Path::new(path).is_file() {
                    missing.push(format!("line {}: {}: {path} is not there", entry.pos.line, entry.key));
                }
            }
            _ => named_files(&entry.node, missing),
        }
    }
    node.items().iter().for_each(|item| named_files(item, missing));
}
