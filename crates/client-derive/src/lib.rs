//! Derive macros of narthex-client.
