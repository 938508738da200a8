//! Entries to bytes: single pieces ([`write`]), and later whole families in each protocol.

pub mod write;
