//! The pair numbers of all series, one list after the other, in pages: growing never copies more than one page.
//!
//! Invariant: a list lies in one page, so that it is a slice.

/// Numbers per page; the longest list is one less.
const PAGE: usize = 1 << 16;

/// All lists.
#[derive(Debug, Default)]
pub(crate) struct LabelLists {
    pages: Vec<Vec<u32>>,
}

impl LabelLists {
    /// Adds a list; gives its place. `None` when there are 2^32 numbers already.
    pub(crate) fn push(&mut self, list: &[u32]) -> Option<u32> {
        let room = self.pages.last().map_or(0, |page| PAGE - page.len());
        if room < list.len() || self.pages.is_empty() {
            self.pages.push(Vec::new());
        }
        let number = self.pages.len() - 1;
        let page = self.pages.last_mut()?;
        let place = u32::try_from(number * PAGE + page.len()).ok()?;
        page.extend_from_slice(list);
        Some(place)
    }

    /// The list of this length at a place.
    #[inline]
    pub(crate) fn get(&self, place: u32, len: u16) -> &[u32] {
        let start = place as usize % PAGE;
        let page = self.pages.get(place as usize / PAGE);
        page.and_then(|page| page.get(start..start + usize::from(len))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_do_not_cross_pages() {
        let mut lists = LabelLists::default();
        let long: Vec<u32> = (0..PAGE as u32 - 1).collect();
        let places: Vec<u32> =
            [&[7][..], &long, &[1, 2, 3], &[]].into_iter().map(|list| lists.push(list).unwrap()).collect();
        assert_eq!(lists.get(places[0], 1), [7]);
        assert_eq!(lists.get(places[1], long.len() as u16), long);
        assert_eq!(lists.get(places[2], 3), [1, 2, 3]);
        assert!(lists.get(places[3], 0).is_empty());
        assert!(lists.get(places[2], 4).is_empty(), "beyond the last list is nothing");
    }
}
