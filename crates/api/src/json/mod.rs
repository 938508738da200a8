//! JSON as the HTTP API writes it. [`Writer`] is the base; `float`, `labels`, `histogram`, `points` and `value` are the forms of
//! the metric world.
//!
//! Why by hand: a range query's answer is mostly points, and a point has to cost tens of nanoseconds.

mod float;
mod histogram;
mod labels;
mod points;
mod value;
mod writer;

pub(crate) use float::push_decimal;
pub use float::{write_float, write_timestamp};
pub use histogram::write_histogram;
pub use labels::write_labels;
pub use value::{write_value, write_vector_sample};
pub use writer::Writer;
