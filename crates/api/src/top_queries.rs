//! [`TopQueries`]: what the queries of clients have cost since the start, by expression. `v1::evaluate` notes each query,
//! `v1::status_queries` shows the dearest.
//!
//! - At most [`EXPRESSIONS_MAX`] expressions are kept; when they are exceeded the cheaper half is forgotten, and counted.
//! - A text is kept up to [`TEXT_BYTES_MAX`] bytes.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

/// The most expressions that are told apart.
pub(crate) const EXPRESSIONS_MAX: usize = 1_000;
/// The most bytes of an expression or an error that are kept.
const TEXT_BYTES_MAX: usize = 4_096;

/// What one expression has cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cost {
    /// How often it was asked.
    pub(crate) count: u64,
    /// How often it failed.
    pub(crate) errors: u64,
    /// The time of all of them, waiting included.
    pub(crate) total: Duration,
    /// The time of the slowest.
    pub(crate) max: Duration,
    /// Samples that all of them read.
    pub(crate) samples: u64,
    /// Why it failed last.
    pub(crate) last_error: Option<String>,
    /// When it was asked last.
    pub(crate) last: Option<SystemTime>,
}

impl Cost {
    /// The time of one of them.
    pub(crate) fn average(&self) -> Duration {
        let nanos = self.total.as_nanos().checked_div(u128::from(self.count)).unwrap_or_default();
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// By what the dearest are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Total,
    Max,
    Average,
    Count,
    Samples,
    Errors,
}

impl Order {
    /// The order of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "total" => Self::Total,
            "max" => Self::Max,
            "average" => Self::Average,
            "count" => Self::Count,
            "samples" => Self::Samples,
            "errors" => Self::Errors,
            _ => return None,
        })
    }

    fn of(self, cost: &Cost) -> u128 {
        match self {
            Self::Total => cost.total.as_nanos(),
            Self::Max => cost.max.as_nanos(),
            Self::Average => cost.average().as_nanos(),
            Self::Count => u128::from(cost.count),
            Self::Samples => u128::from(cost.samples),
            Self::Errors => u128::from(cost.errors),
        }
    }
}

/// The costs of all expressions.
#[derive(Debug, Default)]
pub(crate) struct TopQueries {
    costs: Mutex<HashMap<Box<str>, Cost>>,
    forgotten: AtomicU64,
}

impl TopQueries {
    /// Notes one query: how long it took, and the samples that it read or why it failed.
    pub(crate) fn note(&self, query: &str, took: Duration, outcome: Result<u64, &str>) {
        let query = cut(query);
        let mut costs = self.costs.lock();
        if costs.len() >= EXPRESSIONS_MAX && !costs.contains_key(query) {
            let mut totals: Vec<_> = costs.values().map(|cost| cost.total).collect();
            let middle = totals.len() / 2;
            let (_, &mut median, _) = totals.select_nth_unstable(middle);
            let before = costs.len();
            // Equal costs must go, too: else nothing would go where all are equal.
            costs.retain(|_, cost| cost.total > median);
            self.forgotten.fetch_add((before - costs.len()) as u64, Ordering::Relaxed);
        }
        let cost = match costs.get_mut(query) {
            Some(cost) => cost,
            None => costs.entry(query.into()).or_default(),
        };
        cost.count += 1;
        cost.total += took;
        cost.max = cost.max.max(took);
        cost.last = Some(SystemTime::now());
        match outcome {
            Ok(samples) => cost.samples = cost.samples.saturating_add(samples),
            Err(error) => {
                cost.errors += 1;
                cost.last_error = Some(cut(error).to_owned());
            }
        }
    }

    /// The dearest `limit` expressions, and how many there are.
    pub(crate) fn dearest(&self, order: Order, limit: usize) -> (Vec<(String, Cost)>, usize) {
        let costs = self.costs.lock();
        let mut ranks: Vec<_> =
            costs.iter().filter(|(_, cost)| order != Order::Errors || cost.errors > 0).collect();
        ranks.sort_by_cached_key(|(query, cost)| (Reverse(order.of(cost)), (*query).clone()));
        ranks.truncate(limit);
        (ranks.into_iter().map(|(query, cost)| (query.to_string(), cost.clone())).collect(), costs.len())
    }

    /// How many expressions were forgotten for want of room.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Relaxed)
    }
}

/// The text up to the limit.
fn cut(text: &str) -> &str {
    let text = text.trim();
    let most = text.len().min(TEXT_BYTES_MAX);
    (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(top: &TopQueries, order: &str) -> Vec<String> {
        top.dearest(Order::named(order).unwrap(), 2).0.into_iter().map(|(query, _)| query).collect()
    }

    #[test]
    fn sums_by_expression_and_orders() {
        let top = TopQueries::default();
        let ms = Duration::from_millis;
        top.note("often", ms(5), Ok(1));
        top.note(" often\n", ms(15), Ok(2));
        top.note("often", ms(10), Err("too big"));
        top.note("slow", ms(25), Ok(0));
        top.note("wide", ms(1), Ok(900));
        assert_eq!(names(&top, "total"), ["often", "slow"]);
        assert_eq!(names(&top, "max"), ["slow", "often"]);
        assert_eq!(names(&top, "average"), ["slow", "often"]);
        assert_eq!(names(&top, "count"), ["often", "slow"]);
        assert_eq!(names(&top, "samples"), ["wide", "often"]);
        assert_eq!(names(&top, "errors"), ["often"]);
        let (rows, known) = top.dearest(Order::Total, 1);
        let cost = &rows[0].1;
        assert_eq!((known, cost.count, cost.errors, cost.samples), (3, 3, 1, 3));
        assert_eq!((cost.total, cost.max, cost.average()), (ms(30), ms(15), ms(10)));
        assert_eq!(cost.last_error.as_deref(), Some("too big"));
        assert!(Order::named("beauty").is_none());
    }

    #[test]
    fn is_bounded_and_keeps_the_dearest() {
        let top = TopQueries::default();
        for n in 0..3 * EXPRESSIONS_MAX {
            top.note(&format!("q{n}"), Duration::from_micros(n as u64 % 7), Ok(1));
            top.note("dear", Duration::from_secs(1), Ok(1));
        }
        let (rows, known) = top.dearest(Order::Total, 10);
        assert!(known <= EXPRESSIONS_MAX, "{known}");
        assert_eq!((rows[0].0.as_str(), rows[0].1.count), ("dear", 3 * EXPRESSIONS_MAX as u64));
        assert_eq!(top.forgotten() as usize + known, 3 * EXPRESSIONS_MAX + 1);
        let long = "é".repeat(TEXT_BYTES_MAX);
        top.note(&long, Duration::from_secs(9), Err(&long));
        let (rows, _) = top.dearest(Order::Total, 10);
        let (query, cost) = rows.iter().find(|(query, _)| query.starts_with('é')).unwrap();
        assert_eq!((query.len(), cost.last_error.as_ref().unwrap().len()), (TEXT_BYTES_MAX, TEXT_BYTES_MAX));
    }
}
