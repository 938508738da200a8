//! `narthex tsdb …`, one verb per file. What they print is what promtool prints, so that scripts keep working.
//!
//! `text` has Go's forms of numbers, strings and durations, `table` the list of blocks, `progress` the bar that a
//! person at a terminal sees during long work.

mod analyze;
mod bench_write;
mod dump;
mod import;
mod list;
mod progress;
mod table;
mod text;

use std::process::ExitCode;

use narthex_model::Matcher;

use super::complain;
use crate::cli::{BenchCommand, ImportSource, TsdbCommand};

/// Runs a verb.
pub(super) fn run(command: TsdbCommand) -> ExitCode {
    let done = match command {
        TsdbCommand::List { human_readable, path } => list::run(&path, human_readable),
        TsdbCommand::Analyze(options) => analyze::run(&options),
        TsdbCommand::Dump { what, format } if format == "seriesjson" => {
            dump::run(&what, dump::Form::SeriesJson)
        }
        TsdbCommand::Dump { what, .. } => dump::run(&what, dump::Form::Samples),
        TsdbCommand::DumpOpenmetrics { what } => dump::run(&what, dump::Form::OpenMetrics),
        TsdbCommand::CreateBlocksFrom(import) => match import.source {
            ImportSource::Openmetrics { labels, input, output } => {
                import::run(&import.options, &labels, &input, &output)
            }
        },
        TsdbCommand::Bench(BenchCommand::Write { out, metrics, scrapes, file }) => {
            bench_write::run(&out, &file, metrics, scrapes)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// The matchers of a selector given on the command line.
fn selector(text: &str) -> Result<Vec<Matcher>, String> {
    narthex_promql::parser::parse_metric_selector(text).map_err(|error| error.to_string())
}
