//! Matchers → sorted series numbers, over anything that has postings; the head and the blocks share it.
//!
//! Rules (a label that is not there counts as empty): a matcher that refuses the empty value keeps the union of the
//! values it accepts; one that accepts it removes the union of the values it refuses.

use std::borrow::Cow;

use narthex_model::{MatchOp, Matcher};

/// Where postings come from.
pub(crate) trait PostingsSource {
    type Error;
    /// The series with exactly this pair.
    fn exact(&self, name: &str, value: &str) -> Result<Cow<'_, [u32]>, Self::Error>;
    /// The series whose label `name` has a value that `accept` takes.
    fn union_of(&self, name: &str, accept: &dyn Fn(&str) -> bool) -> Result<Vec<u32>, Self::Error>;
    /// All series.
    fn all(&self) -> Result<Vec<u32>, Self::Error>;
}

/// The sorted series that satisfy all matchers.
pub(crate) fn select<S: PostingsSource>(source: &S, matchers: &[Matcher]) -> Result<Vec<u32>, S::Error> {
    let mut found: Option<Vec<u32>> = None;
    let keeping = matchers.iter().filter(|matcher| !matcher.matches_empty());
    let (exact, others): (Vec<_>, Vec<_>) = keeping.partition(|matcher| matcher.op() == MatchOp::Equal);
    let mut lists = Vec::with_capacity(exact.len());
    for matcher in exact {
        lists.push(source.exact(matcher.name(), matcher.value())?);
    }
    lists.sort_by_key(|list| list.len());
    for list in lists {
        let now = match found {
            None => list.into_owned(),
            Some(found) => intersect(&found, &list),
        };
        if now.is_empty() {
            return Ok(now);
        }
        found = Some(now);
    }
    for matcher in others {
        let list = source.union_of(matcher.name(), &|value| matcher.matches(value))?;
        found = Some(match found {
            None => list,
            Some(found) => intersect(&found, &list),
        });
    }
    let mut found = match found {
        Some(found) => found,
        None => source.all()?,
    };
    for matcher in matchers.iter().filter(|matcher| matcher.matches_empty()) {
        if found.is_empty() {
            break;
        }
        found = subtract(&found, &source.union_of(matcher.name(), &|value| !matcher.matches(value))?);
    }
    Ok(found)
}

/// The numbers that are in both lists.
pub(crate) fn intersect(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (short, mut long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut both = Vec::with_capacity(short.len());
    for number in short {
        long = skip_below(long, *number);
        match long.first() {
            None => break,
            Some(first) if first == number => both.push(*number),
            Some(_) => {}
        }
    }
    both
}

/// The numbers of `a` that are not in `b`.
pub(crate) fn subtract(a: &[u32], mut b: &[u32]) -> Vec<u32> {
    let mut left = Vec::with_capacity(a.len());
    for number in a {
        b = skip_below(b, *number);
        if b.first() != Some(number) {
            left.push(*number);
        }
    }
    left
}

/// Sorts and makes unique what was put together from `lists` sorted lists.
pub(crate) fn settle(mut all: Vec<u32>, lists: usize) -> Vec<u32> {
    if lists > 1 {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// The rest of a sorted list from the first element that is not below `number`: galloping, then binary search.
fn skip_below(list: &[u32], number: u32) -> &[u32] {
    let mut step = 1;
    while list.get(step).is_some_and(|at| *at < number) {
        step *= 2;
    }
    let window = list.get(step / 2..(step + 1).min(list.len())).unwrap_or_default();
    let skipped = step / 2 + window.partition_point(|at| *at < number);
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
                prop_assert_eq!(settle([list(x), list(y)].concat(), 2), want);
            }
        }
    }
}
