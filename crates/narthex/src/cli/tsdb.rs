//! `narthex tsdb …`: tools for data directories, with promtool's verbs and flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `narthex tsdb …`
#[derive(Debug, Subcommand)]
pub(crate) enum TsdbCommand {
    /// List blocks
    List {
        /// Print times and sizes for people
        #[arg(short = 'r', long)]
        human_readable: bool,
        /// The data directory
        #[arg(default_value = "data/")]
        path: PathBuf,
    },
    /// Analyze churn, label pair cardinality and compaction efficiency of a block
    Analyze(AnalyzeOptions),
    /// Print series with their samples, or series alone
    Dump {
        #[command(flatten)]
        what: DumpOptions,
        /// Samples as text, or the label sets as JSON
        #[arg(long, default_value = "prom", value_parser = ["prom", "seriesjson"])]
        format: String,
    },
    /// Print float samples as OpenMetrics text
    DumpOpenmetrics {
        #[command(flatten)]
        what: DumpOptions,
    },
    /// Make blocks of samples from elsewhere
    CreateBlocksFrom(ImportCommand),
    /// Run benchmarks
    #[command(subcommand)]
    Bench(BenchCommand),
}

/// The flags of `narthex tsdb analyze`.
#[derive(Debug, Args)]
pub(crate) struct AnalyzeOptions {
    /// How many items to show in each list
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Look at the chunks too
    #[arg(long)]
    pub(crate) extended: bool,
    /// Only series of this selector
    #[arg(long = "match", value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,
    /// The data directory
    #[arg(default_value = "data/")]
    pub(crate) path: PathBuf,
    /// The block; the one made last unless given
    pub(crate) block: Option<String>,
}

/// The flags of `narthex tsdb dump` and `dump-openmetrics`.
#[derive(Debug, Args)]
pub(crate) struct DumpOptions {
    /// Where a directory is made for what a replay of the log has to write, and removed at the end; the data directory
    /// unless given
    #[arg(long, value_name = "DIR")]
    pub(crate) sandbox_dir_root: Option<PathBuf>,
    /// Earliest time to print, milliseconds since the epoch
    #[arg(long, value_name = "MS", default_value_t = i64::MIN, allow_negative_numbers = true, hide_default_value = true)]
    pub(crate) min_time: i64,
    /// Latest time to print, milliseconds since the epoch
    #[arg(long, value_name = "MS", default_value_t = i64::MAX, allow_negative_numbers = true, hide_default_value = true)]
    pub(crate) max_time: i64,
    /// A selector; may be given several times
    #[arg(long = "match", value_name = "SELECTOR", default_value = "{__name__=~'(?s:.*)'}")]
    pub(crate) selectors: Vec<String>,
    /// The data directory
    #[arg(default_value = "data/")]
    pub(crate) path: PathBuf,
}

/// `narthex tsdb create-blocks-from …`
#[derive(Debug, Args)]
pub(crate) struct ImportCommand {
    #[command(flatten)]
    pub(crate) options: ImportOptions,
    #[command(subcommand)]
    pub(crate) source: ImportSource,
}

/// The flags of all imports; they can stand before or behind the source.
#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    /// Print times and sizes for people
    #[arg(short = 'r', long, global = true)]
    pub(crate) human_readable: bool,
    /// Do not print the blocks that were made
    #[arg(short = 'q', long, global = true)]
    pub(crate) quiet: bool,
    /// The longest range of a block; less than 2h is 2h
    #[arg(long, value_name = "DURATION", hide = true, global = true)]
    pub(crate) max_block_duration: Option<String>,
}

/// Where samples come from.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportSource {
    /// From a file of OpenMetrics text, every sample with its time
    Openmetrics {
        /// A label to add to every series; may be given several times
        #[arg(long = "label", value_name = "NAME=VALUE")]
        labels: Vec<String>,
        /// The file
        #[arg(value_name = "INPUT FILE")]
        input: PathBuf,
        /// The data directory that the blocks go to
        #[arg(value_name = "OUTPUT DIRECTORY", default_value = "data/")]
        output: PathBuf,
    },
}

/// `narthex tsdb bench …`
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Write scrapes of a file of series, and say how fast that was
    Write {
        /// Where to write
        #[arg(long, value_name = "DIR", default_value = "benchout")]
        out: PathBuf,
        /// How many series to read from the file
        #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
        metrics: usize,
        /// How many scrapes to write
        #[arg(long, value_name = "NUMBER", default_value_t = 3000)]
        scrapes: usize,
        /// A file with one JSON object of labels per line
        #[arg(default_value = "../../tsdb/testdata/20kseries.json")]
        file: PathBuf,
    },
}
