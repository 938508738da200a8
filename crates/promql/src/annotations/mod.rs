//! Warnings and infos that a query collects beside its value. Filled by operators, read by the HTTP API.
//!
//! * Annotations with the same text are one annotation; the last one keeps its position.
//! * Rendered, an annotation ends in ` (line:col)`, both counted from 1 in bytes of the query text.
//! * The API shows at most [`API_LIMIT`] of each kind and a line that counts the rest.

mod message;
mod set;

pub use message::{Annotation, AnnotationKind, HistogramOperation, MonotonicityFix};
pub use set::{API_LIMIT, Annotations};
