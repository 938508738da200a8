//! `cargo bench -p narthex-client`: runs the comparison with the other Rust clients, which is a workspace of its own
//! (`bench/client`), so that nobody who builds this crate builds them too.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/client/Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // The harness is called with --bench; what the user adds (a filter) is passed on.
    let filters = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let status =
        Command::new(cargo).args(["bench", "--manifest-path", manifest, "--"]).args(filters).status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
