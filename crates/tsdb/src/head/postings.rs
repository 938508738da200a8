//! Postings: the sorted slots of the series that have a label pair.
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

#[cfg(test)]
mod tests {
    use super::*;

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
