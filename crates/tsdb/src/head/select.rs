//! Matchers → slots: what `postings` can do, in the order that keeps lists short.
//!
//! Rules (a label that is not there counts as empty): a matcher that refuses the empty value keeps the union of the
//! values it accepts; one that accepts it removes the union of the values it refuses.

use narthex_model::{MatchOp, Matcher};

use super::postings::{intersect, subtract, union};
use super::state::HeadState;

impl HeadState {
    /// The sorted slots of the series that satisfy all matchers.
    pub(super) fn select(&self, matchers: &[Matcher]) -> Vec<u32> {
        let mut found: Option<Vec<u32>> = None;
        let keeping = || matchers.iter().filter(|matcher| !matcher.matches_empty());
        let (exact, others): (Vec<_>, Vec<_>) = keeping().partition(|matcher| matcher.op() == MatchOp::Equal);
        let mut exact: Vec<&[u32]> = exact.into_iter().map(|matcher| self.exact(matcher)).collect();
        exact.sort_by_key(|list| list.len());
        for list in exact {
            found = Some(match found {
                None => list.to_vec(),
                Some(found) => intersect(&found, list),
            });
            if found.as_ref().is_some_and(Vec::is_empty) {
                return Vec::new();
            }
        }
        for matcher in others {
            let list = self.union_of(matcher.name(), |value| matcher.matches(value));
            found = Some(match found {
                None => list,
                Some(found) => intersect(&found, &list),
            });
        }
        let mut found = found.unwrap_or_else(|| (0..self.series.len() as u32).collect());
        for matcher in matchers.iter().filter(|matcher| matcher.matches_empty()) {
            if found.is_empty() {
                break;
            }
            found = subtract(&found, &self.union_of(matcher.name(), |value| !matcher.matches(value)));
        }
        found
    }

    fn exact(&self, matcher: &Matcher) -> &[u32] {
        let pair = self.pairs.get(matcher.name(), matcher.value());
        pair.map(|pair| self.postings_of(pair)).unwrap_or_default()
    }

    /// The slots of a pair.
    pub(super) fn postings_of(&self, pair: u32) -> &[u32] {
        self.postings.get(pair as usize).map(|postings| postings.as_slice()).unwrap_or_default()
    }

    /// The slots of the series whose label `name` has a value that `accept` takes.
    fn union_of(&self, name: &str, accept: impl Fn(&str) -> bool) -> Vec<u32> {
        let Some(name) = self.pairs.name(name) else { return Vec::new() };
        let accepted = self.pairs.of_name(name).iter().filter(|pair| accept(self.pairs.value(**pair)));
        union(accepted.map(|pair| self.postings_of(*pair)))
    }
}
