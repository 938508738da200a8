//! The syntax tree of PromQL: what the parser makes, the printer writes and the engine plans from.
//!
//! Invariants:
//! * every node knows the bytes it was read from ([`Expr::pos`]);
//! * a tree that came out of the parser is well-typed, its calls have as many arguments as the function takes, and it
//!   is at most [`MAX_DEPTH`](crate::parser::MAX_DEPTH) levels deep, so that recursion over it is safe;
//! * the tree says what was written: nothing is folded (but a sign into its number), wrapped or reordered here.

mod duration;
mod expr;
mod matching;
mod operator;
mod position;
mod selector;
mod value_type;
mod walk;

pub use duration::{
    DurationContext, DurationError, DurationExpr, DurationFunction, DurationOp, DurationValue,
};
pub use expr::{Aggregate, Binary, Call, Expr, NumberLiteral, Paren, StringLiteral, Subquery, Unary};
pub use matching::{Cardinality, FillValues, VectorMatching};
pub use operator::{AggregateOp, BinaryOp, UnaryOp};
pub use position::{LineColumn, PosRange};
pub use selector::{At, MatrixSelector, RangeMode, VectorSelector};
pub use value_type::ValueType;
