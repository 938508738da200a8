//! Helpers of the process-level tests: build and start a binary, wait for it, ask it over HTTP, stop it.
//!
//! Invariants: every process listens on a free port of the loopback address, and ends when its handle is dropped.

mod http;
mod process;

pub use http::{Response, get, request};
pub use process::{Process, binary, free_port, wait_until};
