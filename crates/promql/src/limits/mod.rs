//! What bounds a query: cancellation, the deadline, the sample budget, the number of queries at once.

mod budget;
mod cancel;
mod concurrency;
mod guard;

pub(crate) use budget::SampleBudget;
pub use cancel::CancelToken;
pub(crate) use concurrency::Gate;
pub(crate) use guard::QueryGuard;
