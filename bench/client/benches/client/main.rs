//! The marks of the library, side by side with the other Rust clients: `cargo bench -p narthex-client`.
//!
//! Each operation runs on one thread and on two at once; the figure is wall time an operation and thread.

mod operations;
mod page;
mod rivals;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, operations::counters, operations::histograms, operations::lookups, page::encoding);
criterion_main!(benches);
