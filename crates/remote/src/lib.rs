//! Prometheus' remote protocols, as protocols: bytes in, appended samples and an answer out. Called by `api`.
//!
//! * [`receive`]: remote write 1.0 and 2.0, the receiving side.
//!
//! Invariants: nothing here opens a connection or knows HTTP beyond header values and status codes; whatever the bytes
//! are, the result is an answer and never a panic; strings stay in the body they came in until a series is new.

pub mod receive;
mod wire;
