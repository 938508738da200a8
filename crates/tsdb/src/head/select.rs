//! The head as a source of postings.

use std::borrow::Cow;
use std::convert::Infallible;

use narthex_model::Matcher;

use super::state::HeadState;
use crate::postings::{self, PostingsSource, settle};

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

    fn union_of(&self, name: &str, accept: &dyn Fn(&str) -> bool) -> Result<Vec<u32>, Infallible> {
        let Some(name) = self.pairs.name(name) else { return Ok(Vec::new()) };
        let (mut all, mut lists) = (Vec::new(), 0);
        for pair in self.pairs.of_name(name).iter().filter(|pair| accept(self.pairs.value(**pair))) {
            all.extend_from_slice(self.postings_of(*pair));
            lists += 1;
        }
        Ok(settle(all, lists))
    }

    fn all(&self) -> Result<Vec<u32>, Infallible> {
        Ok((0..self.series.len() as u32).collect())
    }
}
