//! Which group a series belongs to: found once per series, from its labels, without putting label sets together.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Labels, LabelsBuilder};
use rustc_hash::FxHashMap;

use crate::operators::Source;

/// `by (…)` or `without (…)`.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    names: Vec<String>,
    without: bool,
}

/// The groups of some series.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// The group of each series.
    pub(crate) ids: Vec<u32>,
    /// The labels of each group.
    pub(crate) labels: Vec<Labels>,
    /// Whether a series of the group is to lose its metric name at the end of the query.
    pub(crate) drop_name: Vec<bool>,
}

impl Groups {
    /// The memory that they fill: besides the labels there are the keys by which groups were found.
    pub(crate) fn bytes(&self) -> usize {
        let groups: usize = self.labels.iter().map(|labels| 64 + 2 * labels.as_bytes().len()).sum();
        self.ids.len() * size_of::<u32>() + groups
    }
}

impl Grouping {
    /// The grouping by (or without) these names.
    pub(crate) fn new(names: &[String], without: bool) -> Self {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        Self { names, without }
    }

    /// Whether a label is part of the group's labels.
    #[inline]
    pub(crate) fn keeps(&self, name: &str) -> bool {
        let listed = self.names.iter().any(|n| n == name);
        if self.without { !listed && name != METRIC_NAME } else { listed }
    }

    /// The group's labels of one label set.
    pub(crate) fn labels_of(&self, labels: &Labels) -> Labels {
        labels.without(|name| !self.keeps(name))
    }

    /// Sorts the series of a source into groups.
    pub(crate) fn assign(&self, source: &dyn Source) -> Groups {
        let mut groups = Groups::default();
        let count = source.len();
        groups.ids.reserve(count);
        if self.names.is_empty() && !self.without {
            groups.ids.resize(count, 0);
            if count > 0 {
                groups.labels.push(Labels::EMPTY);
                groups.drop_name.push((0..count).any(|index| source.drop_name(index)));
            }
            return groups;
        }
        let mut index: FxHashMap<Vec<u8>, u32> = FxHashMap::default();
        let mut key = Vec::with_capacity(128);
        for series in 0..count {
            key.clear();
            source.for_each_label(series, &mut |name, value| {
                if self.keeps(name) {
                    for text in [name, value] {
                        key.extend_from_slice(&(text.len() as u32).to_le_bytes());
                        key.extend_from_slice(text.as_bytes());
                    }
                }
            });
            let group = match index.get(key.as_slice()) {
                Some(group) => *group,
                None => {
                    let group = groups.labels.len() as u32;
                    index.insert(key.clone(), group);
                    groups.labels.push(self.build(source, series));
                    groups.drop_name.push(false);
                    group
                }
            };
            groups.ids.push(group);
            if source.drop_name(series)
                && let Some(drop) = groups.drop_name.get_mut(group as usize)
            {
                *drop = true;
            }
        }
        groups
    }

    fn build(&self, source: &dyn Source, series: usize) -> Labels {
        let mut builder = LabelsBuilder::new();
        source.for_each_label(series, &mut |name, value| {
            if self.keeps(name) {
                builder.push(name, value);
            }
        });
        builder.build()
    }
}
