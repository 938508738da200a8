//! Targets to appended samples.
