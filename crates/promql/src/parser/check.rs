//! The type check of a whole tree, in the order in which Prometheus reports what is wrong.

use narthex_model::names::METRIC_NAME;

use super::error::Failure;
use crate::ast::{
    Aggregate, AggregateOp, Binary, Call, Cardinality, Expr, PosRange, ValueType, VectorMatching,
    VectorSelector,
};
use crate::functions_table::Arity;
use crate::printer::quote;

/// Checks `expr`, and settles what depends on types: how many series a set operator matches, and that there is no
/// matching with a scalar.
pub(super) fn check(expr: &mut Expr, input: &str) -> Result<(), Failure> {
    match expr {
        Expr::Number(_) | Expr::String(_) => Ok(()),
        Expr::Vector(vector) => check_selector(vector, false),
        Expr::Matrix(matrix) => check_selector(&matrix.vector, false),
        Expr::Paren(paren) => check(&mut paren.expr, input),
        Expr::Subquery(subquery) => {
            check(&mut subquery.expr, input)?;
            match subquery.expr.value_type() {
                ValueType::Vector => Ok(()),
                found => {
                    let message = format!("subquery is only allowed on instant vector, got {found} instead");
                    Err(Failure::new(subquery.pos, message))
                }
            }
        }
        Expr::Unary(unary) => {
            check(&mut unary.expr, input)?;
            match unary.expr.value_type() {
                ValueType::Scalar | ValueType::Vector => Ok(()),
                found => {
                    let message = format!(
                        "unary expression only allowed on expressions of type scalar or instant vector, got {:?}",
                        found.documented()
                    );
                    Err(Failure::new(unary.pos, message))
                }
            }
        }
        Expr::Aggregate(aggregate) => check_aggregate(aggregate, input),
        Expr::Binary(binary) => check_binary(binary, input),
        Expr::Call(call) => check_call(call, input),
    }
}

fn expect_type(expr: &mut Expr, wanted: ValueType, context: &str, input: &str) -> Result<(), Failure> {
    check(expr, input)?;
    let found = expr.value_type();
    if found == wanted {
        return Ok(());
    }
    let (wanted, found) = (wanted.documented(), found.documented());
    Err(Failure::new(expr.pos(), format!("expected type {wanted} in {context}, got {found}")))
}

fn check_selector(vector: &VectorSelector, may_match_all: bool) -> Result<(), Failure> {
    if !vector.name.is_empty() {
        // The last matcher stands for the name itself.
        let written = vector.matchers.split_last().map_or(&[][..], |(_, written)| written);
        return match written.iter().find(|matcher| matcher.name() == METRIC_NAME) {
            None => Ok(()),
            Some(other) => {
                let (name, other) = (quote(&vector.name), quote(other.value()));
                let message = format!("metric name must not be set twice: {name} or {other}");
                Err(Failure::new(vector.pos, message))
            }
        };
    }
    if may_match_all || vector.matchers.iter().any(|matcher| !matcher.matches_empty()) {
        return Ok(());
    }
    Err(Failure::new(vector.pos, "vector selector must contain at least one non-empty matcher"))
}

fn check_aggregate(aggregate: &mut Aggregate, input: &str) -> Result<(), Failure> {
    expect_type(&mut aggregate.expr, ValueType::Vector, "aggregation expression", input)?;
    let Some(param) = &mut aggregate.param else { return Ok(()) };
    let wanted = if aggregate.op == AggregateOp::CountValues { ValueType::String } else { ValueType::Scalar };
    expect_type(param, wanted, "aggregation parameter", input)
}

