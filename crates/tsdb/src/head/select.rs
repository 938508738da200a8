//! The head as a source of postings.

use std::borrow::Cow;
use std::convert::Infallible;

use narthex_model::Matcher;

use super::state::HeadState;
use crate::postings::{self, PostingsSource, Values, settle};

impl HeadState {
    /// The sorted slots of the series that satisfy all matchers.
    pub(super) fn select(&self, matchers: &[Matcher]) -> Vec<u32> {
        let Ok(slots) = postings::select(self, matchers);
        slots
    }

    /// The slots of a pair.
    pub(super) fn postings_of(&self, pair: u32) -> &[u32] {
        self.postings.get(pair as usize).map(|postings| postings.as_slice()).unwrap_or_default()
    }
}

impl PostingsSource for HeadState {
    type Error = Infallible;

    fn exact(&self, name: &str, value: &str) -> Result<Cow<'_, [u32]>, Infallible> {
        let pair = self.pairs.get(name, value);
        Ok(Cow::Borrowed(pair.map(|pair| self.postings_of(pair)).unwrap_or_default()))
    }

    fn union_of(&self, name: &str, values: Values<'_>) -> Result<Vec<u32>, Infallible> {
        let Some(name) = self.pairs.name(name) else { return Ok(Vec::new()) };
        let (mut all, mut lists) = (Vec::new(), 0);
        for pair in self.pairs.of_name(name) {
            if values.test.is_none() && values.prefix.is_empty() || values.contain(self.pairs.value(*pair)) {
                all.extend_from_slice(self.postings_of(*pair));
                lists += 1;
            }
        }
        Ok(settle(all, lists))
    }

    fn value_count(&self, name: &str) -> usize {
        self.pairs.name(name).map_or(0, |name| self.pairs.of_name(name).len())
    }

    fn value_passes(&self, series: u32, name: &str, test: &dyn Fn(&str) -> bool) -> Result<bool, Infallible> {
        let pairs = self.series.get(series).map(|series| self.pairs_of(series)).unwrap_or_default();
        let mut both = pairs.iter().map(|pair| self.pairs.both(*pair));
        Ok(test(both.find(|pair| pair.0 == name).map_or("", |pair| pair.1)))
    }

    fn all(&self) -> Result<Vec<u32>, Infallible> {
        Ok((0..self.series.len() as u32).collect())
    }
}
