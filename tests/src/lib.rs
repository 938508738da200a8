//! Helpers of the process-level tests: start a binary, wait for it, ask it, stop it.
