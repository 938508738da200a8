//! What the planner will do with a query, told without doing it: one [`PlanNode`] per operator.
//!
//! Follows the planner's decisions in the other files of this folder: what is evaluated once, what runs series by series,
//! what folds its input away, what has to collect rows, and which stretch of time each selector reads.

use narthex_model::Timestamp;

use super::subquery::subquery_grid;
use super::{ExtentContext, extent, is_invariant, is_scalar};
use crate::ast::{Aggregate, AggregateOp, Binary, Call, Expr, PosRange, ValueType};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::functions::{histogram, math, range};

/// How an operator goes about its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanMode {
    /// Series by series, on demand: memory for one series per thread.
    Streamed,
    /// Its input is folded into groups as it is read: memory for the groups.
    Folded,
    /// All rows are collected: memory for all series.
    Collected,
    /// A number or a text per step.
    Scalar,
}

impl PlanMode {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Streamed => "streamed",
            Self::Folded => "folded",
            Self::Collected => "collected",
            Self::Scalar => "scalar",
        }
    }
}

/// One operator of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanNode {
    /// What it is: `selector`, `range selector`, `subquery`, `aggregation`, `join`, …
    pub operator: &'static str,
    /// The expression that it computes.
    pub expr: String,
    /// Where that stands in the query.
    pub pos: PosRange,
    /// How it goes about its series.
    pub mode: PlanMode,
    /// At how many steps it is evaluated.
    pub steps: usize,
    /// Whether its value is the same at every step of the query, so that it is computed once.
    pub once: bool,
    /// First and last millisecond that a selector reads.
    pub reads: Option<(Timestamp, Timestamp)>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What it takes its input from.
    pub inputs: Vec<PlanNode>,
}

/// The plan of an expression over these evaluation times.
pub(crate) fn explain(expr: &Expr, grid: Grid, context: &ExtentContext) -> Result<PlanNode, QueryError> {
    let expr = expr.unwrap_parens();
    let once = grid.steps > 1 && is_invariant(expr);
    let grid = if once { grid.first() } else { grid };
    let mut node = PlanNode {
        operator: "",
        expr: expr.to_string(),
        pos: expr.pos(),
        mode: PlanMode::Streamed,
        steps: grid.steps,
        once,
        reads: None,
        notes: Vec::new(),
        inputs: Vec::new(),
    };
    let mut inner = grid;
    match expr {
        Expr::Number(_) | Expr::String(_) => (node.operator, node.mode) = ("literal", PlanMode::Scalar),
        Expr::Vector(_) | Expr::Matrix(_) => {
            let is_range = matches!(expr, Expr::Matrix(_));
            node.operator = if is_range { "range selector" } else { "selector" };
            node.reads = extent(expr, grid, context)?;
        }
        Expr::Subquery(subquery) => {
            let (border, step) = ((context.start, context.end), context.subquery_step);
            inner = subquery_grid(subquery, grid, border, step, context.durations)?.grid;
            node.operator = "subquery";
            node.notes.push(format!("{} inner steps of {} ms, each computed once", inner.steps, inner.step));
        }
        Expr::Unary(_) => node.operator = "sign",
        Expr::Binary(binary) => explain_binary(binary, &mut node),
        Expr::Aggregate(aggregate) => explain_aggregate(aggregate, &mut node),
        Expr::Call(call) => explain_call(call, &mut node),
        Expr::Paren(_) => {}
    }
    if expr.value_type() == ValueType::Scalar {
        node.mode = PlanMode::Scalar;
    }
    let mut inputs = Ok(Vec::new());
    expr.for_each_child(&mut |child| {
        if let Ok(all) = &mut inputs {
            match explain(child, inner, context) {
                Ok(input) => all.push(input),
                Err(error) => inputs = Err(error),
            }
        }
    });
    node.inputs = inputs?;
    Ok(node)
}

fn explain_binary(binary: &Binary, node: &mut PlanNode) {
    if is_scalar(&binary.left) || is_scalar(&binary.right) {
        node.operator = "arithmetic with a scalar";
        return;
    }
    node.operator = if binary.op.is_set() { "set operation" } else { "join" };
    node.mode = PlanMode::Collected;
    if let Some(matching) = &binary.matching {
        node.notes.push(format!("series matched once per query, {}", matching.card.as_str()));
    }
}

fn explain_aggregate(aggregate: &Aggregate, node: &mut PlanNode) {
    node.operator = "aggregation";
    let folds = aggregate.op != AggregateOp::CountValues && !aggregate.op.takes_param();
    node.mode = if folds { PlanMode::Folded } else { PlanMode::Collected };
    if folds {
        node.notes.push("parts of the series on several threads, merged in their order".to_owned());
    }
}

fn explain_call(call: &Call, node: &mut PlanNode) {
    let name = call.function.name;
    if let Some(function) = range::lookup(name) {
        node.operator = "range function";
        let kernel =
            if function.kernel.is_some() { "one sliding pass per series" } else { "window by window" };
        node.notes.push(kernel.to_owned());
    } else if math::lookup(name).is_some() || histogram::lookup(name).is_some() || name == "round" {
        node.operator = "function";
    } else {
        node.operator = "function";
        let streams = name.starts_with("clamp") || name == "timestamp";
        node.mode = if streams { PlanMode::Streamed } else { PlanMode::Collected };
    }
}
