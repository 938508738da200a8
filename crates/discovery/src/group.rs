//! Target groups, and the form in which files and HTTP endpoints write them.

use std::collections::BTreeMap;
use std::fmt;

use narthex_model::Labels;
use serde::Deserialize;

/// The label that holds a target's `host:port`.
pub const ADDRESS_LABEL: &str = "__address__";

/// Targets with a common source and common labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TargetGroup {
    /// Unique within a mechanism; a later group with the same source replaces this one.
    pub source: String,
    /// The labels of each target, at least `__address__`.
    pub targets: Vec<Labels>,
    /// Labels of all targets; those of a target win.
    pub labels: Labels,
}

impl TargetGroup {
    /// A group of plain addresses.
    pub fn of_addresses<'a>(
        source: impl Into<String>,
        addresses: impl IntoIterator<Item = &'a str>,
        labels: Labels,
    ) -> Self {
        let targets =
            addresses.into_iter().map(|address| Labels::from_pairs([(ADDRESS_LABEL, address)])).collect();
        Self { source: source.into(), targets, labels }
    }
}

/// One group as written in target files and in the answers of HTTP discovery.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenGroup {
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

impl WrittenGroup {
    /// The group, with one more label that says where it was written.
    pub(crate) fn into_group(self, source: String, place: (&str, &str)) -> TargetGroup {
        let labels = self.labels.unwrap_or_default();
        let labels = Labels::from_pairs(
            labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([place]),
        );
        TargetGroup::of_addresses(source, self.targets.iter().map(String::as_str), labels)
    }
}

impl fmt::Display for TargetGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
