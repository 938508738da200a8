//! A set of steps, one bit each.

/// Bits of a fixed number of steps; bits beyond it are always zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No step of `len`.
    pub(crate) fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All steps of `len`.
    pub(crate) fn full(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The memory that `len` steps fill.
    pub(crate) fn bytes(len: usize) -> usize {
        len.div_ceil(64) * size_of::<u64>()
    }

    fn trim(&mut self) {
        let used = self.len % 64;
        if used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }

    /// Adds all steps.
    pub(crate) fn fill(&mut self) {
        self.words.fill(u64::MAX);
        self.trim();
    }

    /// Forgets all steps; keeps the memory.
    pub(crate) fn reset(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
        self.len = len;
    }

    /// Adds a step.
    #[inline]
    pub(crate) fn set(&mut self, step: usize) {
        if let Some(word) = self.words.get_mut(step / 64) {
            *word |= 1 << (step % 64);
        }
    }

    /// Removes a step.
    #[inline]
    pub(crate) fn unset(&mut self, step: usize) {
        if let Some(word) = self.words.get_mut(step / 64) {
            *word &= !(1 << (step % 64));
        }
    }

    /// Whether the step is in the set.
    #[inline]
    pub(crate) fn get(&self, step: usize) -> bool {
        self.words.get(step / 64).is_some_and(|word| word >> (step % 64) & 1 == 1)
    }

    /// Keeps only what is in `other`, too.
    pub(crate) fn and(&mut self, other: &Self) {
        for (word, with) in self.words.iter_mut().zip(&other.words) {
            *word &= with;
        }
    }

    /// Removes what is in `other`.
    pub(crate) fn and_not(&mut self, other: &Self) {
        for (word, with) in self.words.iter_mut().zip(&other.words) {
            *word &= !with;
        }
    }

    /// Adds what is in `other`.
    pub(crate) fn or(&mut self, other: &Self) {
        for (word, with) in self.words.iter_mut().zip(&other.words) {
            *word |= with;
        }
    }

    /// The first step that both have.
    pub(crate) fn first_common(&self, other: &Self) -> Option<usize> {
        let common = self.words.iter().zip(&other.words).map(|(a, b)| a & b).enumerate();
        let (index, word) = common.into_iter().find(|(_, word)| *word != 0)?;
        Some(index * 64 + word.trailing_zeros() as usize)
    }

    /// How many steps are in the set.
    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no step is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether every step is in the set.
    pub(crate) fn is_full(&self) -> bool {
        self.count() == self.len
    }

    /// How many steps there are, in the set or not.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The steps in the set, ascending.
    pub(crate) fn iter(&self) -> Steps<'_> {
        Steps { words: &self.words, index: 0, word: self.words.first().copied().unwrap_or(0) }
    }
}

/// The steps of a [`Bits`], ascending.
#[derive(Debug)]
pub(crate) struct Steps<'a> {
    words: &'a [u64],
    index: usize,
    word: u64,
}

impl Iterator for Steps<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.index += 1;
            self.word = *self.words.get(self.index)?;
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.index * 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_iterates() {
        let mut bits = Bits::new(130);
        for step in [0, 63, 64, 129] {
            bits.set(step);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        bits.unset(63);
        assert!(!bits.get(63) && bits.get(64) && bits.count() == 3);
        assert!(Bits::full(130).is_full() && Bits::full(128).is_full());
        assert!(Bits::new(0).is_empty() && Bits::new(0).is_full());
    }
}
