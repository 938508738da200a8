//! The engine: takes a query (as text or as a syntax tree) and a storage, answers a [`Value`](crate::value::Value).
//!
//! Called by the HTTP API, the rules and the script runner. The path of `sum by (job) (rate(x[5m]))`:
//!
//! 1. `run` parses it, waits for its turn, works out which stretch of time its selectors read (`plan`,
//!    `extent`) and opens one querier for all of them.
//! 2. The planner walks the tree. The selector becomes a list of series, `rate` around it a source that computes one
//!    column (a value per step) of one series when asked; nothing is decoded yet.
//! 3. The aggregation sorts the series into groups by hashing their labels once, then runs over the source: threads take
//!    contiguous parts of the series, each decodes a series once, slides the window over all steps
//!    (`kernel`), and adds the column to its group's accumulator. Memory grows with groups, not series.
//! 4. The parts are merged in the order of the series, so that a result does not depend on which thread was faster.
//! 5. `answer` drops metric names that were kept for later, refuses equal label sets, sorts a matrix, and hands it out
//!    with the annotations and, on demand, what the query cost.
//!
//! What cannot be computed series by series (joins, `topk`, `label_replace`, …) collects rows, one column a series.

mod answer;
mod error;
mod options;
mod output;
mod run;

pub use error::QueryError;
pub use options::{EngineOptions, QueryOptions, StepStats};
pub use output::{QueryOutput, QueryStats};
pub use run::Engine;
