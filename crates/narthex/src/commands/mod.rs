//! The tools beside the server, one per file.

mod check_config;
mod check_discovery;
mod check_metrics;
mod check_server;
mod check_web_config;
mod dash;
mod http;
mod query;
mod query_analyze;
mod test_promql;
mod tsdb;

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::{CheckCommand, QueryOptions, TestCommand, Tool};

/// Runs a tool.
pub(crate) async fn run(tool: Tool) -> ExitCode {
    match tool {
        Tool::Dash(options) => dash::run(options).await,
        Tool::Check(CheckCommand::Config { syntax_only, files }) => check_config::run(&files, syntax_only),
        Tool::Check(CheckCommand::WebConfig { files }) => check_web_config::run(&files),
        Tool::Check(CheckCommand::Metrics { extended, lint }) => check_metrics::run(extended, lint == "all"),
        Tool::Check(CheckCommand::ServiceDiscovery { file, job, timeout }) => {
            check_discovery::run(&file, &job, &timeout).await
        }
        Tool::Check(CheckCommand::Healthy { url, http }) => check_server::run(&url, &http, "-/healthy").await,
        Tool::Check(CheckCommand::Ready { url, http }) => check_server::run(&url, &http, "-/ready").await,
        Tool::Query(QueryOptions { http, command }) => query::run(&http, command).await,
        Tool::Test(TestCommand::Promql { paths }) => test_promql::run(&paths),
        Tool::Tsdb(command) => tsdb::run(command),
    }
}

/// Prints a line of a tool's result; a closed pipe is no error of ours.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a line of a tool's complaint.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