fn check_binary(binary: &mut Binary, input: &str) -> Result<(), Failure> {
    check(&mut binary.left, input)?;
    check(&mut binary.right, input)?;
    let (left, right) = (binary.left.value_type(), binary.right.value_type());
    let (op, pos) = (binary.op, binary.pos());
    let op_error = |binary: &Binary, message: String| Err(Failure::new(operator_pos(binary, input), message));
    let error = |message: String| Err(Failure::new(pos, message));

    if binary.return_bool && !op.is_comparison() {
        return op_error(binary, "bool modifier can only be used on comparison operators".to_owned());
    }
    if op.is_comparison() && !binary.return_bool && left == ValueType::Scalar && right == ValueType::Scalar {
        return op_error(binary, "comparisons between scalars must use BOOL modifier".to_owned());
    }
    let matching = binary.matching.get_or_insert_default();
    if let Some(label) = on_and_grouped(matching) {
        let message = format!("label {} must not occur in ON and GROUP clause at once", quote(label));
        return op_error(binary, message);
    }
    for (side, found) in [(&binary.left, left), (&binary.right, right)] {
        if found != ValueType::Scalar && found != ValueType::Vector {
            let message = "binary expression must contain only scalar and instant vector types";
            return Err(Failure::new(side.pos(), message));
        }
    }
    if left != ValueType::Vector || right != ValueType::Vector {
        if !matching.labels.is_empty() {
            return error("vector matching only allowed between instant vectors".to_owned());
        }
        if !matching.fill.is_empty() {
            return error("filling in missing series only allowed between instant vectors".to_owned());
        }
        binary.matching = None;
        if op.is_set() {
            return error(format!("set operator {:?} not allowed in binary scalar expression", op.as_str()));
        }
    } else if op.is_set() {
        if matching.card != Cardinality::OneToOne {
            return error(format!("no grouping allowed for {:?} operation", op.as_str()));
        }
        matching.card = Cardinality::ManyToMany;
        if !matching.fill.is_empty() {
            return error("filling in missing series not allowed for set operators".to_owned());
        }
    }
    Ok(())
}

fn on_and_grouped(matching: &VectorMatching) -> Option<&str> {
    matching.labels.iter().find(|label| matching.on && matching.include.contains(label)).map(String::as_str)
}

/// The operator with its modifiers: what stands between the sides without the blanks.
fn operator_pos(binary: &Binary, input: &str) -> PosRange {
    let (start, end) = (binary.left.pos().end, binary.right.pos().start);
    let between = input.get(start..end).unwrap_or_default();
    let leading = between.len() - between.trim_start().len();
    PosRange::new(start + leading, start + between.trim_end().len().max(leading))
}

fn check_call(call: &mut Call, input: &str) -> Result<(), Failure> {
    let (function, got, pos) = (call.function, call.args.len(), call.pos);
    let count_error = |bound: &str, wanted: usize| {
        let message =
            format!("expected {bound}{wanted} argument(s) in call to {:?}, got {got}", function.name);
        Err(Failure::new(pos, message))
    };
    let at_least = if function.arity == Arity::Exact { "" } else { "at least " };
    let at_most = if function.arity == Arity::Exact { "" } else { "at most " };
    if got < function.min_args() {
        return count_error(at_least, function.min_args());
    }
    if let Some(max) = function.max_args()
        && got > max
    {
        return count_error(at_most, max);
    }
    let context = format!("call to function {:?}", function.name);
    for (index, arg) in call.args.iter_mut().enumerate() {
        if function.name == "info" && index == 1 {
            check_info_selector(arg, &context, pos)?;
        } else {
            expect_type(arg, function.arg_type(index), &context, input)?;
        }
    }
    Ok(())
}

/// The second argument of `info`: matchers in braces without a name, which may be empty.
fn check_info_selector(arg: &Expr, context: &str, call: PosRange) -> Result<(), Failure> {
    let found = arg.value_type();
    if found != ValueType::Vector {
        let message = format!(
            "expected type {} in {context}, got {}",
            ValueType::Vector.documented(),
            found.documented()
        );
        return Err(Failure::new(call, message));
    }
    match arg {
        Expr::Vector(vector) if vector.name.is_empty() => check_selector(vector, true),
        Expr::Vector(vector) => {
            Err(Failure::new(vector.pos, "expected label selectors only, got vector selector instead"))
        }
        other => Err(Failure::new(other.pos(), "expected label selectors only")),
    }
}
