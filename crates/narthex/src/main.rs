//! The Narthex binary: reads flags and configuration, wires the rooms together, runs until told to stop.
//!
//! * [`cli`]: the command line. [`config`]: `prometheus.yml`. [`server`]: the server's life. [`commands`]: the tools.
//! * [`dashboards`]: what `narthex dash` and the server's `/dashboards` share.
//!
//! This is the only room that knows flags, YAML and signals; every other one has plain options.

mod cli;
mod commands;
mod config;
mod dashboards;
mod logging;
mod server;

use std::process::ExitCode;

use cli::Asked;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let asked = match cli::parse() {
        Ok(asked) => asked,
        Err(error) => {
            commands::complain(&format!("narthex: error: {error}"));
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            commands::complain(&format!("narthex: error: cannot start the threads of the runtime: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match asked {
        Asked::Serve(flags) => {
            logging::init(flags.text("log.level"), flags.text("log.format"));
            runtime.block_on(server::run(*flags))
        }
        Asked::Tool(tool) => runtime.block_on(commands::run(*tool)),
    }
}
