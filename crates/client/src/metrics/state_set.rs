//! State sets: which of a fixed set of states are on.

use std::sync::Arc;

use crate::Registry;
use crate::cells::{self, Kind};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::family::Family;
use crate::series::LabelValues;

/// A set of states, each on or off; the label that names the state is called like the metric.
///
/// ```
/// use narthex_client::{Registry, StateSet};
/// let registry = Registry::new();
/// let phase = StateSet::new("phase", "What the worker does.", ["idle", "busy"]).register_in(&registry);
/// phase.set("busy");
/// assert!(registry.text().contains("phase{phase=\"idle\"} 0\nphase{phase=\"busy\"} 1\n"));
/// ```
#[derive(Debug, Clone)]
pub struct StateSet {
    family: Arc<Family>,
    states: Arc<[&'static str]>,
}

impl StateSet {
    /// A set with all states off, not registered yet.
    pub fn new<const N: usize>(
        name: impl Into<String>,
        help: impl Into<String>,
        states: [&'static str; N],
    ) -> Self {
        let mut desc = Desc::new(MetricType::StateSet, name, help);
        desc.labels = vec![desc.name.clone()];
        let set = Self { family: Arc::new(Family::new(desc, Kind::Gauge)), states: Arc::from(states) };
        set.begin();
        set
    }

    fn begin(&self) {
        self.states.iter().for_each(|state| self.enable(state, self.is_on(state)));
    }

    /// Turns this state on and all others off; does nothing for a state that is not of the set.
    pub fn set(&self, state: &str) {
        if self.states.contains(&state) {
            self.states.iter().for_each(|other| self.enable(other, *other == state));
        }
    }

    /// Turns one state on or off; does nothing for a state that is not of the set.
    pub fn enable(&self, state: &str, on: bool) {
        if self.states.contains(&state)
            && let Some(handle) = self.handle(state)
        {
            cells::set_gauge(handle, f64::from(u8::from(on)));
        }
    }

    /// Whether the state is on.
    pub fn is_on(&self, state: &str) -> bool {
        self.states.contains(&state) && self.handle(state).and_then(cells::load_gauge) == Some(1.0)
    }

    fn handle(&self, state: &str) -> Option<cells::Handle> {
        let mut words = LabelValues::WORDS;
        let mut values = LabelValues::new(&mut words);
        values.push(state);
        self.family.series(values.words())
    }

    /// Registers in the [default registry](crate::default_registry).
    ///
    /// # Panics
    /// When the name is taken by a different metric.
    #[track_caller]
    pub fn register(self) -> Self {
        self.register_in(crate::default_registry())
    }

    /// Registers the set.
    ///
    /// # Panics
    /// When the name is taken by a different metric.
    #[track_caller]
    pub fn register_in(self, registry: &Registry) -> Self {
        match self.try_register_in(registry) {
            Ok(set) => set,
            Err(error) => panic!("{error}"),
        }
    }

    /// Registers the set.
    ///
    /// # Errors
    /// When the name is taken by a different metric.
    pub fn try_register_in(self, registry: &Registry) -> Result<Self, RegisterError> {
        let set = Self { family: registry.register_family(self.family)?, states: self.states };
        set.begin();
        Ok(set)
    }
}
