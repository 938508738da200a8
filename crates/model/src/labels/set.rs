//! [`Labels`] itself; made by [`LabelsBuilder`], read by everyone.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh64::xxh64;

use super::builder::LabelsBuilder;
use super::encoded::split_str;
use crate::names::METRIC_NAME;

/// An immutable label set, sorted by name (byte order), one allocation, cheap to clone.
#[derive(Clone, Default)]
pub struct Labels {
    /// `None` is the empty set.
    data: Option<Arc<[u8]>>,
}

impl Labels {
    /// The empty label set.
    pub const EMPTY: Self = Self { data: None };

    /// A label set of these pairs; sorts, drops empty values, the last of equal names wins.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut builder = LabelsBuilder::new();
        for (name, value) in pairs {
            builder.set(name, value);
        }
        builder.build()
    }

    /// A label set of pairs that are already sorted by name, unique and without empty values.
    pub fn from_sorted<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut data = Vec::with_capacity(128);
        for (name, value) in pairs {
            super::encoded::push_str(&mut data, name);
            super::encoded::push_str(&mut data, value);
        }
        Self::from_encoded(data)
    }

    pub(super) fn from_encoded(data: Vec<u8>) -> Self {
        Self { data: (!data.is_empty()).then(|| Arc::from(data)) }
    }

    /// The encoded bytes: `(len name len value)*`; equal sets have equal bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.data.as_deref().unwrap_or_default()
    }

    /// Whether there is no label at all.
    pub fn is_empty(&self) -> bool {
        self.data.is_none()
    }

    /// How many labels.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// The pairs in order of their names.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: self.as_bytes() }
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        for (n, v) in self.iter() {
            match n.cmp(name) {
                Ordering::Less => {}
                Ordering::Equal => return Some(v),
                Ordering::Greater => return None,
            }
        }
        None
    }

    /// The value of `name`; a label that is not there has the empty value, as everywhere in PromQL.
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The metric name, empty when there is none.
    pub fn metric_name(&self) -> &str {
        self.value(METRIC_NAME)
    }

    /// A stable 64-bit hash: xxHash64 with seed 0 of [`Labels::as_bytes`].
    pub fn hash64(&self) -> u64 {
        xxh64(self.as_bytes(), 0)
    }

    /// What [`Labels::hash64`] says of the set of these pairs, sorted by name and without empty values; `None` when one
    /// is longer than a label can be. `scratch` is memory to work in.
    pub fn hash64_of(pairs: &[(&[u8], &[u8])], scratch: &mut Vec<u8>) -> Option<u64> {
        scratch.clear();
        for (name, value) in pairs {
            super::encoded::push_bytes(scratch, name)?;
            super::encoded::push_bytes(scratch, value)?;
        }
        Some(xxh64(scratch, 0))
    }

    /// This set without the labels for which `drop` says yes; shares the allocation when nothing is dropped.
    pub fn without(&self, mut drop: impl FnMut(&str) -> bool) -> Self {
        let mut dropped = false;
        let kept: Vec<_> = self
            .iter()
            .filter(|(name, _)| {
                let drop = drop(name);
                dropped |= drop;
                !drop
            })
            .collect();
        if dropped { Self::from_sorted(kept.into_iter()) } else { self.clone() }
    }

    /// This set without the metric name.
    pub fn without_metric_name(&self) -> Self {
        self.without(|name| name == METRIC_NAME)
    }

    /// A builder that starts from this set.
    pub fn to_builder(&self) -> LabelsBuilder {
        LabelsBuilder::from_labels(self)
    }
}

/// The pairs of a [`Labels`], in order of their names.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = split_str(self.rest)?;
        let (value, rest) = split_str(rest)?;
        self.rest = rest;
        Some((name, value))
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Labels {
    /// Pair by pair, name before value; a set that is a prefix of another comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl fmt::Display for Labels {
    /// `{__name__="up", job="api"}` with the name first as it sorts, values quoted and escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if crate::names::is_legacy_label_name(name) {
                write!(f, "{name}={value:?}")?;
            } else {
                write!(f, "{name:?}={value:?}")?;
            }
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_unique_and_without_empty_values() {
        let labels = Labels::from_pairs([("b", "2"), ("a", "1"), ("c", ""), ("b", "3")]);
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "3")]);
        assert_eq!(labels.get("b"), Some("3"));
        assert_eq!(labels.value("zz"), "");
        assert_eq!(labels, Labels::from_pairs([("a", "1"), ("b", "3")]));
        assert!(Labels::from_pairs([("a", "")]).is_empty());
    }

    #[test]
    fn pairs_hash_like_the_set() {
        let long = "v".repeat(300);
        let labels = Labels::from_pairs([("a", "1"), ("b", long.as_str())]);
        let pairs =
            labels.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect::<Vec<_>>();
        let mut scratch = vec![1, 2, 3];
        assert_eq!(Labels::hash64_of(&pairs, &mut scratch), Some(labels.hash64()));
        let endless = vec![b'x'; 1 << 24];
        assert_eq!(Labels::hash64_of(&[(b"a", &endless)], &mut scratch), None);
    }

    #[test]
    fn order_is_pairwise() {
        let a = Labels::from_pairs([("a", "1")]);
        let ab = Labels::from_pairs([("a", "1"), ("b", "1")]);
        let long = Labels::from_pairs([("a", "10")]);
        assert!(Labels::EMPTY < a && a < ab && ab < long);
    }

    #[test]
    fn long_values_survive() {
        let value = "é".repeat(40_000);
        let labels = Labels::from_pairs([("a", value.as_str()), ("b", "x")]);
        assert_eq!(labels.get("a"), Some(value.as_str()));
        assert_eq!(labels.get("b"), Some("x"));
    }

    #[test]
    fn without_shares_when_nothing_goes() {
        let labels = Labels::from_pairs([("a", "1"), ("__name__", "m")]);
        assert_eq!(labels.without_metric_name(), Labels::from_pairs([("a", "1")]));
        assert_eq!(labels.metric_name(), "m");
        let same = labels.without(|_| false);
        assert!(std::ptr::eq(same.as_bytes(), labels.as_bytes()));
    }
}
