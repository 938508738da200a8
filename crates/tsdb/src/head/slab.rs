//! Pages of series: growing never moves what is there and never needs twice the memory.

const PAGE: usize = 1024;

/// A growing array in pages.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    pages: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

impl<T> Slab<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.pages.get(index as usize / PAGE)?.get(index as usize % PAGE)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.pages.get_mut(index as usize / PAGE)?.get_mut(index as usize % PAGE)
    }

    /// The address of a value; 0 when there is none. The values behind it in its page follow it in memory.
    pub(crate) fn address(&self, index: u32) -> usize {
        self.get(index).map_or(0, |value| std::ptr::from_ref(value).addr())
    }

    /// Adds at the end; returns the index.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        if self.len.is_multiple_of(PAGE) {
            self.pages.push(Vec::with_capacity(PAGE));
        }
        if let Some(page) = self.pages.last_mut() {
            page.push(value);
        }
        self.len += 1;
        self.len as u32 - 1
    }

    /// The values in order; pages are freed as they are passed.
    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        self.pages.into_iter().flatten()
    }

    /// The pages dealt out to `parts` holders, for as many threads.
    pub(crate) fn split(&mut self, parts: usize) -> Vec<Part<'_, T>> {
        let mut dealt: Vec<Part<'_, T>> =
            (0..parts).map(|number| Part { number, parts, pages: Vec::new() }).collect();
        for (page, values) in self.pages.iter_mut().enumerate() {
            if let Some(part) = dealt.get_mut(page % parts) {
                part.pages.push(values);
            }
        }
        dealt
    }
}

/// Every so many-th page of a slab.
#[derive(Debug)]
pub(crate) struct Part<'a, T> {
    number: usize,
    parts: usize,
    pages: Vec<&'a mut Vec<T>>,
}

impl<T> Part<'_, T> {
    /// The part of `parts` that holds an index.
    #[inline]
    pub(crate) fn of(index: u32, parts: usize) -> usize {
        index as usize / PAGE % parts
    }

    /// The value at an index of the slab; `None` when another part holds it.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        let page = index as usize / PAGE;
        let own = page % self.parts == self.number;
        self.pages.get(page / self.parts).filter(|_| own)?.get(index as usize % PAGE)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        let page = index as usize / PAGE;
        let own = page % self.parts == self.number;
        self.pages.get_mut(page / self.parts).filter(|_| own)?.get_mut(index as usize % PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_in_one_part() {
        let mut slab = Slab::default();
        let count = 5 * PAGE as u32 + 7;
        (0..count).for_each(|value| assert_eq!(slab.push(value), value));
        for parts in [1, 2, 3, 8] {
            let mut dealt = slab.split(parts);
            for index in 0..=count {
                let holder = Part::<u32>::of(index, parts);
                for (number, part) in dealt.iter_mut().enumerate() {
                    let expected = (number == holder && index < count).then_some(index);
                    assert_eq!(part.get(index).copied(), expected);
                    assert_eq!(part.get_mut(index).copied(), expected);
                }
            }
        }
    }
}
