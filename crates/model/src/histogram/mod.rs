//! Native histograms: the integer form of the wire and the disk, and the float form of queries.
//!
//! Both forms hold sparse buckets as spans. In [`Histogram`] bucket counts are deltas between neighbours, in
//! [`FloatHistogram`] they are absolute. `-53` as schema means custom bounds (`custom_values`, no negative buckets).
//!
//! Operations on the float form, as PromQL needs them: scaling, adding and subtracting (`arithmetic`, with `custom` and
//! `zero` for unequal layouts), compensated sums (`kahan`), resolution and compaction (`schema`), counter resets and
//! equality (`reset`), buckets with bounds (`iterate`, `bounds`), how they are filled (`spread`), the one that holds an
//! observation by rank (`rank`), cutting off observations (`trim`).

mod arithmetic;
pub mod bounds;
mod buckets;
mod custom;
mod float;
mod integer;
mod iterate;
mod kahan;
mod rank;
mod reset;
mod schema;
mod spread;
mod trim;
mod zero;

#[cfg(test)]
mod tests;

pub use arithmetic::{IncompatibleSchema, Reconciled};
pub use float::FloatHistogram;
pub use integer::Histogram;
pub use iterate::Bucket;
pub use rank::Place;
pub use spread::Spread;
pub use trim::Keep;

/// The schema number that says "bounds are in `custom_values`".
pub const CUSTOM_BUCKETS_SCHEMA: i32 = -53;
/// The coarsest exponential schema.
pub const EXPONENTIAL_SCHEMA_MIN: i32 = -4;
/// The finest exponential schema.
pub const EXPONENTIAL_SCHEMA_MAX: i32 = 8;

/// A run of populated buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Distance to the previous span's end in buckets; for the first span the index of its first bucket.
    pub offset: i32,
    /// How many consecutive buckets.
    pub length: u32,
}

/// What is known of a counter reset between the previous histogram sample and this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CounterResetHint {
    /// Not known: compare to find out.
    #[default]
    Unknown,
    /// There was a reset before this sample.
    CounterReset,
    /// There was none.
    NotCounterReset,
    /// Not a counter: resets have no meaning.
    Gauge,
}
