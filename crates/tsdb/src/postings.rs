//! Matchers → sorted series numbers, over anything that has postings; the head and the blocks share it.
//!
//! Rules (a label that is not there counts as empty): a matcher that refuses the empty value keeps the union of the
//! values it accepts; one that accepts it removes the union of the values it refuses. What is known of a matcher without
//! trying every value (a list of strings, any value at all, a prefix) is used; and when few series are left, their own
//! values are tried instead of all values of the label.

use std::borrow::Cow;

use narthex_model::{MatchOp, Matcher};

/// Trying the value of a series costs so many times as much as trying a value of the label.
const SERIES_COST: usize = 4;
/// From so many lists and numbers on they are put together through a set of bits.
const BITS_LISTS: usize = 8;
const BITS_NUMBERS: usize = 1024;
/// A set of bits is not made when fewer than one number in so many bits is there.
const BITS_PER_NUMBER: usize = 64;

/// Which values of a label: those with the prefix that the test, if there is one, takes.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) test: Option<&'a dyn Fn(&str) -> bool>,
}

impl Values<'_> {
    /// Whether `value` is one of them.
    pub(crate) fn contain(&self, value: &str) -> bool {
        value.starts_with(self.prefix) && self.test.is_none_or(|test| test(value))
    }
}

/// Where postings come from.
pub(crate) trait PostingsSource {
    type Error;
    /// The series with exactly this pair.
    fn exact(&self, name: &str, value: &str) -> Result<Cow<'_, [u32]>, Self::Error>;
    /// The series whose label `name` has one of the values.
    fn union_of(&self, name: &str, values: Values<'_>) -> Result<Vec<u32>, Self::Error>;
    /// How many values a label has.
    fn value_count(&self, name: &str) -> usize;
    /// Whether the label `name` of a series, which is empty if it is not there, passes `test`.
    fn value_passes(&self, series: u32, name: &str, test: &dyn Fn(&str) -> bool)
    -> Result<bool, Self::Error>;
    /// All series.
    fn all(&self) -> Result<Vec<u32>, Self::Error>;
}

/// The values that a matcher keeps, or removes.
enum Wanted<'a> {
    Listed(Cow<'a, [String]>),
    /// Every value.
    Any,
    /// Those with this prefix that match, or that do not.
    Tested(&'a str, bool),
}

/// What a matcher says about values that are not empty: whether it keeps or removes, and which.
fn wanted(matcher: &Matcher) -> (bool, Wanted<'_>) {
    let keeps = !matcher.matches_empty();
    let one = || Wanted::Listed(Cow::Owned(vec![matcher.value().to_owned()]));
    let wanted = match (matcher.op(), matcher.regex()) {
        (MatchOp::Equal | MatchOp::NotEqual, _) if matcher.value().is_empty() => Wanted::Any,
        (MatchOp::Equal | MatchOp::NotEqual, _) => one(),
        (MatchOp::Regex | MatchOp::NotRegex, Some(regex)) if regex.matches_all() => {
            Wanted::Listed(Cow::Borrowed(&[]))
        }
        (op, Some(regex)) if keeps == (op == MatchOp::Regex) => match regex.set_matches() {
            Some(set) => Wanted::Listed(Cow::Borrowed(set)),
            None => Wanted::Tested(regex.prefix().unwrap_or_default(), keeps),
        },
        _ => Wanted::Tested("", keeps),
    };
    (keeps, wanted)
}

/// The sorted series that satisfy all matchers.
pub(crate) fn select<S: PostingsSource>(source: &S, matchers: &[Matcher]) -> Result<Vec<u32>, S::Error> {
    let (mut lists, mut late) = (Vec::new(), Vec::new());
    for matcher in matchers {
        match wanted(matcher) {
            (true, Wanted::Listed(values)) => lists.push(listed(source, matcher.name(), &values)?),
            (keeps, wanted) => late.push((matcher, keeps, wanted)),
        }
    }
    lists.sort_by_key(|list| list.len());
    let mut found: Option<Vec<u32>> = None;
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
    // Those that keep go first: they leave fewer series to the others.
    late.sort_by_key(|(_, keeps, _)| !keeps);
    for (matcher, keeps, wanted) in late {
        found = Some(narrow(source, found, matcher, keeps, &wanted)?);
    }
    found.map_or_else(|| source.all(), Ok)
}

/// The series with one of the listed values.
fn listed<'s, S: PostingsSource>(
    source: &'s S,
    name: &str,
    values: &[String],
) -> Result<Cow<'s, [u32]>, S::Error> {
    if let [only] = values {
        return source.exact(name, only);
    }
    let mut all = Vec::new();
    for value in values {
        all.extend_from_slice(&source.exact(name, value)?);
    }
    Ok(Cow::Owned(settle(all, values.len())))
}

