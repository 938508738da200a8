//! The Narthex binary: reads flags and configuration, wires the rooms together, runs until told to stop.

fn main() {}
