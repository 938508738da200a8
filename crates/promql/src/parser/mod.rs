//! Query text to [`Expr`](crate::ast::Expr).

/// The most levels a syntax tree may have.
pub const MAX_DEPTH: usize = 500;
