//! Collectors: what makes families at the moment of a scrape instead of counting all the time.

pub mod build_info;
pub mod process;

use std::collections::BTreeMap;

use crate::desc::MetricType;

/// Makes families when a page is asked for.
///
/// ```
/// use narthex_client::{Collector, Families, Registry};
/// struct Queue;
/// impl Collector for Queue {
///     fn collect(&self, families: &mut Families) {
///         families.gauge("queue_length", "Jobs that wait.").sample([("queue", "mail")], 3.0);
///     }
/// }
/// let registry = Registry::new();
/// registry.collect_with(Queue);
/// assert!(registry.text().contains("queue_length{queue=\"mail\"} 3\n"));
/// ```
pub trait Collector: Send + Sync {
    /// Adds the families of this collector.
    fn collect(&self, families: &mut Families);
}

impl<F: Fn(&mut Families) + Send + Sync> Collector for F {
    fn collect(&self, families: &mut Families) {
        self(families);
    }
}

/// Where a [`Collector`] puts its families.
#[derive(Debug, Default)]
pub struct Families {
    families: BTreeMap<String, Collected>,
}

/// One family of a collector.
#[derive(Debug)]
pub struct Collected {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) metric_type: MetricType,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) value: f64,
}

impl Families {
    /// A counter family; `_total` is added to the name if it is missing.
    pub fn counter(&mut self, name: &str, help: &str) -> &mut Collected {
        let name = if name.ends_with("_total") { name.to_owned() } else { format!("{name}_total") };
        self.family(name, help, MetricType::Counter)
    }

    /// A gauge family.
    pub fn gauge(&mut self, name: &str, help: &str) -> &mut Collected {
        self.family(name.to_owned(), help, MetricType::Gauge)
    }

    fn family(&mut self, name: String, help: &str, metric_type: MetricType) -> &mut Collected {
        self.families.entry(name.clone()).or_insert_with(|| Collected {
            name,
            help: help.to_owned(),
            metric_type,
            samples: Vec::new(),
        })
    }

    pub(crate) fn into_sorted(self) -> Vec<Collected> {
        self.families.into_values().filter(|family| !family.samples.is_empty()).collect()
    }
}

impl Collected {
    /// Adds a sample.
    pub fn sample<'a>(
        &mut self,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: f64,
    ) -> &mut Self {
        let labels = labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.samples.push(Sample { labels, value });
        self
    }

    /// Adds the sample of a family without labels.
    pub fn value(&mut self, value: f64) -> &mut Self {
        self.sample([], value)
    }
}
