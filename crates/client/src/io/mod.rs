//! Ways out of the process that need no web framework: a small server, files, and the Pushgateway.

pub(crate) mod coding;
pub(crate) mod push;
pub(crate) mod server;
pub(crate) mod textfile;
