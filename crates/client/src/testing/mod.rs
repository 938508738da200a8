//! Helpers for tests of your own metrics: compare a registry with an expected page, and lint its names.
//!
//! ```
//! use narthex_client::{Counter, Registry, testing};
//! let registry = Registry::new();
//! Counter::new("jobs", "Jobs done.").register_in(&registry).inc();
//! testing::compare(&registry, "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 1\n", &[]).unwrap();
//! assert_eq!(testing::lint(&registry), []);
//! ```

mod compare;
mod lint;

pub use compare::{Difference, compare};
pub use lint::{Problem, lint, lint_families};
