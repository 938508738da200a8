//! Longer texts that belong to no single item.

#[doc = include_str!("migrating.md")]
pub mod migrating {}
