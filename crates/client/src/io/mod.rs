//! Ways out of the process that need no web framework: a small server, files, and the Pushgateway.

pub mod push;
pub mod server;
pub mod textfile;