/// What a matcher leaves of the series found so far (`None` for all).
fn narrow<S: PostingsSource>(
    source: &S,
    found: Option<Vec<u32>>,
    matcher: &Matcher,
    keeps: bool,
    wanted: &Wanted<'_>,
) -> Result<Vec<u32>, S::Error> {
    let name = matcher.name();
    if let (Some(found), false) = (&found, matches!(wanted, Wanted::Listed(_)))
        && few(found.len(), source.value_count(name))
    {
        let mut left = Vec::with_capacity(found.len());
        for series in found {
            if source.value_passes(*series, name, &|value| matcher.matches(value))? {
                left.push(*series);
            }
        }
        return Ok(left);
    }
    let matches = |value: &str| matcher.matches(value);
    let fails = |value: &str| !matcher.matches(value);
    let list = match wanted {
        Wanted::Listed(values) => listed(source, name, values)?,
        Wanted::Any => Cow::Owned(source.union_of(name, Values { prefix: "", test: None })?),
        Wanted::Tested(prefix, matching) => {
            let test: &dyn Fn(&str) -> bool = if *matching { &matches } else { &fails };
            Cow::Owned(source.union_of(name, Values { prefix, test: Some(test) })?)
        }
    };
    Ok(match (found, keeps) {
        (None, true) => list.into_owned(),
        (Some(found), true) => intersect(&found, &list),
        (Some(found), false) if list.is_empty() => found,
        (Some(found), false) => subtract(&found, &list),
        (None, false) => subtract(&source.all()?, &list),
    })
}

/// The matchers of a question for the values of one label: those of that label, which say which values are asked for, and
/// the others, which say for which series.
pub(crate) struct ByLabel<'a> {
    own: Vec<&'a Matcher>,
    pub(crate) others: Vec<Matcher>,
}

impl<'a> ByLabel<'a> {
    pub(crate) fn split(name: &str, matchers: &'a [Matcher]) -> Self {
        let (own, others): (Vec<&Matcher>, Vec<&Matcher>) =
            matchers.iter().partition(|matcher| matcher.name() == name);
        Self { own, others: others.into_iter().cloned().collect() }
    }

    /// Whether a value is asked for.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        self.own.iter().all(|matcher| matcher.matches(value))
    }

    /// What every value that is asked for begins with.
    pub(crate) fn prefix(&self) -> &'a str {
        let prefix = |matcher: &&'a Matcher| match matcher.op() {
            MatchOp::Equal => matcher.value(),
            MatchOp::Regex => matcher.regex().and_then(|regex| regex.prefix()).unwrap_or_default(),
            MatchOp::NotEqual | MatchOp::NotRegex => "",
        };
        self.own.iter().map(prefix).max_by_key(|prefix| prefix.len()).unwrap_or_default()
    }
}

/// Whether so few series are left that it is cheaper to look at their labels than at all values of a label.
pub(crate) fn few(series: usize, values: usize) -> bool {
    series.saturating_mul(SERIES_COST) < values
}

/// A set of numbers, one bit each.
pub(crate) struct Bits {
    least: u32,
    words: Vec<u64>,
}

