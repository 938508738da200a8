//! Arithmetic and comparison between two vectors: which series belong together is found once per query, their presence
//! decides at each step.
//!
//! One side is the "one" side: at any step at most one of its series may belong to a group. For `group_right` the sides
//! are swapped here, and the values back.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Labels, LabelsBuilder};
use rustc_hash::FxHashMap;

use super::rows::is_reserved;
use super::transform::{Outcome, arithmetic, combine, holds, keeps_name};
use super::{Row, RowMerger};
use crate::annotations::Annotations;
use crate::ast::{BinaryOp, Cardinality, PosRange, VectorMatching};
use crate::column::{Bits, Column, histogram_bytes};
use crate::engine::QueryError;
use crate::format::go_quote;
use crate::limits::MemoryBudget;
use crate::value::PointValue;

/// What is joined, and how.
pub(crate) struct JoinOp<'a> {
    /// The operator.
    pub(crate) op: BinaryOp,
    /// The matching.
    pub(crate) matching: &'a VectorMatching,
    /// Whether a comparison answers 0 or 1.
    pub(crate) return_bool: bool,
    /// The whole expression.
    pub(crate) pos: PosRange,
    /// Whether names are dropped at the end only.
    pub(crate) delayed_names: bool,
    /// The steps of the query.
    pub(crate) steps: usize,
    /// What results are counted against.
    pub(crate) memory: &'a MemoryBudget,
}

/// The labels that two series must share.
pub(crate) fn match_labels(labels: &Labels, matching: &VectorMatching) -> Labels {
    let listed = |name: &str| matching.labels.iter().any(|label| label == name);
    if matching.on {
        labels.without(|name| !listed(name))
    } else {
        labels.without(|name| name == METRIC_NAME || listed(name))
    }
}

/// The group of each row; groups are numbered over both sides.
pub(crate) fn group_ids(
    rows: &[Row],
    matching: &VectorMatching,
    ids: &mut FxHashMap<Labels, usize>,
) -> Vec<usize> {
    rows.iter()
        .map(|row| {
            let next = ids.len();
            *ids.entry(match_labels(&row.labels, matching)).or_insert(next)
        })
        .collect()
}

/// The result of `left op right`.
pub(crate) fn join(
    join: &JoinOp<'_>,
    left: Vec<Row>,
    right: Vec<Row>,
    annotations: &mut Annotations,
) -> Result<Vec<Row>, QueryError> {
    let swapped = join.matching.card == Cardinality::OneToMany;
    let (many, one) = if swapped { (right, left) } else { (left, right) };
    let fill = join.matching.fill;
    let (fill_many, fill_one) = if swapped { (fill.right, fill.left) } else { (fill.left, fill.right) };
    let mut ids = FxHashMap::default();
    let many_ids = group_ids(&many, join.matching, &mut ids);
    let one_ids = group_ids(&one, join.matching, &mut ids);
    let active = active_steps(join.steps, &many, &one, !fill.is_empty());
    let mut one_of_group: Vec<Vec<usize>> = vec![Vec::new(); ids.len()];
    for (index, id) in one_ids.iter().enumerate() {
        one_of_group[*id].push(index);
    }
    let groups: usize = ids.keys().map(Row::bytes_around).sum();
    // Two sets of steps for each group: what has matched, and what was seen of the "one" side.
    join.memory.take(groups + ids.len() * 2 * Bits::bytes(join.steps))?;
    let mut state = State {
        join,
        swapped,
        one: &one,
        merger: RowMerger::new(join.steps, join.memory),
        matched: vec![Bits::new(join.steps); ids.len()],
        results: FxHashMap::default(),
        last: FxHashMap::default(),
        failure: None,
    };
    state.check_one_side(&one_ids, ids.len(), &active);
    for (index, id) in many_ids.iter().enumerate() {
        let row = &many[index];
        let mut rest = row.column.steps_with_points();
        for one_index in &one_of_group[*id] {
            let mut both = rest.clone();
            both.and(&one[*one_index].column.steps_with_points());
            if both.is_empty() {
                continue;
            }
            rest.and_not(&both);
            let labels = state.result_labels(&row.labels, &one[*one_index].labels);
            state.pair(*id, labels, &row.column, &one[*one_index].column, &both)?;
        }
        if let Some(fill) = fill_one
            && !rest.is_empty()
        {
            let labels = state.result_labels(&row.labels, &match_labels(&row.labels, join.matching));
            state.pair(*id, labels, &row.column, &Column::constant(join.steps, fill), &rest)?;
        }
    }
    if let Some(fill) = fill_many {
        for (index, id) in one_ids.iter().enumerate() {
            let row = &one[index];
            let mut rest = row.column.steps_with_points();
            rest.and_not(&state.matched[*id]);
            if !rest.is_empty() {
                let labels = state.result_labels(&match_labels(&row.labels, join.matching), &row.labels);
                state.pair(*id, labels, &Column::constant(join.steps, fill), &row.column, &rest)?;
            }
        }
    }
    if let Some((_, error)) = state.failure {
        return Err(error);
    }
    let mut last: Vec<_> = state.last.into_iter().collect();
    last.sort_unstable_by_key(|(step, _)| *step);
    last.into_iter().for_each(|(_, noted)| annotations.merge(noted));
    Ok(state.merger.finish())
}

