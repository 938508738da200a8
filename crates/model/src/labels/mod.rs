//! Label sets: the identity of a series.
//!
//! A [`Labels`] is immutable, sorted by name, without empty values and without duplicate names, in one shared
//! allocation, so that cloning is one reference count and equality is one comparison of bytes.

mod builder;
mod encoded;
mod set;

pub use builder::LabelsBuilder;
pub use set::{Iter, Labels};
