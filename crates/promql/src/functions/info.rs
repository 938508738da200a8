//! `info(v, {selector})`: adds the labels of info metrics (`target_info`) to the series of `v`.
//!
//! * Which metrics: those that the selector's matchers on the name say; `target_info` without any; with nothing but
//!   exclusions, what is left of `.+_info`. A series of `v` that is such a metric itself passes unchanged.
//! * Which series: those with the same `instance` and `job`. Info series come and go, so this is asked at every step: of
//!   a metric the one with the newest sample counts. Two that are equally new are an error, used or not.
//! * Which labels: those that the selector's other matchers name, all without any. A label that the series has stays as it
//!   is; two metrics that would give it different values are an error.
//! * A series without an info series stays unchanged, unless one of these other matchers asks for a value: then it has no
//!   result at that step.
//!
//! The planner fetches the info series; this file says which ones are wanted and puts labels together, once for every
//! stretch of steps with the same info series.

use narthex_model::names::{INSTANCE_LABEL, JOB_LABEL, METRIC_NAME};
use narthex_model::{Labels, LabelsBuilder, MatchOp, Matcher};
use rustc_hash::FxHashMap;

use crate::column::Bits;
use crate::engine::QueryError;
use crate::limits::MemoryBudget;
use crate::operators::{Row, RowMerger};

/// What connects a series with its info series.
const IDENTIFYING: [&str; 2] = [INSTANCE_LABEL, JOB_LABEL];
/// The info metric of those who name none.
const DEFAULT_METRIC: &str = "target_info";
/// All info metrics, for those who only name some that they do not want.
const ANY_METRIC: &str = ".+_info";

/// The second argument of `info`: which metrics and which labels.
#[derive(Debug, Default)]
pub(crate) struct InfoSelector {
    /// Matchers on `__name__`; never none.
    metrics: Vec<Matcher>,
    /// Matchers on the labels to be added; none means all labels.
    labels: Vec<Matcher>,
}

impl InfoSelector {
    /// The selector of these matchers; `None` when the argument was left out.
    pub(crate) fn new(matchers: Option<&[Matcher]>) -> Self {
        let mut selector = Self::default();
        for matcher in matchers.unwrap_or_default() {
            let kind =
                if matcher.name() == METRIC_NAME { &mut selector.metrics } else { &mut selector.labels };
            kind.push(matcher.clone());
        }
        if selector.metrics.is_empty() {
            selector.metrics.push(Matcher::equal(METRIC_NAME, DEFAULT_METRIC));
        } else if selector.metrics.iter().all(|matcher| matcher.op().is_negative()) {
            selector.metrics.extend(Matcher::new(MatchOp::Regex, METRIC_NAME, ANY_METRIC));
        }
        selector
    }

    /// Whether a series is an info series itself.
    fn is_info(&self, labels: &Labels) -> bool {
        self.metrics.iter().all(|matcher| matcher.matches(labels.metric_name()))
    }

    /// Whether a label of an info series is wanted.
    fn wants(&self, name: &str) -> bool {
        name != METRIC_NAME
            && (self.labels.is_empty() || self.labels.iter().any(|matcher| matcher.name() == name))
    }

    /// Whether a series without an info series has no result.
    fn is_required(&self) -> bool {
        self.labels.iter().any(|matcher| !matcher.matches_empty())
    }

    /// The matchers that fetch the info series of these rows; `None` when no row can have one.
    pub(crate) fn fetch_matchers(&self, rows: &[Row]) -> Option<Vec<Matcher>> {
        let mut matchers = Vec::new();
        for label in IDENTIFYING {
            let values = rows.iter().filter(|row| !self.is_info(&row.labels));
            let mut values: Vec<&str> = values.map(|row| row.labels.value(label)).collect();
            values.retain(|value| !value.is_empty());
            values.sort_unstable();
            values.dedup();
            if !values.is_empty() {
                let pattern = values.into_iter().map(literal).collect::<Vec<_>>().join("|");
                matchers.push(Matcher::new(MatchOp::Regex, label, &pattern).ok()?);
            }
        }
        if matchers.is_empty() {
            return None;
        }
        matchers.extend(self.metrics.iter().chain(&self.labels).cloned());
        Some(matchers)
    }

    /// The labels of a series with those of its info series; `None` when there is none and one is required.
    fn enriched(&self, base: &Labels, info: &[&Labels]) -> Result<Option<Labels>, QueryError> {
        if info.is_empty() {
            return Ok((!self.is_required()).then(|| base.clone()));
        }
        let mut builder = LabelsBuilder::from_labels(base);
        for (name, value) in info.iter().flat_map(|labels| labels.iter()) {
            if !self.wants(name) || base.get(name).is_some() {
                continue;
            }
            match builder.get(name) {
                Some(known) if known != value => {
                    return Err(QueryError::execution(format!("conflicting label: {name}")));
                }
                Some(_) => {}
                None => {
                    builder.set(name, value);
                }
            }
        }
        Ok(Some(builder.build()))
    }
}

