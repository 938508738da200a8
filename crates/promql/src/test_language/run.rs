//! Runs the commands of a script.

use std::sync::Arc;

use super::compare;
use super::eval::{Eval, EvalKind};
use super::expectation::TimeGrid;
use super::nhcb;
use super::script::{Command, Load, Script, ScriptError};
use super::series::Slot;
use super::store::{MemoryStorage, SampleData};
use super::variants;
use crate::annotations::Annotations;
use crate::ast::Expr;
use crate::engine::{Engine, EngineOptions, QueryError, QueryOptions};
use crate::value::Value;

/// The step, and the distance to both ends, of the range query that checks an instant one.
const RECHECK_MS: i64 = 60_000;

/// Settings of a run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Settings of the engine.
    pub engine: EngineOptions,
}

impl Default for RunOptions {
    /// The environment that the scripts are written for.
    fn default() -> Self {
        Self {
            engine: EngineOptions {
                max_samples: 10_000,
                delayed_name_removal: true,
                use_start_timestamps: true,
                ..EngineOptions::default()
            },
        }
    }
}

/// An evaluation, or a load, that did not go as the script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line of the command, from 1.
    pub line: usize,
    /// The query and how it was evaluated; empty for a load.
    pub what: String,
    /// What was expected and what was found.
    pub reason: String,
}

/// What a script came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many evaluations passed.
    pub passed: usize,
    /// Those that did not, and loads that failed.
    pub failures: Vec<Failure>,
    /// The command that cannot be read, if any; nothing from there on was run.
    pub error: Option<ScriptError>,
}

/// Runs a script.
pub fn run_script(text: &str, options: &RunOptions) -> Outcome {
    let script = Script::parse(text);
    let engine = Engine::new(options.engine.clone());
    let mut storage = MemoryStorage::new();
    let mut outcome = Outcome::default();
    for command in &script.commands {
        match command {
            Command::Clear => storage = MemoryStorage::new(),
            Command::Load(load) => {
                if let Err(reason) = run_load(load, &mut storage) {
                    outcome.failures.push(Failure { line: load.line, what: String::new(), reason });
                }
            }
            Command::Eval(eval) => match (Evaluation { engine: &engine, storage: &storage, eval }).run() {
                Ok(()) => outcome.passed += 1,
                Err(failure) => outcome.failures.push(failure),
            },
        }
    }
    outcome.error = script.error;
    outcome
}

/// All or nothing, as a transaction.
fn run_load(load: &Load, storage: &mut MemoryStorage) -> Result<(), String> {
    let mut loaded = storage.clone();
    let mut fresh = MemoryStorage::new();
    for line in &load.series {
        for (index, slot) in line.values.iter().enumerate() {
            let t = index as i64 * load.interval_ms;
            let data = match slot {
                Slot::Omitted => continue,
                Slot::Float(value) => SampleData::Float(*value),
                Slot::Histogram { histogram, .. } => SampleData::Histogram(Arc::clone(histogram)),
            };
            let offset = line.start_offsets_ms.get(index).copied().flatten();
            let start = offset.map_or(0, |offset| t + offset);
            if load.with_nhcb {
                fresh.append(&line.labels, start, t, data.clone())?;
            }
            loaded.append(&line.labels, start, t, data)?;
        }
    }
    nhcb::convert(&fresh, &mut loaded)?;
    *storage = loaded;
    Ok(())
}

struct Evaluation<'a> {
    engine: &'a Engine,
    storage: &'a MemoryStorage,
    eval: &'a Eval,
}

/// How one execution ended.
enum Execution {
    Answered,
    FailedAsExpected,
}

