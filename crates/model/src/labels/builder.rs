//! [`LabelsBuilder`]: how label sets are made and changed (scrape, relabelling, PromQL).

use super::Labels;
use super::encoded::{encoded_len, push_str};

/// Collects pairs in any order and makes a [`Labels`]. Reusable: [`LabelsBuilder::clear`] keeps the allocations.
#[derive(Debug, Clone, Default)]
pub struct LabelsBuilder {
    /// Names and values of all pairs, end to end.
    text: String,
    /// Where each pair's name starts, its value starts and its value ends in `text`.
    pairs: Vec<(u32, u32, u32)>,
}

impl LabelsBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder that holds the pairs of `labels`.
    pub fn from_labels(labels: &Labels) -> Self {
        let mut builder = Self::new();
        builder.reset(labels);
        builder
    }

    /// Empties the builder and fills it with the pairs of `labels`.
    pub fn reset(&mut self, labels: &Labels) {
        self.clear();
        for (name, value) in labels {
            self.push(name, value);
        }
    }

    /// Removes all pairs, keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.pairs.clear();
    }

    /// Whether no pair is set.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Sets `name` to `value`, replacing an earlier value; an empty value removes the label.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.remove(name);
        if !value.is_empty() {
            self.push(name, value);
        }
        self
    }

    /// Adds a pair whose name is known not to be set yet; an empty value is left out.
    pub fn push(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(name);
        let middle = self.text.len() as u32;
        self.text.push_str(value);
        self.pairs.push((start, middle, self.text.len() as u32));
    }

    /// Removes `name` if it is set.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        if let Some(index) = self.position(name) {
            self.pairs.remove(index);
        }
        self
    }

    /// The value of `name`, if set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.position(name).map(|index| self.pair(self.pairs[index]).1)
    }

    /// The pairs in the order of their setting.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| self.pair(*pair))
    }

    /// The label set; the builder keeps its pairs (sorted by name now).
    ///
    /// Pairs added by [`push`](Self::push) under one name more than once are kept as they are: see
    /// [`first_duplicate`](Self::first_duplicate).
    pub fn build(&mut self) -> Labels {
        let text = &self.text;
        let name = |pair: &(u32, u32, u32)| &text[pair.0 as usize..pair.1 as usize];
        if !self.pairs.is_sorted_by(|a, b| name(a) <= name(b)) {
            self.pairs.sort_by(|a, b| name(a).cmp(name(b)));
        }
        let size = self.iter().map(|(n, v)| encoded_len(n) + encoded_len(v)).sum();
        let mut data = Vec::with_capacity(size);
        for (name, value) in self.iter() {
            push_str(&mut data, name);
            push_str(&mut data, value);
        }
        Labels::from_encoded(data)
    }

    /// The first name that was pushed twice, if any; call after [`build`](Self::build), which sorts.
    pub fn first_duplicate(&self) -> Option<&str> {
        self.pairs.windows(2).find_map(|two| {
            let (a, b) = (self.pair(two[0]).0, self.pair(two[1]).0);
            (a == b).then_some(a)
        })
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.pairs.iter().position(|pair| self.pair(*pair).0 == name)
    }

    fn pair(&self, (start, middle, end): (u32, u32, u32)) -> (&str, &str) {
        (&self.text[start as usize..middle as usize], &self.text[middle as usize..end as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_replaces_and_removes() {
        let mut builder = LabelsBuilder::new();
        builder.set("a", "1").set("b", "2").set("a", "3").set("b", "");
        assert_eq!(builder.get("a"), Some("3"));
        assert_eq!(builder.build(), Labels::from_pairs([("a", "3")]));
        builder.clear();
        assert!(builder.build().is_empty());
    }

    #[test]
    fn duplicates_are_found() {
        let mut builder = LabelsBuilder::new();
        builder.push("b", "1");
        builder.push("a", "1");
        builder.push("b", "2");
        builder.build();
        assert_eq!(builder.first_duplicate(), Some("b"));
    }
}
