//! [`Expr`] and the nodes that hold other expressions.

use super::{
    AggregateOp, At, BinaryOp, DurationValue, MatrixSelector, PosRange, UnaryOp, ValueType, VectorMatching,
    VectorSelector,
};
use crate::functions_table::Signature;

/// A PromQL expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `1.5`, `5m`
    Number(NumberLiteral),
    /// `"text"`
    String(StringLiteral),
    /// `up{job="a"}`
    Vector(Box<VectorSelector>),
    /// `up{job="a"}[5m]`
    Matrix(Box<MatrixSelector>),
    /// `expr[30m:1m]`
    Subquery(Box<Subquery>),
    /// `-expr`
    Unary(Box<Unary>),
    /// `a + b`
    Binary(Box<Binary>),
    /// `sum by (job) (expr)`
    Aggregate(Box<Aggregate>),
    /// `rate(up[5m])`
    Call(Box<Call>),
    /// `(expr)`
    Paren(Box<Paren>),
}

/// A number, or a duration used as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberLiteral {
    /// The value; of a duration its seconds.
    pub value: f64,
    /// Whether it was written as a duration (`5m`).
    pub is_duration: bool,
    /// Where it stands.
    pub pos: PosRange,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// The text without quotes and escapes; what is not UTF-8 is replaced.
    pub value: String,
    /// The bytes when `\x` escapes made something else than UTF-8: such a text is no label name.
    pub invalid_utf8: Option<Vec<u8>>,
    /// Where it stands, quotes included.
    pub pos: PosRange,
}

/// `expr[range:step]` with its modifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// What is evaluated at each step.
    pub expr: Expr,
    /// How far back.
    pub range: DurationValue,
    /// The distance between evaluations; `None` is the engine's default.
    pub step: Option<DurationValue>,
    /// `offset …`; zero without.
    pub offset: DurationValue,
    /// `@ …`
    pub at: Option<At>,
    /// The whole, modifiers included.
    pub pos: PosRange,
}

/// A sign and its operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// The sign.
    pub op: UnaryOp,
    /// What it stands before.
    pub expr: Expr,
    /// The whole.
    pub pos: PosRange,
}

/// An operation between two expressions.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
    /// `bool`: a comparison answers 0 or 1 and does not filter.
    pub return_bool: bool,
    /// How series match; `None` when either side is a scalar.
    pub matching: Option<VectorMatching>,
}

/// An aggregation.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which one.
    pub op: AggregateOp,
    /// What is aggregated.
    pub expr: Expr,
    /// The `k` of `topk`, the label of `count_values`, …; `None` exactly when the operator takes none.
    pub param: Option<Expr>,
    /// The labels of `by` or `without`.
    pub grouping: Vec<String>,
    /// Whether `grouping` are of `without`.
    pub without: bool,
    /// The whole.
    pub pos: PosRange,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which function.
    pub function: &'static Signature,
    /// As many as the function takes.
    pub args: Vec<Expr>,
    /// The whole.
    pub pos: PosRange,
}

/// Parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Paren {
    /// What they hold.
    pub expr: Expr,
    /// The parentheses included.
    pub pos: PosRange,
}

impl Expr {
    /// What it evaluates to.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Number(_) => ValueType::Scalar,
            Self::String(_) => ValueType::String,
            Self::Vector(_) | Self::Aggregate(_) => ValueType::Vector,
            Self::Matrix(_) | Self::Subquery(_) => ValueType::Matrix,
            Self::Unary(unary) => unary.expr.value_type(),
            Self::Paren(paren) => paren.expr.value_type(),
            Self::Call(call) => call.function.returns,
            Self::Binary(binary) => {
                if binary.left.value_type() == ValueType::Scalar
                    && binary.right.value_type() == ValueType::Scalar
                {
                    ValueType::Scalar
                } else {
                    ValueType::Vector
                }
            }
        }
    }

    /// Where it stands in the query.
    pub fn pos(&self) -> PosRange {
        match self {
            Self::Number(number) => number.pos,
            Self::String(string) => string.pos,
            Self::Vector(selector) => selector.pos,
            Self::Matrix(selector) => selector.pos,
            Self::Subquery(subquery) => subquery.pos,
            Self::Unary(unary) => unary.pos,
            Self::Binary(binary) => binary.pos(),
            Self::Aggregate(aggregate) => aggregate.pos,
            Self::Call(call) => call.pos,
            Self::Paren(paren) => paren.pos,
        }
    }

    /// The expression inside any parentheses.
    pub fn unwrap_parens(&self) -> &Self {
        let mut expr = self;
        while let Self::Paren(paren) = expr {
            expr = &paren.expr;
        }
        expr
    }
}

impl Binary {
    /// Where it stands: from the start of the left to the end of the right side.
    pub fn pos(&self) -> PosRange {
        PosRange::new(self.left.pos().start, self.right.pos().end)
    }
}
