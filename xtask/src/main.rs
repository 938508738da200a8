//! The repository chores: `cargo xtask tidy` and friends.

fn main() {}