impl Bits {
    /// The set of a sorted list.
    pub(crate) fn of(list: &[u32]) -> Self {
        let (Some(least), Some(most)) = (list.first().copied(), list.last()) else {
            return Self { least: 0, words: Vec::new() };
        };
        let mut words = vec![0_u64; (most - least) as usize / 64 + 1];
        for at in list.iter().map(|number| (number - least) as usize) {
            if let Some(word) = words.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
        Self { least, words }
    }

    /// Whether one of the numbers is in the set.
    pub(crate) fn meet(&self, list: &[u32]) -> bool {
        list.iter().any(|number| {
            let at = number.wrapping_sub(self.least) as usize;
            self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
        })
    }
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
    if lists <= 1 {
        return all;
    }
    if lists >= BITS_LISTS && all.len() >= BITS_NUMBERS {
        let (least, most) = all.iter().fold((u32::MAX, 0), |(a, b), n| (a.min(*n), b.max(*n)));
        let span = (most - least) as usize + 1;
        if span / BITS_PER_NUMBER <= all.len() {
            return from_bits(all, least, span);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The same through one bit per number from `least` on.
fn from_bits(mut all: Vec<u32>, least: u32, span: usize) -> Vec<u32> {
    let mut bits = vec![0_u64; span.div_ceil(64)];
    for number in &all {
        let at = (number - least) as usize;
        if let Some(word) = bits.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }
    all.clear();
    for (start, word) in (0_u32..).step_by(64).zip(bits) {
        let mut left = word;
        while left != 0 {
            all.push(least + start + left.trailing_zeros());
            left &= left - 1;
        }
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
                prop_assert_eq!(&intersect(&list(x), &list(y)), &want);
                prop_assert_eq!(Bits::of(&list(x)).meet(&list(y)), !want.is_empty());
                let want: Vec<u32> = x.difference(y).map(|v| u32::from(*v)).collect();
                prop_assert_eq!(subtract(&list(x), &list(y)), want);
                let want: Vec<u32> = x.union(y).map(|v| u32::from(*v)).collect();
                prop_assert_eq!(settle([list(x), list(y)].concat(), 2), want);
            }
        }

        #[test]
        fn many_lists_through_bits(lists in prop::collection::vec(
            prop::collection::btree_set(5000..9000_u32, 0..300), 8..20,
        )) {
            let all: Vec<u32> = lists.iter().flatten().copied().collect();
            let want: BTreeSet<u32> = all.iter().copied().collect();
            prop_assert_eq!(settle(all, lists.len()), want.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn like_trying_every_series(
            rows in prop::collection::vec((0..4_usize, 0..6_usize), 0..40),
            chosen in prop::collection::vec((0..2_usize, 0..4_usize, 0..11_usize), 0..4),
        ) {
            let values = ["", "a", "b", "ab", "abc", "c"];
            let texts = ["", "a", "ab", "a|b", "a|", ".*", ".+", "ab.*", "[ab]+", "(?i)A", "x"];
            let ops = [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex];
            let table = Table(rows.iter().map(|(x, y)| [values[*x], values[*y]]).collect());
            let matchers: Vec<Matcher> = chosen
                .iter()
                .map(|(name, op, text)| Matcher::new(ops[*op], ["x", "y"][*name], texts[*text]).unwrap())
                .collect();
            let satisfies = |row: &[&str; 2]| {
                matchers.iter().all(|m| m.matches(row[usize::from(m.name() == "y")]))
            };
            let rows = table.0.iter().enumerate();
            let want: Vec<u32> = rows.filter(|(_, row)| satisfies(row)).map(|(i, _)| i as u32).collect();
            let Ok(got) = select(&table, &matchers);
            prop_assert_eq!(got, want);
        }
    }

    /// Series with the labels `x` and `y`.
    struct Table(Vec<[&'static str; 2]>);

    impl Table {
        fn those(&self, name: &str, test: impl Fn(&str) -> bool) -> Vec<u32> {
            let column = usize::from(name == "y");
            let rows = self.0.iter().enumerate();
            rows.filter(|(_, row)| test(row[column])).map(|(index, _)| index as u32).collect()
        }
    }

    impl PostingsSource for Table {
        type Error = std::convert::Infallible;

        fn exact(&self, name: &str, value: &str) -> Result<Cow<'_, [u32]>, Self::Error> {
            Ok(self.those(name, |have| !have.is_empty() && have == value).into())
        }

        fn union_of(&self, name: &str, values: Values<'_>) -> Result<Vec<u32>, Self::Error> {
            Ok(self.those(name, |have| !have.is_empty() && values.contain(have)))
        }

        fn value_count(&self, name: &str) -> usize {
            // Both ways are taken.
            if name == "x" { 5 } else { 100 }
        }

        fn value_passes(
            &self,
            series: u32,
            name: &str,
            test: &dyn Fn(&str) -> bool,
        ) -> Result<bool, Self::Error> {
            Ok(test(self.0[series as usize][usize::from(name == "y")]))
        }

        fn all(&self) -> Result<Vec<u32>, Self::Error> {
            Ok((0..self.0.len() as u32).collect())
        }
    }
}
