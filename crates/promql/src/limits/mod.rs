//! What bounds a query: cancellation, the deadline, the sample and the memory budget, the number of queries at once.

mod active;
mod budget;
mod cancel;
mod concurrency;
mod guard;
mod memory;
mod step_samples;

pub use active::{ActiveQueries, RunningQuery};
pub(crate) use budget::SampleBudget;
pub use cancel::CancelToken;
pub(crate) use concurrency::Gate;
pub(crate) use guard::QueryGuard;
pub(crate) use memory::MemoryBudget;
pub(crate) use step_samples::StepSamples;
