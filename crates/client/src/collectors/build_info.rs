//! A constant gauge that says which build runs.

use super::{Collector, Families};

/// Exposes `<name>_build_info` with value 1 and the build's facts as labels.
///
/// ```
/// use narthex_client::{BuildInfo, Registry};
/// let registry = Registry::new();
/// registry.collect_with(BuildInfo::new("shop", env!("CARGO_PKG_VERSION")).fact("revision", "1a2b3c"));
/// assert!(registry.text().contains("shop_build_info{"));
/// ```
#[derive(Debug, Clone)]
pub struct BuildInfo {
    name: String,
    facts: Vec<(String, String)>,
}

impl BuildInfo {
    /// The build information of the program `name` in this version.
    pub fn new(name: &str, version: &str) -> Self {
        Self { name: format!("{name}_build_info"), facts: vec![("version".to_owned(), version.to_owned())] }
    }

    /// Adds a label, for example `revision`, `branch` or `rustc`.
    #[must_use]
    pub fn fact(mut self, name: &str, value: &str) -> Self {
        self.facts.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Collector for BuildInfo {
    fn collect(&self, families: &mut Families) {
        let facts = self.facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        families
            .gauge(&self.name, "A metric with a constant 1 whose labels say which build runs.")
            .sample(facts, 1.0);
    }
}