/// The steps at which the operation looks at its sides at all: both hold something, or a fill value stands in.
fn active_steps(steps: usize, many: &[Row], one: &[Row], fills: bool) -> Bits {
    let union = |rows: &[Row]| {
        let mut bits = Bits::new(steps);
        rows.iter().for_each(|row| bits.or(&row.column.steps_with_points()));
        bits
    };
    let (mut active, one) = (union(many), union(one));
    if fills {
        active.or(&one)
    } else {
        active.and(&one)
    }
    active
}

struct State<'a> {
    join: &'a JoinOp<'a>,
    swapped: bool,
    one: &'a [Row],
    merger: RowMerger<'a>,
    /// Per group, the steps that have a match.
    matched: Vec<Bits>,
    /// Per group and result of a many-to-one match, the steps that have one.
    results: FxHashMap<(usize, Labels), Bits>,
    /// The annotations of each step: as in the reference only the last one of a step is told.
    last: FxHashMap<usize, Annotations>,
    /// What fails, at the earliest step.
    failure: Option<(usize, QueryError)>,
}

impl State<'_> {
    /// Keeps the error that occurs first in time; of one step the one that was found first.
    fn fail(&mut self, step: usize, error: impl FnOnce(&Self) -> QueryError) {
        if self.failure.as_ref().is_none_or(|(earliest, _)| step < *earliest) {
            self.failure = Some((step, error(self)));
        }
    }

    /// Whether no group has two series of the "one" side at a step.
    fn check_one_side(&mut self, ids: &[usize], groups: usize, active: &Bits) {
        let mut seen = vec![Bits::new(self.join.steps); groups];
        for (position, (row, id)) in self.one.iter().zip(ids).enumerate() {
            let mut steps = row.column.steps_with_points();
            steps.and(active);
            if let Some(step) = seen[*id].first_common(&steps) {
                let mut before = self.one[..position].iter().zip(ids);
                let other = before
                    .find(|(other, other_id)| *other_id == id && other.column.point(step).is_some())
                    .map(|(other, _)| &other.labels);
                self.fail(step, |state| state.duplicate_on_one_side(&row.labels, other));
            }
            seen[*id].or(&steps);
        }
    }

    fn duplicate_on_one_side(&self, a: &Labels, b: Option<&Labels>) -> QueryError {
        let group = describe(&match_labels(a, self.join.matching));
        let side = if self.swapped { "left" } else { "right" };
        let b = b.unwrap_or(a);
        let (first, second) = if a <= b { (describe(a), describe(b)) } else { (describe(b), describe(a)) };
        QueryError::execution(format!(
            "found duplicate series for the match group {group} on the {side} hand-side of the operation: \
             [{first}, {second}];many-to-many matching not allowed: matching labels must be unique on one side"
        ))
    }

    /// The labels of a match: those of the "many" side, for one-to-one reduced to what was matched on, with the
    /// included labels of the "one" side.
    fn result_labels(&self, many: &Labels, one: &Labels) -> Labels {
        let matching = self.join.matching;
        let drops = !keeps_name(self.join.op) || (self.join.return_bool && !self.join.delayed_names);
        let one_to_one = matching.card == Cardinality::OneToOne;
        let listed = |name: &str| matching.labels.iter().any(|label| label == name);
        let kept =
            many.without(|name| (drops && is_reserved(name)) || (one_to_one && listed(name) != matching.on));
        if matching.include.is_empty() {
            return kept;
        }
        let mut builder = LabelsBuilder::from_labels(&kept);
        for name in &matching.include {
            builder.set(name, one.value(name));
        }
        builder.build()
    }

    /// Computes one pair of columns at `steps` and puts the result into its row.
    fn pair(
        &mut self,
        group: usize,
        labels: Labels,
        many: &Column,
        one: &Column,
        steps: &Bits,
    ) -> Result<(), QueryError> {
        let (left, right) = if self.swapped { (one, many) } else { (many, one) };
        self.join.memory.take(Column::float_bytes(self.join.steps))?;
        let mut matches = steps.clone();
        let column = if left.histograms.is_empty() && right.histograms.is_empty() && !self.trims() {
            self.floats(left, right, steps)
        } else {
            self.points(left, right, steps, &mut matches)
        };
        self.join.memory.take(histogram_bytes(&column.histograms))?;
        let one_to_one = self.join.matching.card == Cardinality::OneToOne;
        if one_to_one {
            if let Some(step) = self.matched[group].first_common(&matches) {
                let text = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
                self.fail(step, |_| QueryError::execution(text));
            }
        } else {
            self.join.memory.take(Bits::bytes(steps.len()) + Row::bytes_around(&labels))?;
            let seen = self.results.entry((group, labels.clone())).or_insert_with(|| Bits::new(steps.len()));
            let conflict = seen.first_common(&matches);
            seen.or(&matches);
            if let Some(step) = conflict {
                let text = "multiple matches for labels: grouping labels must ensure unique matches";
                self.fail(step, |_| QueryError::execution(text));
            }
        }
        self.matched[group].or(&matches);
        // After a failure the rows are of no use any more, and may contradict each other.
        if column.is_empty() || self.failure.is_some() {
            return Ok(());
        }
        self.merger.put_column(labels, self.join.return_bool, column)
    }

    fn trims(&self) -> bool {
        matches!(self.join.op, BinaryOp::TrimUpper | BinaryOp::TrimLower)
    }

    fn floats(&self, left: &Column, right: &Column, steps: &Bits) -> Column {
        let op = self.join.op;
        let mut column = Column::new(self.join.steps);
        let pairs = column.values.iter_mut().zip(left.values.iter().zip(&right.values));
        if self.join.return_bool {
            pairs.for_each(|(value, (a, b))| *value = f64::from(u8::from(holds(op, *a, *b))));
        } else {
            pairs.for_each(|(value, (a, b))| *value = arithmetic(op, *a, *b));
        }
        column.present = steps.clone();
        if op.is_comparison() && !self.join.return_bool {
            for step in steps.iter() {
                if !holds(op, left.values[step], right.values[step]) {
                    column.present.unset(step);
                }
            }
        }
        column
    }

    fn points(&mut self, left: &Column, right: &Column, steps: &Bits, matches: &mut Bits) -> Column {
        let mut column = Column::new(self.join.steps);
        for step in steps.iter() {
            let (Some(a), Some(b)) = (left.point(step), right.point(step)) else { continue };
            let mut noted = Annotations::default();
            let outcome = combine(self.join.op, &a, &b, self.join.pos, &mut noted);
            if !noted.is_empty() {
                self.last.insert(step, noted);
            }
            match outcome {
                Outcome::Nothing => matches.unset(step),
                Outcome::Value(_, keep) if self.join.return_bool => {
                    column.push(step, PointValue::Float(f64::from(u8::from(keep))));
                }
                Outcome::Value(point, true) => column.push(step, point),
                Outcome::Value(_, false) => {}
            }
        }
        column
    }
}

/// Labels as error messages show them.
fn describe(labels: &Labels) -> String {
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}={}", go_quote(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}
