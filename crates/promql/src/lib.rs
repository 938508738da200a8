//! PromQL: text to syntax tree to columnar operators to values.
//!
//! * [`parser`] reads a query into the tree of [`ast`]; [`printer`] writes a tree as text, on one line or pretty.
//! * [`functions_table`] holds the signatures of all functions.
//! * [`engine`] evaluates a tree over a storage; [`value`] and [`annotations`] are what it answers.
//! * [`test_language`] runs `.test` scripts against the engine.

mod aggregate;
pub mod annotations;
pub mod ast;
mod column;
pub mod engine;
mod format;
mod functions;
pub mod functions_table;
mod kernel;
mod lexer;
mod limits;
mod operators;
pub mod parser;
mod plan;
pub mod printer;
pub mod test_language;
pub mod value;

pub use engine::{Engine, EngineOptions, QueryError, QueryOptions, QueryOutput, QueryStats, StepStats};
pub use limits::{ActiveQueries, CancelToken, RunningQuery};
pub use plan::{PlanMode, PlanNode};
