//! Postings: the sorted slots of the series that have a label pair, and the set operations on them.
//!
//! Invariant: slots are handed out in ascending order, so pushing keeps a list sorted.

use super::pairs::tight_push;

/// The slots of one pair; a single one, the usual case of unique values, needs no allocation.
#[derive(Debug, Clone)]
pub(crate) enum Postings {
    /// At most one slot.
    One(Option<u32>),
    /// Any number of them.
    Many(Vec<u32>),
}

impl Default for Postings {
    fn default() -> Self {
        Self::One(None)
    }
}

impl Postings {
    /// Adds a slot larger than all before.
    pub(crate) fn push(&mut self, slot: u32) {
        match self {
            Self::One(one @ None) => *one = Some(slot),
            Self::One(Some(first)) => *self = Self::Many(vec![*first, slot]),
            Self::Many(slots) => tight_push(slots, slot),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(one) => one.as_slice(),
            Self::Many(slots) => slots,
        }
    }

    /// Renames every slot; those without a new name go. The order of the slots stays.
    pub(crate) fn remap(&mut self, new_slot: impl Fn(u32) -> Option<u32>) {
        match self {
            Self::One(one) => *one = one.and_then(&new_slot),
            Self::Many(slots) => {
                let mut kept = 0;
                for index in 0..slots.len() {
                    let Some(new) = slots.get(index).and_then(|slot| new_slot(*slot)) else { continue };
                    if let Some(place) = slots.get_mut(kept) {
                        *place = new;
                        kept += 1;
                    }
                }
                slots.truncate(kept);
                if kept <= 1 {
                    *self = Self::One(slots.first().copied());
                } else if slots.capacity() > kept + kept / 2 {
                    slots.shrink_to_fit();
                }
            }
        }
    }
}

/// The slots that are in both lists.
pub(crate) fn intersect(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (short, mut long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut both = Vec::with_capacity(short.len());
    for slot in short {
        long = skip_below(long, *slot);
        match long.first() {
            None => break,
            Some(first) if first == slot => both.push(*slot),
            Some(_) => {}
        }
    }
    both
}

/// The slots of `a` that are not in `b`.
pub(crate) fn subtract(a: &[u32], mut b: &[u32]) -> Vec<u32> {
    let mut left = Vec::with_capacity(a.len());
    for slot in a {
        b = skip_below(b, *slot);
        if b.first() != Some(slot) {
            left.push(*slot);
        }
    }
    left
}

/// The slots that are in any of the lists.
pub(crate) fn union<'a>(lists: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut all = Vec::new();
    let mut count = 0;
    for list in lists {
        all.extend_from_slice(list);
        count += 1;
    }
    if count > 1 {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// The rest of a sorted list from the first element that is not below `slot`: galloping, then binary search.
fn skip_below(list: &[u32], slot: u32) -> &[u32] {
    let mut step = 1;
    while list.get(step).is_some_and(|at| *at < slot) {
        step *= 2;
    }
    let window = list.get(step / 2..(step + 1).min(list.len())).unwrap_or_default();
    let skipped = step / 2 + window.partition_point(|at| *at < slot);
    list.get(skipped..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn like_sets(a: BTreeSet<u16>, b: BTreeSet<u16>, c in prop::collection::btree_set(0..50_u16, 0..50)) {
            let list = |set: &BTreeSet<u16>| set.iter().map(|x| u32::from(*x)).collect::<Vec<_>>();
            for (x, y) in [(&a, &b), (&a, &c), (&c, &b)] {
                let want: Vec<u32> = x.intersection(y).map(|v| u32::from(*v)).collect();
                prop_assert_eq!(intersect(&list(x), &list(y)), want);
                let want: Vec<u32> = x.difference(y).map(|v| u32::from(*v)).collect();
                prop_assert_eq!(subtract(&list(x), &list(y)), want);
                let want: Vec<u32> = x.union(y).map(|v| u32::from(*v)).collect();
                prop_assert_eq!(union([list(x).as_slice(), list(y).as_slice()].into_iter()), want);
            }
        }
    }

    #[test]
    fn lists_shrink_when_slots_go() {
        let mut postings = Postings::default();
        for slot in [1, 5, 9] {
            postings.push(slot);
        }
        postings.remap(|slot| (slot != 5).then_some(slot / 2));
        assert_eq!(postings.as_slice(), [0, 4]);
        postings.remap(|slot| (slot == 4).then_some(0));
        assert!(matches!(postings, Postings::One(Some(0))));
    }
}
