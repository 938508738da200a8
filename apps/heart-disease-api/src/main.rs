//! Command line of the service: `serve` (the default) and `train`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fit the model on the data of the repository, print its quality, write the model file.
    #[cfg(feature = "train")]
    Train {
        /// Where the model file goes.
        #[arg(long, default_value = "apps/heart-disease-api/model/heart-disease.json")]
        output: PathBuf,
        /// First seed of the cross-validation.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Inverse of the L2 penalty.
        #[arg(long, default_value_t = 0.1)]
        c: f64,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        #[cfg(feature = "train")]
        Command::Train { output, seed, c } => {
            match heart_disease_api::train::run(heart_disease_api::train::Parameters { seed, c }, &output) {
                Ok(report) => {
                    #[expect(clippy::print_stdout, reason = "the report is what the subcommand is for")]
                    {
                        print!("{report}");
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => {
                    eprintln!("heart-disease-api train: {error}");
                    ExitCode::FAILURE
                }
            }
        }
    }
}
