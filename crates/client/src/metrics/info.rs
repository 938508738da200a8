//! Infos: facts as labels, with the value 1.

use std::sync::Arc;

use crate::Registry;
use crate::cells::{self, Kind};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::family::Family;

/// A constant fact, for example of the build: the labels are the value. The name ends in `_info`, which is added if it is
/// missing.
///
/// ```
/// use narthex_client::{Info, Registry};
/// let registry = Registry::new();
/// let _info = Info::new("model", "The model that predicts.").fact("version", "7").register_in(&registry);
/// assert!(registry.text().contains("model_info{version=\"7\"} 1\n"));
/// ```
#[derive(Debug, Clone)]
pub struct Info {
    family: Arc<Family>,
}

impl Info {
    /// An info without facts, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { family: Arc::new(Family::new(Desc::new(MetricType::Info, name, help), Kind::Gauge)) }
    }

    /// Adds a label. Call before registering.
    #[must_use]
    pub fn fact(self, name: &str, value: &str) -> Self {
        let mut desc = self.family.desc.clone();
        desc.const_labels.push((name.to_owned(), value.to_owned()));
        Self { family: Arc::new(Family::new(desc, Kind::Gauge)) }
    }

    /// The name on the page.
    pub fn name(&self) -> &str {
        &self.family.desc.name
    }

    /// Registers in the [default registry](crate::default_registry).
    ///
    /// # Panics
    /// When the name is taken by a different metric or a label is wrong.
    #[track_caller]
    pub fn register(self) -> Self {
        self.register_in(crate::default_registry())
    }

    /// Registers the info.
    ///
    /// # Panics
    /// When the name is taken by a different metric or a label is wrong.
    #[track_caller]
    pub fn register_in(self, registry: &Registry) -> Self {
        match self.try_register_in(registry) {
            Ok(info) => info,
            Err(error) => panic!("{error}"),
        }
    }

    /// Registers the info.
    ///
    /// # Errors
    /// When the name is taken by a different metric or a label is wrong.
    pub fn try_register_in(self, registry: &Registry) -> Result<Self, RegisterError> {
        let family = registry.register_family(self.family)?;
        if let Some(handle) = family.single() {
            cells::set_gauge(handle, 1.0);
        }
        Ok(Self { family })
    }
}
