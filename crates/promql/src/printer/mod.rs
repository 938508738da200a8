//! Syntax trees to text: on one line ([`Expr`]'s `Display`) and pretty over several ([`pretty`]).
//!
//! Used by `/api/v1/format_query`, by annotations, by rules that are shown, and by the plan output.
//!
//! Invariant: what is printed parses to the same tree, positions and the order of the matchers in braces aside
//! (matchers are printed sorted, as Prometheus does).

mod duration;
mod pretty;
mod quote;
mod selector;

use std::fmt;

use narthex_model::names::is_legacy_label_name;

pub use pretty::pretty;
pub use quote::quote;

use crate::ast::{
    Aggregate, Binary, BinaryOp, Cardinality, Expr, FillValues, NumberLiteral, StringLiteral, Subquery,
    VectorMatching,
};
use crate::format::go_compact;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::String(string) => string.fmt(f),
            Self::Vector(vector) => vector.fmt(f),
            Self::Matrix(matrix) => matrix.fmt(f),
            Self::Subquery(subquery) => {
                write!(f, "{}", subquery.expr)?;
                SubquerySuffix(subquery).fmt(f)
            }
            Self::Unary(unary) => {
                write!(f, "{}", unary.op)?;
                unary.expr.fmt(f)
            }
            Self::Binary(binary) => {
                if is_taken_for_duration(binary.op) {
                    write!(f, "{:#}", binary.left)?;
                } else {
                    write!(f, "{}", binary.left)?;
                }
                write!(f, " {} ", Operator(binary))?;
                binary.right.fmt(f)
            }
            Self::Aggregate(aggregate) => {
                write!(f, "{}(", AggregateHead(aggregate))?;
                if let Some(param) = &aggregate.param {
                    write!(f, "{param}, ")?;
                }
                write!(f, "{})", aggregate.expr)
            }
            Self::Call(call) => {
                write!(f, "{}(", call.function.name)?;
                for (index, arg) in call.args.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{arg}")?;
                }
                f.write_str(")")
            }
            Self::Paren(paren) => write!(f, "({})", paren.expr),
        }
    }
}

/// Whether this operator, behind `offset (5m)`, is read as arithmetic on the duration. The alternate form (`{:#}`) of an
/// expression can stand before it: an offset in parentheses at its end has a plus, which ends it.
fn is_taken_for_duration(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Div, Mod, Mul, Pow, Sub};
    matches!(op, Add | Sub | Mul | Div | Mod | Pow)
}

impl fmt::Display for NumberLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        duration::number(f, self.value, self.is_duration)
    }
}

impl fmt::Display for StringLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.invalid_utf8 {
            None => f.write_str(&quote(&self.value)),
            Some(bytes) => f.write_str(&quote::quote_bytes(bytes)),
        }
    }
}

/// `sum by (a, b) `, up to the parenthesis.
struct AggregateHead<'a>(&'a Aggregate);

impl fmt::Display for AggregateHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(aggregate) = self;
        write!(f, "{}", aggregate.op)?;
        if aggregate.without {
            write!(f, " without ({}) ", LabelList(&aggregate.grouping))
        } else if aggregate.grouping.is_empty() {
            Ok(())
        } else {
            write!(f, " by ({}) ", LabelList(&aggregate.grouping))
        }
    }
}

/// `== bool on (a) group_left (b)`
struct Operator<'a>(&'a Binary);

impl fmt::Display for Operator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(binary) = self;
        write!(f, "{}", binary.op)?;
        if binary.return_bool {
            f.write_str(" bool")?;
        }
        match &binary.matching {
            Some(matching) => write_matching(f, matching),
            None => Ok(()),
        }
    }
}

fn write_matching(f: &mut fmt::Formatter<'_>, matching: &VectorMatching) -> fmt::Result {
    let group = match matching.card {
        Cardinality::ManyToOne => Some("group_left"),
        Cardinality::OneToMany => Some("group_right"),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if !matching.labels.is_empty() || matching.on || group.is_some() {
        let keyword = if matching.on { "on" } else { "ignoring" };
        write!(f, " {keyword} ({})", LabelList(&matching.labels))?;
    }
    if let Some(group) = group {
        write!(f, " {group} ({})", LabelList(&matching.include))?;
    }
    write_fill(f, matching.fill)
}

fn write_fill(f: &mut fmt::Formatter<'_>, fill: FillValues) -> fmt::Result {
    let mut write = |keyword: &str, value: f64| write!(f, " {keyword} ({})", go_compact(value));
    match (fill.left, fill.right) {
        (Some(left), Some(right)) if left == right => write("fill", left),
        (left, right) => {
            if let Some(left) = left {
                write("fill_left", left)?;
            }
            right.map_or(Ok(()), |right| write("fill_right", right))
        }
    }
}

/// `a, b, "c.d"`
struct LabelList<'a>(&'a [String]);

impl fmt::Display for LabelList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write_label_name(f, name)?;
        }
        Ok(())
    }
}

fn write_label_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    if is_legacy_label_name(name) { f.write_str(name) } else { f.write_str(&quote(name)) }
}

/// `[30m:1m] @ 5.000 offset 1h`
struct SubquerySuffix<'a>(&'a Subquery);

impl fmt::Display for SubquerySuffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(subquery) = self;
        write!(f, "[{}:", subquery.range)?;
        if let Some(step) = &subquery.step {
            write!(f, "{step}")?;
        }
        f.write_str("]")?;
        selector::write_at(f, subquery.at)?;
        selector::write_offset(f, &subquery.offset)
    }
}

#[cfg(test)]
mod tests;
