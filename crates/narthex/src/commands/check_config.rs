//! `narthex check config FILE…`: reads each file as the server would, and looks at the files that it names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use narthex_discovery::{ADDRESS_LABEL, DiscoveryConfig, TargetGroup};
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
    let mut problems = Vec::new();
    for job in &made {
        impossible_targets(job, syntax_only, &mut problems);
    }
    if !syntax_only {
        named_files(config.root(), &file.display().to_string(), &mut problems);
        // Their files are others, which no node knows.
        let own = config.root().list("scrape_configs").len();
        config.jobs().skip(own).for_each(|job| named_files(job, job.str("job_name"), &mut problems));
        for path in config.root().strings("rule_files") {
            let found = expand_pattern(Path::new(path));
            found.iter().filter(|path| !path.is_file()).for_each(|path| {
                problems.push(format!("{}: rule_files: {} is not there", file.display(), path.display()));
            });
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(not_executed(&config))
}

/// Targets written into the file, or into files that it names, that no scrape can be made of: the server would say so and go
/// on without them.
fn impossible_targets(job: &ScrapeConfig, syntax_only: bool, problems: &mut Vec<String>) {
    let name = &job.job_name;
    for mechanism in &job.discovery {
        match mechanism {
            DiscoveryConfig::Static(groups) => {
                for (number, group) in groups.iter().enumerate() {
                    of_group(job, group, &format!("job \"{name}\": static_configs[{number}]"), problems);
                }
            }
            DiscoveryConfig::File(files) if !syntax_only => {
                for (path, read) in files.read_once() {
                    let place = format!("job \"{name}\": file_sd_configs: {}", path.display());
                    match read {
                        Ok(groups) => groups.iter().for_each(|group| of_group(job, group, &place, problems)),
                        Err(error) => problems.push(format!("{place}: {error}")),
                    }
                }
            }
            _ => {}
        }
    }
}

fn of_group(job: &ScrapeConfig, group: &TargetGroup, place: &str, problems: &mut Vec<String>) {
    let mut builder = LabelsBuilder::new();
    for labels in &group.targets {
        if let Err(error) = populate(job, group, labels, &mut builder) {
            let address = labels.get(ADDRESS_LABEL).unwrap_or_default();
            problems.push(format!("{place}: target \"{address}\": {error}"));
        }
    }
}

/// Certificates, keys and secrets that a configuration names and that are not there.
fn named_files(node: &Node, place: &str, missing: &mut Vec<String>) {
    const OUTPUTS: [&str; 2] = ["query_log_file", "scrape_failure_log_file"];
    for entry in node.entries() {
        match &entry.node.value {
            Value::Str(path) if entry.key.ends_with("_file") && !path.is_empty() => {
                if !OUTPUTS.contains(&entry.key.as_str()) && !Path::new(path).is_file() {
                    let (pos, key) = (entry.pos, &entry.key);
                    missing.push(format!("{place}:{}:{}: {key}: {path} is not there", pos.line, pos.column));
                }
            }
            _ => named_files(&entry.node, place, missing),
        }
    }
    node.items().iter().for_each(|item| named_files(item, place, missing));
}
