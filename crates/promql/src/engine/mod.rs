//! The engine: takes a query (as text or as a syntax tree) and a storage, answers a [`Value`](crate::value::Value).
//!
//! Called by the HTTP API, the rules and the script runner.

mod answer;
mod error;
mod options;
mod output;
mod run;

pub use error::QueryError;
pub use options::{EngineOptions, QueryOptions};
pub use output::{QueryOutput, QueryStats};
pub use run::Engine;