impl Evaluation<'_> {
    fn run(&self) -> Result<(), Failure> {
        match self.eval.kind {
            EvalKind::Range { start, end, step } => {
                let grid = TimeGrid { start, end, step };
                self.check_range(grid).map_err(|reason| self.failure("", reason))?;
                Ok(())
            }
            EvalKind::Instant { t } => {
                self.check_instant(&self.eval.expr, t)?;
                let Some(pinned) = variants::pinned(&self.eval.expr, t) else { return Ok(()) };
                variants::times(t).into_iter().try_for_each(|at| self.check_instant(&pinned, at))
            }
        }
    }

    fn failure(&self, how: &str, reason: String) -> Failure {
        Failure { line: self.eval.line, what: format!("{}{how}", self.eval.query), reason }
    }

    fn check_range(&self, grid: TimeGrid) -> Result<Execution, String> {
        let options = QueryOptions::default();
        let result = self.engine.range_expr(
            self.storage,
            &self.eval.expr,
            (grid.start, grid.end, grid.step),
            &options,
        );
        let output = match self.check_failure(result.map(|output| (output.value, output.annotations)))? {
            Some(output) => output,
            None => return Ok(Execution::FailedAsExpected),
        };
        self.check_annotations(&output.1)?;
        compare::value(&output.0, &self.eval.expected, Some(grid))?;
        Ok(Execution::Answered)
    }

    fn check_instant(&self, expr: &Expr, t: i64) -> Result<(), Failure> {
        let how = || match self.eval.kind {
            EvalKind::Instant { t: own } if own == t && *expr == self.eval.expr => String::new(),
            _ => format!(" (as `{expr}` at {t} ms)"),
        };
        let fail = |reason: String| self.failure(&how(), reason);
        let result = self.engine.instant_expr(self.storage, expr, t, &QueryOptions::default());
        let result = result.map(|output| (output.value, output.annotations));
        let Some((value, annotations)) = self.check_failure(result).map_err(fail)? else { return Ok(()) };
        self.check_annotations(&annotations).map_err(fail)?;
        compare::value(&value, &self.eval.expected, self.eval.expected.range_vector).map_err(fail)?;
        let expected = &self.eval.expected;
        if expected.range_vector.is_some()
            || expected.string.is_some()
            || variants::depends_on_range(&self.eval.query)
        {
            return Ok(());
        }
        let is_scalar = matches!(value, Value::Scalar { .. });
        self.recheck_as_range(expr, t, is_scalar)
            .map_err(|reason| self.failure(&format!("{} (as a range query around {t} ms)", how()), reason))
    }

    /// The same query over a small range must have the same points at `t`.
    fn recheck_as_range(&self, expr: &Expr, t: i64, is_scalar: bool) -> Result<(), String> {
        let (start, end) = (t - RECHECK_MS, t + RECHECK_MS);
        let options = QueryOptions::default();
        let output = self
            .engine
            .range_expr(self.storage, expr, (start, end, RECHECK_MS), &options)
            .map_err(|error| format!("unexpected error: {error}"))?;
        if self.eval.expected.ordered {
            return Ok(());
        }
        let Value::Matrix(matrix) = &output.value else {
            return Err(format!("a range query answered a {}", output.value.type_name()));
        };
        if !matrix.is_sorted_by(|a, b| a.labels <= b.labels) {
            return Err("the series are not sorted by labels".to_owned());
        }
        compare::value(&compare::slice(matrix, t, is_scalar), &self.eval.expected, None)
    }

    /// `None` when the evaluation failed and was meant to.
    fn check_failure(
        &self,
        result: Result<(Value, Annotations), QueryError>,
    ) -> Result<Option<(Value, Annotations)>, String> {
        match (result, &self.eval.expected.fail) {
            (Ok(output), None) => Ok(Some(output)),
            (Ok((value, _)), Some(_)) => Err(format!("expected an error, got {value:?}")),
            (Err(error), None) => Err(format!("unexpected error: {error}")),
            (Err(error), Some(condition)) => {
                let message = error.to_string();
                if condition.matches(&message) {
                    Ok(None)
                } else {
                    Err(format!("expected error {condition:?}, got {message:?}"))
                }
            }
        }
    }

    fn check_annotations(&self, annotations: &Annotations) -> Result<(), String> {
        let (expected, query) = (&self.eval.expected, &self.eval.query);
        compare::annotations("warn", &expected.warnings, &annotations.warnings(query, 0))?;
        compare::annotations("info", &expected.infos, &annotations.infos(query, 0))
    }
}
