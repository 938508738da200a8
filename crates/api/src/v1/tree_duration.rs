//! Durations in a syntax tree: a literal is a number of milliseconds under its name; arithmetic is a tree under the
//! name with `Expr` behind, and the number is 0.

use narthex_promql::ast::{DurationExpr, DurationValue};

use crate::json::Writer;

/// Writes the members `name` and `nameExpr`.
pub(super) fn write_duration(out: &mut Writer, name: &str, duration: &DurationValue) {
    out.key(name).int(duration.fixed().unwrap_or_default()).key(&format!("{name}Expr"));
    match duration {
        DurationValue::Fixed(_) => _ = out.null(),
        DurationValue::Expr(expr) => write_expr(out, expr, false),
    }
}

/// Writes one level; `wrapped` says that it stands in parentheses.
fn write_expr(out: &mut Writer, expr: &DurationExpr, wrapped: bool) {
    match expr {
        // A literal has no member for its parentheses: it is written as if it had a sign.
        DurationExpr::Literal { .. } if wrapped => write_node(out, "+", [None, Some(expr)], true),
        DurationExpr::Literal { seconds, is_duration, .. } => {
            let mut text = Vec::new();
            crate::json::push_decimal(&mut text, *seconds);
            out.begin_object().key("duration").bool(*is_duration).key("type").string("numberLiteral");
            out.key("val").string(&String::from_utf8_lossy(&text)).end_object();
        }
        DurationExpr::Step(_) => write_node(out, "step", [None, None], wrapped),
        DurationExpr::Range(_) => write_node(out, "range", [None, None], wrapped),
        DurationExpr::Signed { expr, .. } => write_node(out, "-", [None, Some(expr)], wrapped),
        DurationExpr::Binary { op, left, right } => {
            write_node(out, op.as_str(), [Some(left), Some(right)], wrapped);
        }
        DurationExpr::Function { function, left, right, .. } => {
            write_node(out, function.as_str(), [Some(left), Some(right)], wrapped);
        }
        DurationExpr::Paren { expr, .. } => write_expr(out, expr, true),
    }
}

fn write_node(out: &mut Writer, op: &str, sides: [Option<&DurationExpr>; 2], wrapped: bool) {
    let side = |out: &mut Writer, key: &str, expr: Option<&DurationExpr>| {
        out.key(key);
        match expr {
            Some(expr) => write_expr(out, expr, false),
            None => _ = out.null(),
        }
    };
    let [left, right] = sides;
    out.begin_object();
    side(out, "lhs", left);
    out.key("op").string(op);
    side(out, "rhs", right);
    out.key("type").string("durationExpr").key("wrapped").bool(wrapped).end_object();
}
