//! Command line of the service: `serve` (the default), `traffic`, `train` and `healthy`.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use heart_disease_api::{probe, serve, traffic};

#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
    /// The form of log lines.
    #[arg(long, global = true, default_value = "text", value_parser = ["text", "json"])]
    log_format: String,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests (also without a subcommand).
    Serve(Serve),
    /// Post realistic and some bad patients to a running service.
    Traffic(Traffic),
    /// Ask a running service whether it is well; for health checks.
    Healthy(Healthy),
    /// Fit the model on the data of the repository, print its quality, write the model file.
    #[cfg(feature = "train")]
    Train(Train),
}

#[derive(Args)]
struct Serve {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
    /// A model file to use instead of the built-in one.
    #[arg(long)]
    model: Option<PathBuf>,
}

#[derive(Args)]
struct Traffic {
    /// Where the service is.
    #[arg(long, default_value = "http://127.0.0.1:8000")]
    url: http::Uri,
    /// Requests a second.
    #[arg(long, default_value_t = 5.0)]
    rate: f64,
    /// Seed of the sequence of requests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Args)]
struct Healthy {
    /// What to ask.
    #[arg(long, default_value = "http://127.0.0.1:8000/ready")]
    url: http::Uri,
}

#[cfg(feature = "train")]
#[derive(Args)]
struct Train {
    /// Where the model file goes.
    #[arg(long, default_value = "apps/heart-disease-api/model/heart-disease.json")]
    output: PathBuf,
    /// First seed of the cross-validation.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Inverse of the L2 penalty.
    #[arg(long, default_value_t = 0.2)]
    c: f64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if arguments.log_format == "json" {
        log.json().flatten_event(true).init();
    } else {
        log.init();
    }
    let result = match arguments.command.unwrap_or(Command::Serve(arguments.serve)) {
        Command::Serve(options) => run(async move {
            serve::serve(options.listen, options.model).await.map_err(|error| error.to_string())
        }),
        Command::Traffic(options) => run(send_traffic(options)),
        Command::Healthy(options) => run(async move { probe::probe(&options.url).await }),
        #[cfg(feature = "train")]
        Command::Train(options) => train(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?
        .block_on(work)
}

async fn send_traffic(options: Traffic) -> Result<(), String> {
    let authority = options.url.authority().ok_or("--url needs a host, for example http://127.0.0.1:8000")?;
    let port = authority.port_u16().unwrap_or(80);
    let authority = format!("{}:{port}", authority.host());
    tokio::select! {
        () = traffic::run(traffic::Options { authority, rate: options.rate, seed: options.seed }) => {}
        () = serve::told_to_stop() => {}
    }
    Ok(())
}

#[cfg(feature = "train")]
#[expect(clippy::print_stdout, reason = "the report is what the subcommand is for")]
fn train(options: &Train) -> Result<(), String> {
    let parameters = heart_disease_api::train::Parameters { seed: options.seed, c: options.c };
    let report =
        heart_disease_api::train::run(parameters, &options.output).map_err(|error| error.to_string())?;
    print!("{report}");
    Ok(())
}