/// A pattern that matches exactly this text.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The series of one info metric with the same identifying labels, which follow one another.
struct Succession<'a> {
    metric: &'a str,
    rows: Vec<&'a Row>,
    /// For every step the position of the one that counts.
    newest: Vec<Option<u32>>,
}

impl<'a> Succession<'a> {
    /// Finds out which row counts at the steps of `asked`; values are the times of samples.
    fn settle(&mut self, asked: &Bits) -> Result<(), QueryError> {
        self.newest = vec![None; asked.len()];
        for step in asked.iter() {
            let mut best: Option<(f64, &Row)> = None;
            for (at, row) in self.rows.iter().enumerate() {
                let Some(time) = row.column.float(step) else { continue };
                if let Some((newest, other)) = best {
                    if newest > time {
                        continue;
                    }
                    if newest == time {
                        let (a, b) = (&other.labels, &row.labels);
                        return Err(QueryError::execution(format!(
                            "found duplicate series for info metric: existing {a} @ {newest}, new {b} @ {time}"
                        )));
                    }
                }
                best = Some((time, row));
                self.newest[step] = Some(at as u32);
            }
        }
        Ok(())
    }

    fn at(&self, step: usize) -> Option<&'a Labels> {
        let row = self.rows.get((*self.newest.get(step)?)? as usize)?;
        Some(&row.labels)
    }
}

fn identity(labels: &Labels) -> Labels {
    labels.without(|name| !IDENTIFYING.contains(&name))
}

