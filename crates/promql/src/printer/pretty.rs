//! The pretty printer: what fits on a line stays on it, the rest is broken at its operands and indented.

use super::{AggregateHead, Operator, SubquerySuffix, is_taken_for_duration};
use crate::ast::Expr;

/// The widest expression, in characters without its indentation, that is not broken.
const MAX_WIDTH: usize = 100;

/// `expr` as text of several lines where one would be too long; indentation is two blanks a level.
pub fn pretty(expr: &Expr) -> String {
    let mut out = String::new();
    write(&mut out, expr, 0, false);
    out
}

/// `guarded` asks for the alternate form of `expr`'s text.
fn write(out: &mut String, expr: &Expr, level: usize, guarded: bool) {
    let line = if guarded { format!("{expr:#}") } else { expr.to_string() };
    let splits = matches!(
        expr,
        Expr::Aggregate(_)
            | Expr::Binary(_)
            | Expr::Call(_)
            | Expr::Paren(_)
            | Expr::Subquery(_)
            | Expr::Unary(_)
    );
    if !splits || line.chars().count() <= MAX_WIDTH {
        indent(out, level);
        out.push_str(&line);
        return;
    }
    match expr {
        Expr::Aggregate(aggregate) => {
            let operands = aggregate.param.iter().chain([&aggregate.expr]);
            parenthesised(out, &AggregateHead(aggregate).to_string(), operands, level);
        }
        Expr::Call(call) => parenthesised(out, call.function.name, call.args.iter(), level),
        Expr::Paren(paren) => parenthesised(out, "", [&paren.expr].into_iter(), level),
        Expr::Binary(binary) => {
            write(out, &binary.left, level + 1, is_taken_for_duration(binary.op));
            out.push('\n');
            indent(out, level);
            out.push_str(&Operator(binary).to_string());
            out.push('\n');
            write(out, &binary.right, level + 1, guarded);
        }
        Expr::Subquery(subquery) => {
            write(out, &subquery.expr, level, false);
            let suffix = SubquerySuffix(subquery);
            out.push_str(&if guarded { format!("{suffix:#}") } else { suffix.to_string() });
        }
        Expr::Unary(unary) => {
            indent(out, level);
            out.push_str(unary.op.as_str());
            let mut operand = String::new();
            write(&mut operand, &unary.expr, level, guarded);
            out.push_str(operand.trim_start());
        }
        Expr::Number(_) | Expr::String(_) | Expr::Vector(_) | Expr::Matrix(_) => {}
    }
}

fn parenthesised<'a>(out: &mut String, head: &str, operands: impl Iterator<Item = &'a Expr>, level: usize) {
    indent(out, level);
    out.push_str(head);
    out.push('(');
    for (index, operand) in operands.enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        write(out, operand, level + 1, false);
    }
    out.push('\n');
    indent(out, level);
    out.push(')');
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("  ");
    }
}
