//! PromQL: text to syntax tree to columnar operators to values.
//!
//! * [`parser`] reads a query into the tree of [`ast`]; [`printer`] writes a tree as text, on one line or pretty.
//! * [`functions_table`] holds the signatures of all functions.
//! * [`test_language`] runs `.test` scripts against the engine.

pub mod ast;
pub mod functions_table;
pub mod parser;
