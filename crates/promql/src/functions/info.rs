//! `info(v, {selector})`: adds the labels of info metrics (`target_info`) to series with the same `instance` and `job`.
//!
//! The planner fetches the info series; this file says which ones are wanted and puts labels together, step by step,
//! because an info series may be replaced by another one in the middle of a query.

use narthex_model::names::{INSTANCE_LABEL, JOB_LABEL, METRIC_NAME};
use narthex_model::{Labels, LabelsBuilder, MatchOp, Matcher};
use rustc_hash::FxHashMap;

use crate::engine::QueryError;
use crate::operators::{Row, RowMerger};

/// What connects a series with its info series.
const IDENTIFYING: [&str; 2] = [INSTANCE_LABEL, JOB_LABEL];

/// The second argument of `info`, split into what selects metrics and what selects labels.
#[derive(Debug, Default)]
pub(crate) struct InfoSelector {
    /// Matchers on `__name__`; never none.
    names: Vec<Matcher>,
    /// Matchers on the labels to be added; none means all labels.
    data: Vec<Matcher>,
}

impl InfoSelector {
    /// The selector of these matchers; `None` when the argument was left out.
    pub(crate) fn new(matchers: Option<&[Matcher]>) -> Self {
        let (mut names, data): (Vec<Matcher>, Vec<Matcher>) =
            matchers.unwrap_or_default().iter().cloned().partition(|matcher| matcher.name() == METRIC_NAME);
        if names.is_empty() {
            names.push(Matcher::equal(METRIC_NAME, "target_info"));
        } else if names.iter().all(|matcher| matcher.op().is_negative()) {
            // Excluding some metrics leaves the other info metrics, not all metrics.
            names.extend(Matcher::new(MatchOp::Regex, METRIC_NAME, ".+_info"));
        }
        Self { names, data }
    }

    /// Whether a series is an info series itself, which is not enriched.
    fn is_info(&self, labels: &Labels) -> bool {
        let name = labels.metric_name();
        self.names.iter().all(|matcher| matcher.matches(name))
    }

    /// The matchers that fetch the info series of these rows; `None` when no row can have one.
    pub(crate) fn fetch_matchers(&self, rows: &[Row]) -> Option<Vec<Matcher>> {
        let mut matchers = Vec::new();
        for label in IDENTIFYING {
            let mut values: Vec<&str> = rows
                .iter()
                .filter(|row| !self.is_info(&row.labels))
                .map(|row| row.labels.value(label))
                .filter(|value| !value.is_empty())
                .collect();
            values.sort_unstable();
            values.dedup();
            if !values.is_empty() {
                let pattern: Vec<String> = values.iter().map(|value| quote_meta(value)).collect();
                matchers.push(Matcher::new(MatchOp::Regex, label, &pattern.join("|")).ok()?);
            }
        }
        if matchers.is_empty() {
            return None;
        }
        matchers.extend(self.names.iter().chain(&self.data).cloned());
        Some(matchers)
    }

    fn takes(&self, name: &str) -> bool {
        self.data.is_empty() || self.data.iter().any(|matcher| matcher.name() == name)
    }

    fn requires_match(&self) -> bool {
        self.data.iter().any(|matcher| !matcher.matches_empty())
    }
}

fn quote_meta(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

/// Joins rows with info rows, whose values are the times of their samples in milliseconds.
pub(crate) fn add_info_labels(
    selector: &InfoSelector,
    rows: Vec<Row>,
    info: &[Row],
    steps: usize,
) -> Result<Vec<Row>, QueryError> {
    // Info rows by metric name and identifying labels.
    let identity = |labels: &Labels| labels.without(|name| !IDENTIFYING.contains(&name));
    let mut candidates: FxHashMap<Labels, Vec<(&str, Vec<&Row>)>> = FxHashMap::default();
    for row in info {
        let of_identity = candidates.entry(identity(&row.labels)).or_default();
        let name = row.labels.metric_name();
        match of_identity.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => of_identity.push((name, vec![row])),
        }
    }
    // Two info series of one metric with one newest sample are a conflict, whether or not they are used.
    let any_base = |step: usize| rows.iter().any(|row| row.column.has(step));
    for (_, rows) in candidates.values().flatten() {
        if rows.len() > 1 {
            for step in (0..steps).filter(|step| any_base(*step)) {
                newest(rows, step)?;
            }
        }
    }
    let mut merger = RowMerger::new(steps);
    for row in rows {
        if selector.is_info(&row.labels) {
            merger.put_column(row.labels, row.drop_name, row.column)?;
            continue;
        }
        let found = candidates.get(&identity(&row.labels));
        let mut last: Option<(Vec<Option<*const Row>>, usize)> = None;
        for step in row.column.steps_with_points().iter() {
            let Some(point) = row.column.point(step) else { continue };
            let mut chosen = Vec::new();
            for (_, rows) in found.into_iter().flatten() {
                chosen.push(newest(rows, step)?);
            }
            let key: Vec<Option<*const Row>> = chosen.iter().map(|row| row.map(std::ptr::from_ref)).collect();
            let target = match &last {
                Some((known, target)) if *known == key => *target,
                _ => {
                    let Some(labels) = enrich(selector, &row.labels, chosen.iter().flatten())? else {
                        continue;
                    };
                    merger.row(labels, row.drop_name)
                }
            };
            last = Some((key, target));
            merger.put(target, step, point)?;
        }
    }
    Ok(merger.finish())
}

/// The row with the newest sample at a step.
fn newest<'a>(rows: &[&'a Row], step: usize) -> Result<Option<&'a Row>, QueryError> {
    let mut best: Option<(f64, &Row)> = None;
    for row in rows {
        let Some(time) = row.column.float(step) else { continue };
        match best {
            Some((newest, _)) if newest > time => {}
            Some((newest, other)) if newest.to_bits() == time.to_bits() => {
                let (a, b) = (&other.labels, &row.labels);
                return Err(QueryError::execution(format!(
                    "found duplicate series for info metric: existing {a} @ {newest}, new {b} @ {time}"
                )));
            }
            _ => best = Some((time, row)),
        }
    }
    Ok(best.map(|(_, row)| row))
}

/// The labels of a row with those of its info rows; `None` when a required info row is missing.
fn enrich<'a>(
    selector: &InfoSelector,
    base: &Labels,
    info: impl Iterator<Item = &'a &'a Row>,
) -> Result<Option<Labels>, QueryError> {
    let mut added = LabelsBuilder::new();
    let mut matched = false;
    for row in info {
        matched = true;
        for (name, value) in &row.labels {
            if name == METRIC_NAME || !selector.takes(name) {
                continue;
            }
            if added.get(name).is_some_and(|known| known != value) {
                return Err(QueryError::execution(format!("conflicting label: {name}")));
            }
            if base.get(name).is_none() {
                added.set(name, value);
            }
        }
    }
    if !matched && selector.requires_match() {
        return Ok(None);
    }
    let mut builder = LabelsBuilder::from_labels(base);
    for (name, value) in added.iter() {
        builder.set(name, value);
    }
    Ok(Some(builder.build()))
}
