//! The `.test` scripting language: load series, evaluate queries, compare with what is expected.
//!
//! Called by `narthex test promql` and by this crate's tests. One script goes through these steps, a file each:
//! * `script`, `eval`, `expectation`, `series`, `histogram`, `start_time`: text to [`Script`];
//! * `store`, `nhcb`: series to a storage in memory that answers like the database does;
//! * `run`, `variants`, `compare`: evaluate, also in the hidden ways (other times, pinned selectors, as a range query),
//!   and compare;
//! * `report`: count and print.
//!
//! Invariants: a script is parsed whole before anything runs; every file begins with an empty storage.

mod compare;
mod eval;
mod expectation;
mod histogram;
mod nhcb;
mod report;
mod run;
mod script;
mod series;
mod start_time;
mod store;
mod variants;

#[cfg(test)]
mod tests;

pub use report::{FileReport, Report, run_files};
pub use run::{Failure, Outcome, RunOptions, run_script};
pub use script::{Script, ScriptError};
pub use store::MemoryStorage;
