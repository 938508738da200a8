//! `narthex check service-discovery FILE JOB`: what a job would find, before and after relabelling, as JSON.

use std::path::Path;
use std::process::ExitCode;

use narthex_discovery::{TargetGroup, discover_once};
use narthex_model::{Labels, LabelsBuilder};
use narthex_scrape::{ScrapeConfig, populate};
use serde_json::{Value, json};

use super::{complain, say};
use crate::config::Config;
use crate::server::jobs;

/// Runs the discovery of one job for at most `timeout`.
pub(crate) async fn run(file: &Path, job: &str, timeout: &str) -> ExitCode {
    match check(file, job, timeout).await {
        Ok(found) => {
            say(&serde_json::to_string_pretty(&found).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn check(file: &Path, job: &str, timeout: &str) -> Result<Value, String> {
    let timeout = narthex_model::duration::parse(timeout).map_err(|error| format!("--timeout: {error}"))?;
    let config = Config::load(file).map_err(|error| error.to_string())?;
    let all = jobs(&config).map_err(|error| error.to_string())?;
    let names: Vec<_> = all.iter().map(|config| config.job_name.clone()).collect();
    let config = all.into_iter().find(|config| config.job_name == job).ok_or_else(|| {
        format!("there is no job \"{job}\" in {}: expected one of {}", file.display(), names.join(", "))
    })?;
    let mut found: Vec<Value> = Vec::new();
    let mut builder = LabelsBuilder::new();
    for group in &discover_once(config.discovery.clone(), timeout).await {
        for target in &group.targets {
            let shown = show(&config, group, target, &mut builder);
            // The same target from two mechanisms is one.
            if !found.contains(&shown) {
                found.push(shown);
            }
        }
    }
    Ok(Value::Array(found))
}

fn show(config: &ScrapeConfig, group: &TargetGroup, target: &Labels, builder: &mut LabelsBuilder) -> Value {
    match populate(config, group, target, builder) {
        Ok(Ok(populated)) => {
            json!({ "discoveredLabels": labels(&populated.discovered), "labels": labels(&populated.labels) })
        }
        Ok(Err(discovered)) => json!({ "discoveredLabels": labels(&discovered), "labels": {} }),
        Err(error) => {
            json!({ "discoveredLabels": labels(target), "labels": {}, "error": error.to_string() })
        }
    }
}

fn labels(labels: &Labels) -> Value {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