/// Joins rows with info rows, whose values are the times of their samples in milliseconds.
pub(crate) fn add_info_labels(
    selector: &InfoSelector,
    rows: Vec<Row>,
    info: &[Row],
    steps: usize,
    memory: &MemoryBudget,
) -> Result<Vec<Row>, QueryError> {
    let mut by_identity: FxHashMap<Labels, Vec<Succession<'_>>> = FxHashMap::default();
    for row in info {
        let metric = row.labels.metric_name();
        let successions = by_identity.entry(identity(&row.labels)).or_default();
        match successions.iter_mut().find(|succession| succession.metric == metric) {
            Some(succession) => succession.rows.push(row),
            None => successions.push(Succession { metric, rows: vec![row], newest: Vec::new() }),
        }
    }
    let mut asked = Bits::new(steps);
    rows.iter().for_each(|row| asked.or(&row.column.steps_with_points()));
    for succession in by_identity.values_mut().flatten() {
        memory.take(steps * size_of::<Option<u32>>())?;
        succession.settle(&asked)?;
    }
    let mut merger = RowMerger::new(steps, memory);
    for row in rows {
        if selector.is_info(&row.labels) {
            merger.put_column(row.labels, row.drop_name, row.column)?;
            continue;
        }
        let successions = by_identity.get(&identity(&row.labels)).map_or(&[][..], Vec::as_slice);
        let mut stretch: Option<(Vec<&Labels>, Option<usize>)> = None;
        let mut now = Vec::new();
        for step in row.column.steps_with_points().iter() {
            now.clear();
            now.extend(successions.iter().filter_map(|succession| succession.at(step)));
            let same = stretch.as_ref().filter(|(before, _)| {
                before.len() == now.len() && before.iter().zip(&now).all(|(a, b)| std::ptr::eq(*a, *b))
            });
            let target = match same {
                Some((_, target)) => *target,
                None => {
                    let labels = selector.enriched(&row.labels, &now)?;
                    let target = labels.map(|labels| merger.row(labels, row.drop_name)).transpose()?;
                    stretch = Some((now.clone(), target));
                    target
                }
            };
            if let (Some(target), Some(point)) = (target, row.column.point(step)) {
                merger.put(target, step, point)?;
            }
        }
    }
    Ok(merger.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Column;

    fn matcher(op: MatchOp, name: &str, value: &str) -> Matcher {
        Matcher::new(op, name, value).unwrap()
    }

    /// A row with points where there is a value.
    fn row(labels: &[(&str, &str)], values: &[Option<f64>]) -> Row {
        let mut column = Column::new(values.len());
        for (step, value) in values.iter().enumerate().filter_map(|(step, value)| Some((step, (*value)?))) {
            column.set(step, value);
        }
        Row { labels: Labels::from_pairs(labels.iter().copied()), drop_name: false, column }
    }

    fn base(values: &[Option<f64>]) -> Row {
        row(&[("__name__", "up"), ("instance", "a"), ("job", "x"), ("os", "own")], values)
    }

    fn info(metric: &str, labels: &[(&str, &str)], times: &[Option<f64>]) -> Row {
        let mut all = vec![("__name__", metric), ("instance", "a"), ("job", "x")];
        all.extend_from_slice(labels);
        row(&all, times)
    }

    /// The labels beside the base's, and at which steps.
    fn joined(
        matchers: Option<&[Matcher]>,
        rows: Vec<Row>,
        info: &[Row],
    ) -> Result<Vec<(String, Vec<usize>)>, String> {
        let steps = rows[0].column.steps();
        let found = add_info_labels(&InfoSelector::new(matchers), rows, info, steps, &MemoryBudget::new(0));
        let shown = |row: Row| {
            let added = row.labels.without(|name| ["__name__", "instance", "job", "os"].contains(&name));
            (added.to_string(), row.column.steps_with_points().iter().collect())
        };
        found.map(|rows| rows.into_iter().map(shown).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn which_series_are_fetched() {
        let rows = [
            base(&[Some(1.0)]),
            row(&[("__name__", "target_info"), ("instance", "i"), ("job", "j")], &[Some(1.0)]),
            row(&[("__name__", "up"), ("instance", "b.c"), ("job", "")], &[Some(1.0)]),
        ];
        let fetched = |matchers: Option<&[Matcher]>, rows: &[Row]| {
            let matchers = InfoSelector::new(matchers).fetch_matchers(rows)?;
            let text = |m: &Matcher| format!("{}{}{}", m.name(), m.op().as_str(), m.value());
            Some(matchers.iter().map(text).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(fetched(None, &rows).unwrap(), r"instance=~a|b\.c job=~x __name__=target_info");
        assert_eq!(fetched(None, &rows[1..2]), None, "info series need none");
        assert_eq!(fetched(None, &[]), None);
        let except =
            [matcher(MatchOp::NotEqual, METRIC_NAME, "build_info"), matcher(MatchOp::Equal, "v", "1")];
        assert_eq!(
            fetched(Some(&except), &rows[..1]).unwrap(),
            r"instance=~a job=~x __name__!=build_info __name__=~.+_info v=1"
        );
    }

    #[test]
    fn labels_come_from_the_newest_series_at_each_step() {
        let rows = || vec![base(&[Some(1.0), None, Some(1.0), Some(1.0)])];
        let old = info("target_info", &[("v", "1"), ("os", "other")], &[Some(10.0), None, Some(20.0), None]);
        let new = info("target_info", &[("v", "2")], &[None, Some(15.0), Some(30.0), None]);
        let both = [old.clone(), new.clone()];
        let expected = [("{v=\"1\"}", vec![0]), ("{v=\"2\"}", vec![2]), ("{}", vec![3])];
        let expected: Vec<_> = expected.map(|(labels, steps)| (labels.to_owned(), steps)).into();
        assert_eq!(joined(None, rows(), &both), Ok(expected.clone()));
        assert_eq!(joined(None, rows(), &[new, old]), Ok(expected), "whatever their order");
        // A label that is asked for: without an info series there is no result.
        let v = [matcher(MatchOp::Regex, "v", ".+")];
        assert_eq!(joined(Some(&v), rows(), &both).unwrap().len(), 2);
        let w = [matcher(MatchOp::Regex, "w", ".*")];
        assert_eq!(joined(Some(&w), rows(), &both), Ok(vec![("{}".to_owned(), vec![0, 2, 3])]));
    }

    #[test]
    fn contradictions() {
        let rows = || vec![base(&[Some(1.0), None])];
        let twins = [
            info("target_info", &[("v", "1")], &[Some(5.0); 2]),
            info("target_info", &[("v", "2")], &[Some(5.0); 2]),
        ];
        let error = joined(None, rows(), &twins).unwrap_err();
        assert!(error.starts_with("found duplicate series for info metric: existing {"), "{error}");
        // At a step without a point in `v` nobody looks.
        let later = [
            info("target_info", &[("v", "1")], &[Some(6.0), Some(7.0)]),
            info("target_info", &[("v", "2")], &[Some(5.0), Some(7.0)]),
        ];
        assert!(joined(None, rows(), &later).is_ok());
        let any = [matcher(MatchOp::Regex, METRIC_NAME, ".+_info")];
        let metrics = |value| {
            [info("a_info", &[("v", "1")], &[Some(5.0); 2]), info("b_info", &[("v", value)], &[Some(5.0); 2])]
        };
        assert_eq!(joined(Some(&any), rows(), &metrics("2")), Err("conflicting label: v".to_owned()));
        assert!(joined(Some(&any), rows(), &metrics("1")).is_ok());
        // An info series in `v` passes.
        let itself = vec![info("target_info", &[("v", "1")], &[Some(1.0); 2])];
        assert_eq!(joined(None, itself, &twins[1..]).unwrap()[0].0, "{v=\"1\"}");
    }
}
