//! Groups of a job → its targets; pure.

use std::collections::HashMap;
use std::sync::Arc;

use narthex_discovery::TargetGroup;
use narthex_model::{Labels, LabelsBuilder};

use crate::config::ScrapeConfig;
use crate::target::{Populated, Target, populate};

/// What the groups came to.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// By identity: of several targets with the same labels and URL the first one counts.
    pub(super) targets: HashMap<u64, Populated>,
    /// Discovered labels of the dropped targets that are kept for display.
    pub(super) dropped: Vec<Labels>,
    pub(super) dropped_count: usize,
    /// How many label sets did not make a target.
    pub(super) failed: u64,
}

pub(super) fn targets(config: &ScrapeConfig, groups: &[Arc<TargetGroup>]) -> Built {
    let mut built = Built::default();
    let mut builder = LabelsBuilder::new();
    let keep = match config.limits.keep_dropped_targets {
        0 => usize::MAX,
        keep => usize::try_from(keep).unwrap_or(usize::MAX),
    };
    for group in groups {
        for labels in &group.targets {
            match populate(config, group, labels, &mut builder) {
                Ok(Ok(populated)) => {
                    let hash = Target::hash(&populated.labels, &populated.url);
                    built.targets.entry(hash).or_insert(populated);
                }
                Ok(Err(discovered)) => {
                    built.dropped_count += 1;
                    if built.dropped.len() < keep {
                        built.dropped.push(discovered);
                    }
                }
                Err(error) => {
                    built.failed += 1;
                    tracing::error!(scrape_pool = config.job_name, group = %group, %labels, %error,
                        "Creating target failed");
                }
            }
        }
    }
    built
}
